"""audit, score and check through a deployed function."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rewardlab.auditing.resume import reward_record
from rewardlab.auditing.stream import fill
from rewardlab.progress import Silent
from rewardlab.runs.directory import Run
from rewardlab.settings.audit import Settings
from tests.aws.lambda_server import ARN, Function, deployed
from tests.conftest import groups_of

pytestmark = pytest.mark.process


@pytest.fixture
def task(task_of, tmp_path, monkeypatch):
    """A small audit whose reward is also deployed."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr("rewardlab.rewards.deployed.scoring.BACKOFF_SECONDS", 0.01)
    files = task_of(groups_of({2: 2, 4: 2, 0: 1}, n=4))
    function = Function(files["reward"], log=tmp_path / "lambda.log")
    with deployed(function) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", url)
        yield {**files, "function": function, "model": f"recorded:{files['recorded']}"}


def report_of(out: str) -> dict:
    return json.loads(out)


def test_the_audit_of_a_function_measures_what_the_audit_of_its_file_does(run, task):
    common = (task["prompts"], "--model", task["model"], "--format", "json", "-q")
    _, local, _ = run("audit", task["reward"], *common, "--out", "local")
    code, through, err = run("audit", ARN, *common, "--out", "through")
    assert (code, err) == (4, "")
    here, there = report_of(local), report_of(through)
    assert there["baseline"] == here["baseline"]
    assert there["reward"]["outcomes"] == here["reward"]["outcomes"]
    assert {finding["code"] for finding in there["findings"]} == {finding["code"] for finding in here["findings"]}
    reward = there["provenance"]["reward"]
    assert (reward["path"], reward["kind"], reward["timeout"]) == (ARN, "lambda", 20)
    assert here["reward"]["invocations"] is None
    assert reward["sha256"] == here["provenance"]["reward"]["sha256"]  # the stand-in's zip is the file itself


def test_the_same_command_asks_nothing_again_until_the_function_holds_new_code(run, task):
    audit = ("audit", ARN, task["prompts"], "--model", task["model"], "--out", "here", "-q")
    run(*audit)
    task["function"].events.clear()
    run(*audit)
    assert task["function"].events == []
    task["function"].reward.write_text("def score(completion, reference):\n    return 1.0\n")
    run(*audit)
    manifest = json.loads(Path("here/run.json").read_text())
    assert len({reward["key"] for reward in manifest["rewards"]}) == 2


def test_what_was_sampled_is_scored_through_the_function(run, task):
    run("sample", task["prompts"], "--model", task["model"], "--out", "here", "-q")
    code, out, _ = run("score", "here", "lambda:my-SageMaker-reward", "--format", "json")
    assert code == 4
    assert report_of(out)["reward"]["outcomes"]["scored"] == 20
    told = report_of(out)["reward"]["invocations"]
    pace = told.pop("pace")
    assert {name: told[name] for name in ("invocations", "throttled", "repeated", "platform_concurrency")} == {
        "invocations": 1,
        "throttled": 0,
        "repeated": 0,
        "platform_concurrency": 12,
    }
    # one batch of 20, timed once: 12 at once score 12 x 20 in its seconds; 128 samples a minute are 2.13 a second
    assert (pace["batch"], pace["invocations"], pace["concurrency"]) == (20, 1, 1)
    assert pace["samples_per_second"] == pytest.approx(12 * 20 / pace["p50"])
    assert pace["samples_per_second_needed"] == pytest.approx(128 / 60)
    _, text, _ = run("report", "here")
    words = " ".join(text.split())
    assert "lambda 1 invocation, 0 throttled, 0 repeated, 1 cold (up to 0.12 s of it); a batch of 20 takes" in words
    assert "(2.13 needed for a step in 60 s); set the concurrency to 1 or more on both sides" in words


def test_what_invoking_was_like_is_kept_and_added_up_when_a_run_goes_on(run, task, write_lines):
    audit = ("audit", ARN, task["prompts"], "--model", task["model"], "--out", "here", "--format", "json", "-q")
    _, out, _ = run(*audit)
    first = report_of(out)["reward"]["invocations"]
    for part in Path("here/scores").rglob("*.parquet"):
        part.unlink()
    _, out, _ = run(*audit)
    second = report_of(out)["reward"]["invocations"]
    assert (first["invocations"], second["invocations"], second["pace"]["invocations"]) == (1, 2, 2)


def test_a_record_of_it_that_cannot_be_read_is_told(run, task):
    run("audit", ARN, task["prompts"], "--model", task["model"], "--out", "here", "-q")
    (kept,) = Path("here/invocations").iterdir()
    for text in ("", "[]", '{"batches": [[1]]}', '{"batches": [], "init_seconds": "x", "peak_mb": 1}'):
        kept.write_text(text)
        code, _, err = run("report", "here")
        assert code == 2
        assert re.search(rf"{kept.name}: (cannot be read|is not as rewardlab wrote it)", err)
        assert "delete it" in err
    kept.unlink()
    assert run("report", "here")[0] == 4


def test_throttling_is_a_finding_with_the_concurrency_to_set(run, task):
    run("sample", task["prompts"], "--model", task["model"], "--out", "here", "-q")
    task["function"].throttle = 2
    with Run.open(Path("here")) as opened:  # without the examination, which would be throttled in its place
        settings = Settings.model_validate(opened.manifest.settings)
        record = reward_record(Path(ARN), settings)
        filled = fill(opened, settings, reward=Path(ARN), record=record, progress=Silent(), sample=False)
    (found,) = filled.findings
    assert (found.code, found.severity, found.evidence["throttled"]) == ("RL204", "warning", 2)
    assert "--reserved-concurrency 12" in found.remedy


def test_settings_of_a_file_are_told_to_be_unused(run, task):
    said = ("--reward-memory", 256, "--reward-workers", 3)
    _, _, err = run("audit", ARN, task["prompts"], "--model", task["model"], *said)
    assert "reward_memory, reward_workers (said here or in rewardlab.toml) are not used" in err
    _, _, err = run("check", ARN, task["prompts"], "--reward-workers", 3)
    assert "reward_workers (said here or in rewardlab.toml) are not used" in err


def test_a_function_is_checked_without_a_model(run, task):
    code, out, _ = run("check", ARN, task["prompts"], "--format", "json")
    assert (code, json.loads(out)["verdict"]) == (0, "pass")


def test_without_permission_to_read_the_function_it_is_scored_all_the_same(run, task):
    task["function"].refuse["configuration"] = (403, "AccessDeniedException", "not authorized")
    _, out, _ = run("audit", ARN, task["prompts"], "--model", task["model"], "--format", "json", "-q")
    reward = report_of(out)["provenance"]["reward"]
    assert (reward["sha256"], reward["timeout"], reward["memory_mb"]) == ("", 0, 0)
    assert report_of(out)["reward"]["outcomes"]["scored"] == 20

"""`rewardlab prove` as a person types it, on packages that `rewardlab package` built."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import rewardlab
from rewardlab.aws.package.bundle import Choices, build
from rewardlab.aws.prove import execution
from rewardlab.aws.prove.proof import prove
from rewardlab.aws.prove.summary import python_here
from rewardlab.errors import RunError, UsageError
from rewardlab.formats.display import Display
from rewardlab.formats.proof.text import render
from rewardlab.packages.target import find_target
from rewardlab.platforms import find_platform

pytestmark = pytest.mark.process

SOUND = """
def score(completion, reference):
    if completion == "raise":
        raise ValueError("unreadable")
    return float(completion == reference)
"""
#: Scores that depend on where the code runs: what the audit could not see.
PLACED = """
import os
def score(completion, reference):
    away = os.environ["AWS_LAMBDA_FUNCTION_NAME"] == "rewardlab-SageMaker-proof"
    return float(completion == reference) + (0.25 if away and completion == "no" else 0.0)
"""
NOISY = """
import itertools
COUNT = itertools.count()
def score(completion, reference):
    return float(completion == reference) + next(COUNT) / 1000
"""
HANDLER = """
import time
def lambda_handler(event, context):
    texts = [sample["messages"][-1]["content"] for sample in event]
    if "sleep" in texts:
        time.sleep(60)
    return [{"id": sample["id"], "aggregate_reward_score": 1.0} for sample in event if "drop" not in texts]
"""


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Fewer starts and repeats than a person waits for."""
    monkeypatch.setattr(execution, "PROCESSES", 2)
    monkeypatch.setattr(execution, "WARM", 2)


@pytest.fixture
def package_of(tmp_path):
    """Package reward code; returns the zip's path."""

    def write(code: str, platform: str = "smtj", **choices) -> Path:
        reward = tmp_path / "reward.py"
        reward.write_text(code)
        path = tmp_path / "reward.zip"
        target = find_target(python_here())
        bundle = build(reward, path, platform=find_platform(platform), target=target, choices=Choices(**choices))
        assert bundle.path == path, bundle.findings
        return path

    return write


@pytest.fixture
def evidence(write_lines):
    """Prompts `a` with the answer yes, and recorded generations of them."""

    def write(*texts: str) -> dict[str, Path]:
        rows = [{"id": "a", "messages": [{"role": "user", "content": "?"}], "reference_answer": "yes"}]
        recorded = [{"prompt_id": "a", "index": index, "text": text} for index, text in enumerate(texts)]
        return {"prompts": write_lines("prompts.jsonl", rows), "recorded": write_lines("recorded.jsonl", recorded)}

    return write


def test_a_sound_package_is_proven(run, package_of, evidence):
    files = evidence(*["yes", "no"] * 33)  # 66: a full batch of 64 and one more
    package = package_of(SOUND)
    code, out, _ = run("prove", package, files["prompts"], "--model", f"recorded:{files['recorded']}", "--memory", 256)
    lines = out.splitlines()
    assert (code, lines[0]) == (0, f"PROVEN  {package}")
    assert lines[1].startswith(f"score (plain) for smtj, Python {python_here()} on x86_64, in awslambdaric ")
    assert "66 of 66 scores equal the audit's worker's" in out
    assert "warm, 64 samples: p50 " in out
    assert "configure --timeout " in out


def test_json_meets_its_shipped_schema_and_says_what_to_configure(run, package_of, evidence, tmp_path):
    files = evidence("yes", "no")
    where = tmp_path / "proof.json"
    model = f"recorded:{files['recorded']}"
    arguments = ["--format", "json", "--output", where, "--env", "JUDGE_KEY=secret", "--timeout", 30]
    code, out, error = run("prove", package_of(SOUND, "scorer"), files["prompts"], "--model", model, *arguments)
    assert (code, out, error) == (0, "", "")
    assert "secret" not in where.read_text()
    proof = json.loads(where.read_text())
    schema = json.loads((Path(rewardlab.__file__).parent / "schemas" / "proof-1.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(proof, schema)
    assert (proof["schema"], proof["verdict"]) == ("rewardlab.proof/1", "proven")
    assert proof["configuration"] == {"timeout_s": 30, "memory_mb": 512, "environment": ["JUDGE_KEY"]}
    assert proof["scores"]["equal"] == proof["scores"]["repeated"] == 2
    assert proof["recommended"]["memory_mb"] == 128
    assert len(proof["cold"]["init_s"]) == len(proof["cold"]["first_s"]) == 2
    assert any("extrapolated" in notice for notice in proof["notices"])  # two samples of 128


@pytest.fixture
def scored(run, task_of, package_of):
    """A run of four generations, 1 0 and 1 1, that the reward of the task has scored; the package of that reward."""
    task = task_of([[1, 0], [1, 1]])
    code = task["reward"].read_text()
    sampled, _, error = run("sample", task["prompts"], "--model", f"recorded:{task['recorded']}", "--out", "run", "-q")
    assert sampled == 0, error
    bounds = ("--reward-timeout", 20, "--reward-memory", 300)
    found, _, error = run("score", "run", task["reward"], *bounds, "-q")
    assert found in {1, 4}, error
    return task, package_of(code)


def test_a_run_is_proven_with_its_own_scores_and_bounds(run, scored, package_of):
    task, package = scored
    report = prove(package, run=Path("run"))
    assert report.verdict == "proven"
    assert (report.scores.source, report.scores.equal, report.scores.samples) == ("run", 4, 4)
    assert (report.configuration.timeout_s, report.configuration.memory_mb) == (20, 300)
    assert prove(package, prompts=task["prompts"], run=Path("run"), memory_mb=256).configuration.memory_mb == 256
    with pytest.raises(RunError, match=r"it was scored by .*reward.py .*; the package holds [0-9a-f]{12}"):
        prove(package_of(SOUND), run=Path("run"))


def test_other_prompts_than_the_runs_are_refused(run, scored, write_lines):
    task, package = scored
    rows = [json.loads(line) for line in task["prompts"].read_text().splitlines()]
    other = write_lines("other.jsonl", [{**rows[0], "reference_answer": "2"}])
    code, _, error = run("prove", package, other, "--run", "run")
    assert code == 2
    assert "the run's prompt 'p0' reads otherwise than in" in error


def test_a_score_that_depends_on_the_place_is_a_difference(package_of, evidence):
    report = prove(package_of(PLACED), **evidence("yes", "no", "perhaps"))
    assert (report.verdict, report.exit_code) == ("differs", 1)
    (one,) = report.differences
    assert (one.prompt_id, one.index, one.audit, one.function, one.detail) == ("a", 1, 0.0, 0.25, None)
    text = render(report, Display())
    assert text.startswith("DIFFERS  ")
    assert "2 of 3 scores equal the audit's worker's" in text
    assert [line.split() for line in text.splitlines() if line.startswith("a ")] == [["a", "1", "0.0", "0.25"]]


def test_noise_is_told_from_a_difference_of_the_place(package_of, evidence):
    report = prove(package_of(NOISY), **evidence("yes", "no"))
    assert report.scores.noisy == report.scores.repeated == 2
    assert any(notice.startswith("the reward is noisy: asked again, 2 of 2 samples") for notice in report.notices)


def test_a_sample_that_fails_takes_its_batch_and_the_others_are_still_compared(package_of, evidence):
    report = prove(package_of(SOUND), **evidence("yes", "raise", "no"))
    assert report.verdict == "failed"
    (failure,) = report.failures
    assert (failure.type, failure.count, failure.samples) == ("UnscoredError", 1, 3)
    assert "a:1 (raised: ValueError: unreadable (reward.py:4))" in failure.message
    assert (report.scores.equal, report.scores.both_unscored, report.scores.different) == (2, 1, 0)
    assert "UnscoredError  1 invocation, the first of 3 samples" in render(report, Display())


def test_a_chosen_score_for_failures_keeps_the_batch_and_counts_as_none(package_of, evidence):
    report = prove(package_of(SOUND, on_failure=0.0), **evidence("yes", "raise", "no"))
    assert (report.verdict, report.failures) == ("proven", ())
    assert (report.scores.equal, report.scores.both_unscored) == (2, 1)


def test_timeouts_are_counted_and_not_waited_for_for_ever(package_of, evidence, monkeypatch):
    monkeypatch.setattr(execution, "MOST_TIMEOUTS", 2)
    report = prove(package_of(HANDLER), timeout=0.5, **evidence("sleep", "yes", "sleep", "no"))
    assert report.verdict == "failed"
    (failure,) = report.failures
    assert (failure.type, failure.count) == ("Sandbox.Timedout", 1)
    assert failure.message.endswith("Task timed out after 0.50 seconds")
    assert report.scores.not_asked == 3
    assert "asking stopped after too many failures" in report.notices


def test_a_return_that_breaks_the_contract_is_a_failure(package_of, evidence):
    report = prove(package_of(HANDLER), **evidence("drop", "yes"))
    assert report.verdict == "failed"
    assert report.failures[0].type in {"UnscoredError", "ReturnError"}


def test_a_package_that_does_not_load_fails_at_once(package_of, evidence):
    package = package_of('__import__("no_such_module")\n' + SOUND)
    report = prove(package, **evidence("yes", "no"))
    (failure,) = report.failures
    assert failure.type == "Runtime.ImportModuleError"
    assert "No module named 'no_such_module'" in failure.message
    assert "the function does not load" in report.notices
    assert report.scores.not_asked == 2
    assert report.recommended is None
    assert render(report, Display()).startswith("FAILED  ")


def test_ends_of_the_runtime_are_told_apart_and_errors_of_the_code_by_their_type():
    said = "RequestId: {} Error: Runtime exited with error: exit status {}"
    failures = [
        execution.Failure("Runtime.ExitError", said.format("1", 3), 1, ""),
        execution.Failure("UnscoredError", "a:1 (raised: KeyError)", 1, ""),
        execution.Failure("UnscoredError", "a:2 (raised: IndexError)", 1, ""),
        execution.Failure("Runtime.ExitError", said.format("2", 4), 1, ""),
        execution.Failure("UnscoredError", "a:3", 1, ""),
        execution.Failure("Runtime.ExitError", said.format("3", 4), 1, ""),
    ]
    found = [(one.message, count) for one, count in execution.kinds_of(failures)]
    assert found == [(failures[1].message, 3), (failures[3].message, 2), (failures[0].message, 1)]


def test_slow_loading_is_told(package_of, evidence, monkeypatch):
    monkeypatch.setattr("rewardlab.aws.prove.summary.SLOW_INIT", 0.0)
    report = prove(package_of(SOUND), **evidence("yes"))
    assert any(notice.endswith("give it more memory, or import less") for notice in report.notices)


def test_compiled_modules_for_another_python_are_refused(write_package, evidence):
    other = "3.10" if python_here() != "3.10" else "3.14"
    package = write_package(files={"fast.so": b"\x7fELF"}, python=other)
    with pytest.raises(
        UsageError, match=rf"holds fast\.so, compiled for Python {other} on x86_64.*--python {python_here()}"
    ):
        prove(package, **evidence("yes"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "one source of generations is needed; expected --model recorded:FILE, or --run RUN"),
        (["--model", "recorded:r.jsonl", "--run", "run"], "one source of generations is needed"),
        (["--model", "recorded:r.jsonl"], "recorded generations need their prompts"),
        (["--model", "vllm:some/model"], "'vllm:some/model' would have to be sampled; expected recorded:FILE"),
        (["--run", "nowhere"], "nowhere: no such run directory"),
        (["--run", "r", "--env", "NAME"], "--env: 'NAME' has no value; expected NAME=VALUE"),
        (["--run", "r", "--env", "AWS_REGION=x"], "--env: Lambda keeps AWS_REGION for itself"),
        (["--run", "r", "--env", "1=x"], "--env: Lambda takes no variable '1'"),
        (["--run", "r", "--env", f"NAME={'x' * 4096}"], "--env: the variables are too long"),
        (["--run", "r", "--memory", "100"], "100 is not in the range 128<=x<=10240"),
        (["--run", "r", "--timeout", "901"], "901 is not in the range 1<=x<=900"),
    ],
)
def test_bad_usage_says_what_to_do(run, write_package, arguments, said):
    code, out, error = run("prove", write_package(), *arguments)
    assert (code, out) == (2, "")
    assert said in error


def test_without_the_client_it_says_how_to_install_it(run, write_package, monkeypatch):
    monkeypatch.setattr("rewardlab.aws.prove.runtime_client.PACKAGE", "no-such-client")
    code, _, error = run("prove", write_package(), "--run", "r")
    assert code == 2
    assert "pip install 'rewardlab[aws]'" in error

"""A reward is packaged, deployed and audited through its function: moto's server, AWS's runtime, no other stand-in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rewardlab.auditing.resume import reward_record
from rewardlab.auditing.stream import fill
from rewardlab.progress import Silent
from rewardlab.rewards.deployed.function import hexadecimal
from rewardlab.runs.directory import Run
from rewardlab.settings.audit import Settings
from tests.aws.conftest import ROLE, client
from tests.aws.moto_server import throttle
from tests.conftest import REWARD, groups_of

pytestmark = pytest.mark.process

ARN = "arn:aws:lambda:us-east-1:123456789012:function:my-SageMaker-reward"


@pytest.fixture
def task(task_of, url, monkeypatch):
    """A small audit, and AWS's settings that lead to moto."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setattr("rewardlab.rewards.deployed.scoring.BACKOFF_SECONDS", 0.01)
    return task_of(groups_of({2: 2, 4: 2, 0: 1}, n=4))


@pytest.fixture
def audit(run, task):
    """Run `rewardlab audit`; returns its report and standard error."""

    def call(reward: object, *options: object) -> tuple[dict, str]:
        model = f"recorded:{task['recorded']}"
        _, out, err = run("audit", reward, task["prompts"], "--model", model, "--format", "json", *options)
        return json.loads(out), err

    return call


@pytest.fixture
def release(run, deploy, task):
    """Package the task's reward for this Python and deploy it; returns what deploy printed."""

    def call(*options: object) -> dict:
        code, out, err = run("package", task["reward"], "-o", "reward.zip")
        assert code == 0, out + err
        code, told, err = deploy(Path("reward.zip"), *options)
        assert code == 0, err
        return told

    return call


def outcomes(report: dict) -> dict:
    return {name: count for name, count in report["reward"]["outcomes"].items() if count}


def test_what_is_packaged_deployed_and_updated_is_audited_as_the_file_was(audit, release, task, url):
    local, _ = audit(task["reward"], "--out", "local")
    told = release("--role", ROLE, "--timeout", 20, "--alias", "live")
    through, err = audit(told["arn"], "--out", "through", "-q")
    assert (told["arn"], err) == (ARN, "")
    assert through["baseline"] == local["baseline"]
    assert outcomes(through) == outcomes(local) == {"scored": 20}
    reward = through["provenance"]["reward"]
    held = client("lambda", url).get_function_configuration(FunctionName="my-SageMaker-reward")
    assert (reward["path"], reward["timeout"], reward["memory_mb"]) == (ARN, 20, 512)
    assert reward["sha256"] == hexadecimal(held["CodeSha256"])

    # New code, in the same run: it turns right and wrong around, and raises where the old one gave 0.
    turned = "    if completion == '0': raise KeyError('unit')\n    return 1 - float(completion.strip"
    task["reward"].write_text(REWARD.replace("    return float(completion.strip", turned))
    assert [change["setting"] for change in release("--alias", "live")["changes"]] == ["code"]
    updated, _ = audit("lambda:my-SageMaker-reward:live", "--out", "through", "-q")
    assert outcomes(updated) == {"scored": 12, "raised": 8}
    assert updated["baseline"]["positive"]["estimate"] == 0.0
    (found,) = [finding for finding in updated["findings"] if finding["code"] == "RL201"]
    assert "UnscoredError: 1 of 1 samples have no score" in json.dumps(found["evidence"])
    assert "KeyError: 'unit' (reward.py:5)" in json.dumps(found["evidence"])


def test_throttling_is_told_and_costs_no_sample(run, release, task, url):
    release("--role", ROLE)
    model = f"recorded:{task['recorded']}"
    run("sample", task["prompts"], "--model", model, "--out", "here", "-q")
    throttle(url, 2)
    with Run.open(Path("here")) as opened:  # without the examination, which would be throttled in its place
        settings = Settings.model_validate(opened.manifest.settings)
        record = reward_record(Path(ARN), settings)
        filled = fill(opened, settings, reward=Path(ARN), record=record, progress=Silent(), sample=False)
        assert opened.scores(record.key).read()["reason"].to_pylist() == [None] * 20
    (found,) = filled.findings
    assert (found.code, found.severity, found.evidence["throttled"], found.evidence["invocations"]) == (
        *("RL204", "warning", 2),
        3,
    )

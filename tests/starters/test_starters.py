"""Tests of what `rewardlab init` writes: each starter audits cleanly; its CI file fails when the reward is broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from rewardlab.errors import UsageError
from rewardlab.starters import STARTERS, write_starter
from rewardlab.starters.example import EACH, PROMPTS, generations, questions

#: A number that equals every other: any answer earns what a right one does.
BROKEN = """

def _number(text):
    return type("Any", (), {"__eq__": lambda *_: True})()
"""


def run(where: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run(command, cwd=where, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.process
@pytest.mark.parametrize("name", STARTERS)
def test_a_starter_audits_cleanly(name, tmp_path):
    write_starter(name, tmp_path / "mine")
    done = run(tmp_path / "mine", "rewardlab", "audit", "reward.py", "prompts.jsonl", "--format", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["verdict"] == "go"
    # That \\boxed{} is not read is a note: the prompts ask for another format.
    assert {(one["code"], one["severity"]) for one in report["findings"]} <= {("RL403", "note")}
    assert report["provenance"]["platform"] == STARTERS[name].platform


def steps(where: Path) -> list[str]:
    """The commands of the CI file but for the installation."""
    held = yaml.safe_load((where / "ci.yml").read_text())["jobs"]["reward"]["steps"]
    return [one["run"] for one in held if "run" in one and "pip install" not in one["run"]]


@pytest.mark.process
@pytest.mark.parametrize("name", ["trl", "bedrock"])
def test_the_ci_file_fails_when_the_reward_is_broken(name, tmp_path):
    write_starter(name, tmp_path)
    commands = steps(tmp_path)
    assert [run(tmp_path, "bash", "-ec", one).returncode for one in commands] == [0, 0]
    with (tmp_path / "reward.py").open("a") as reward:
        reward.write(BROKEN)
    assert run(tmp_path, "bash", "-ec", commands[0]).returncode == 1


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "prompts.jsonl").write_text("mine")
    with pytest.raises(UsageError, match=r"prompts\.jsonl exists"):
        write_starter("trl", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["prompts.jsonl"]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "mine").write_text("")
    with pytest.raises(UsageError):
        write_starter("trl", tmp_path / "mine")


def test_an_unknown_trainer_is_told_the_known_ones(tmp_path):
    with pytest.raises(UsageError, match="trl, verl"):
        write_starter("trlx", tmp_path)


def test_the_example_is_the_same_each_time_and_every_answer_is_right():
    asked = questions()
    assert asked == questions()
    assert len({one.id for one in asked}) == len({one.text for one in asked}) == PROMPTS
    assert all(
        int(one.answer) == one.each * one.crates and one.right.endswith(f"Answer: {one.answer}") for one in asked
    )
    made = list(generations(asked))
    assert made == list(generations(asked))
    assert len(made) == PROMPTS * EACH

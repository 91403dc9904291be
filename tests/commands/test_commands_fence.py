"""The options of the fence as a person types them, and what is told of it on standard error.

Where this machine's kernel cannot fence files, nothing is denied, and that is told instead.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from tests.kernels import kernel_here

pytestmark = pytest.mark.process

KERNEL = kernel_here()
FENCE = KERNEL.fence()


def kept_from(path, err, who="reward"):
    """Whether the denial stands on standard error, told once; or, where files are not fenced, that they are not."""
    told = f"the {who} answered, but the fence denied it reading {path} (--{who}-files {path} allows it)"
    return err.count(told) == 1 if FENCE.files else told not in err and unfenced(err, who)


def unfenced(err, who="reward"):
    return err.count(f"the {who} is not fenced in wholly on this machine: files are not: it may read what you may") == 1


ROWS = [
    {"id": f"p{i}", "messages": [{"role": "user", "content": f"{i}+{i}"}], "reference_answer": str(2 * i)}
    for i in range(4)
]
SWALLOWS = """
import pathlib

def score(completion, reference):
    try:
        right = pathlib.Path({path!r}).read_text()
    except OSError:
        right = "right"
    return float(completion.strip() == str(reference)) if right == "right" else 0.5
"""
RAISES = """
def score(completion, reference):
    with open({path!r}) as table:
        return float(completion.strip() == str(reference)) * len(table.read())
"""


@pytest.fixture
def table():
    """A file in no temporary folder that becomes the reward's own."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        path = Path(folder) / "table.txt"
        path.write_text("right")
        yield path


@pytest.fixture
def folder(tmp_path, write_lines):
    write_lines("prompts.jsonl", ROWS)
    texts = [
        {"prompt_id": row["id"], "index": i, "text": row["reference_answer"] if i else "no"}
        for row in ROWS
        for i in range(2)
    ]
    write_lines("generations.jsonl", texts)
    return tmp_path


AUDIT = (
    "audit",
    "reward.py",
    "prompts.jsonl",
    "--model",
    "recorded:generations.jsonl",
    "--out",
    "run",
    "--format",
    "json",
)


@pytest.mark.parametrize("command", [AUDIT, ("check", "reward.py", "--format", "json")], ids=["audit", "check"])
def test_a_denial_that_the_reward_swallows_is_told_once(run, folder, table, command):
    (folder / "reward.py").write_text(SWALLOWS.format(path=str(table)))
    _, _, err = run(*command, told=True)
    assert kept_from(table, err)
    _, _, allowed = run(*command[:-2], "--format", "json", "--reward-files", str(table), told=True)
    assert "the fence denied" not in allowed
    assert ("fenced in wholly" in allowed) == KERNEL.missing


def test_a_reward_that_fails_for_it_says_why_and_audits_with_the_option(run, folder, table):
    (folder / "reward.py").write_text(RAISES.format(path=str(table)))
    _, out, err = run(*AUDIT, told=True)
    outcomes = json.loads(out)["reward"]["outcomes"]
    if FENCE.files:
        assert f"--reward-files {table} allows it" in out
        assert outcomes["raised"] == 8
    else:
        assert unfenced(err)
        assert (outcomes["scored"], outcomes["raised"]) == (8, 0)
    _, again, _ = run(*AUDIT, "--reward-files", str(table.parent))
    found = json.loads(again)["reward"]["outcomes"]
    assert (found["scored"], found["raised"]) == (8, 0), "the option makes it another reward: scored anew"


def test_the_options_are_in_the_help_of_every_command_that_runs_a_reward(run):
    for command in ("audit", "check", "score", "package"):
        _, out, _ = run(command, "--help")
        assert "--reward-network" in out
        assert "--reward-files" in out
    for command in ("audit", "judge"):
        assert "--judge-network" in run(command, "--help")[1]


def test_a_judge_in_python_is_fenced_in_by_options_of_its_own(run, folder, table):
    (folder / "reward.py").write_text("def score(completion, reference): return float(completion == reference)")
    (folder / "mine.py").write_text(
        f"def judge(response):\n    try:\n        return len(open({str(table)!r}).read()) > 0\n"
        "    except OSError:\n        return 0.5\n"
    )
    (folder / "mine.toml").write_text('kind = "boolean"\nmodel = "python:mine.py:judge"\n')
    _, out, err = run(*AUDIT, "--judge", "mine.toml", told=True)
    assert kept_from(table, err, "judge")
    assert ("0.5 is not on the scale" in out) == (FENCE.files > 0)
    again = ("audit", *AUDIT[1:5], "--out", "again", "--judge", "mine.toml", "--judge-files", str(table))
    _, out, err = run(*again, "--format", "json")
    assert "the fence denied" not in err
    assert "is not on the scale" not in out

"""`rewardlab check` as a person types it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

import rewardlab
from rewardlab.commands.check import command
from rewardlab.findings import Finding
from rewardlab.formats.check import CHECK_FORMATS
from tests.kernels import untold

pytestmark = pytest.mark.process

SOUND = """
def score(completion, reference):
    return float(completion.strip() == str(reference))
"""
ROWS = [
    {"id": f"p{i}", "messages": [{"role": "user", "content": f"{i}+{i}"}], "reference_answer": str(2 * i)}
    for i in range(3)
]


@pytest.fixture
def reward(tmp_path, write_lines):
    """Write a reward into a folder of its own, with prompts beside it; returns its path."""

    def write(code: str = SOUND, folder: str = "one", rows=ROWS) -> Path:
        (tmp_path / folder).mkdir(parents=True)
        path = tmp_path / folder / "reward.py"
        path.write_text(code)
        if rows is not None:
            write_lines(f"{folder}/prompts.jsonl", rows)
        return path

    return write


@pytest.fixture
def blocked(monkeypatch):
    """A probe that blocks the rewards in folders called bad."""
    monkeypatch.setattr(
        "rewardlab.auditing.examination.examine",
        lambda subject: (
            (Finding("RL402", "blocker", {"examples": [{"detail": "an empty answer scores"}]}),)
            if subject.every_prompt[0].row.get("bad")
            else ()
        ),
    )


BAD = [{**row, "bad": True} for row in ROWS]


def test_rows_that_were_cut_are_noted_and_found(reward, run):
    rows = [{**row, "messages": [*row["messages"], {"role": "assistant", "content": "So."}]} for row in ROWS]
    code, out, error = run("check", reward(rows=rows))
    assert code == 0
    assert "note: cut before the assistant's turn that ended them: 3 rows, the first on line 1" in error
    assert "3 of 3 rows were cut before the assistant's last turn" in out


def test_a_verdict_what_was_asked_and_the_findings(run, reward, blocked):
    code, out, error = run("check", reward(rows=BAD))
    assert (code, error) == (1, "")
    lines = out.splitlines()
    assert lines[0].startswith("FAIL  ")
    assert lines[1].startswith("score (plain) on smtj, asked about 3 of 3 prompts in ")
    assert "RL402  blocker  a shortcut scores" in out
    assert "an empty answer scores" in out


def test_nothing_that_blocks_is_a_pass(run, reward, blocked):
    code, out, _ = run("check", reward())
    assert (code, out.split()[0]) == (0, "PASS")
    assert "no findings" in out


def test_json_meets_its_shipped_schema(run, reward):
    path = reward()
    code, out, _ = run("check", path, "--format", "json", "--platform", "bedrock", "--seed", "7")
    checks = json.loads(out)
    schema = json.loads((Path(rewardlab.__file__).parent / "schemas" / "check-1.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(checks, schema)
    (report,) = checks["checks"]
    assert code == {"pass": 0, "fail": 1}[checks["verdict"]]
    assert (report["reward"], report["platform"], report["prompts"]) == (str(path), "bedrock", 3)
    assert report["provenance"]["seed"] == 7
    assert report["provenance"]["prompts"]["path"] == str(path.with_name("prompts.jsonl"))


def test_a_folder_is_every_reward_in_it_and_fails_when_one_does(run, reward, blocked, tmp_path):
    reward(folder="many/b_good")
    reward(folder="many/a_bad", rows=BAD)
    code, out, _ = run("check", tmp_path / "many", "--format", "json")
    checks = json.loads(out)
    assert (code, checks["verdict"]) == (1, "fail")
    assert [(Path(one["reward"]).parent.name, one["verdict"]) for one in checks["checks"]] == [
        ("a_bad", "fail"),
        ("b_good", "pass"),
    ]
    code, out, _ = run("check", tmp_path / "many")
    assert [line.split()[0] for line in out.splitlines() if line.startswith(("PASS", "FAIL"))] == ["FAIL", "PASS"]


def test_named_prompts_stand_in_for_those_beside_the_reward(run, reward, tmp_path, write_lines):
    path = reward(rows=None)
    other = write_lines("other.jsonl", ROWS[:2])
    checks = json.loads(run("check", path, other, "--format", "json")[1])
    assert checks["checks"][0]["prompts"] == 2


def test_the_settings_beside_the_prompts_hold(run, reward):
    path = reward()
    path.with_name("rewardlab.toml").write_text('platform = "rft-eval"\nmodel = "vllm:none"')
    assert json.loads(run("check", path, "--format", "json")[1])["checks"][0]["platform"] == "rft-eval"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("1 / 0\n", "reward.py:1: does not import: ZeroDivisionError"),
        ("def f(\n", "reward.py:1: does not import: SyntaxError"),
        ("x = 1\n", "reward.py"),
        ("import os\nos._exit(3)\n", "importing it did not end well (the process exited with 3"),
    ],
)
def test_a_reward_that_cannot_be_loaded_is_one_line_and_exit_2(run, reward, code, message):
    result, out, error = run("check", reward(code))
    assert (result, out, error.count("\n")) == (2, "", 1)
    assert error.startswith("rewardlab: ")
    assert message in error


def test_what_is_missing_is_one_line_and_exit_2(run, reward, tmp_path, write_lines):
    path = reward(rows=None)
    (tmp_path / "empty").mkdir()
    rows = write_lines("prompts.jsonl", ROWS)
    for arguments, message in (
        ([path], "no prompts named, and no prompts.jsonl beside it; name a file"),
        ([path, tmp_path / "no.jsonl"], "no.jsonl"),
        ([tmp_path / "no.py", rows], "no.py: cannot be read (No such file or directory)"),
        ([tmp_path / "empty"], "empty: no reward.py in this folder; name the file"),
        ([path, rows, "--platform", "azure"], "--platform: no platform 'azure'"),
        ([path, rows, "--seed", "x"], "--seed: 'x' is not allowed"),
        ([path, rows, "--entry", "nope"], "defines no function 'nope'"),
    ):
        result, out, error = run("check", *arguments)
        assert (result, out, error.count("\n")) == (2, "", 1)
        assert message in error


def test_output_goes_to_the_file_that_is_named(run, reward, tmp_path):
    path = reward()
    code, out, _ = run("check", path, "--format", "json", "--output", tmp_path / "c.json")
    assert (code, out) == (0 if json.loads((tmp_path / "c.json").read_text())["verdict"] == "pass" else 1, "")


def test_every_format_that_is_offered_can_be_shown():
    (option,) = [one for one in command.params if one.name == "format_"]
    assert set(option.type.choices) <= set(CHECK_FORMATS)


def test_a_reader_that_stops_reading_is_no_error(reward, tmp_path):
    line = f"{sys.executable} -m rewardlab check {reward()} | head -1"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.startswith(("PASS  ", "FAIL  "))
    assert untold(done.stderr) == ""

"""What the world around a command does to it: closed streams, strange names, a run directory that goes away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import groups_of
from tests.kernels import untold

pytestmark = pytest.mark.process

SLOW = """
import time
def score(completion, reference):
    time.sleep(0.02)
    return float(completion == reference)
"""


@pytest.fixture
def task(task_of):
    return task_of(groups_of({0: 40, 4: 60, 8: 20}))


def audit_of(task, out, reward=None):
    command = [sys.executable, "-m", "rewardlab", "audit", reward or task["reward"], task["prompts"]]
    return [*command, "--model", f"recorded:{task['recorded']}", "--out", out]


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_bug(task, tmp_path, closed):
    """The verdict is the exit code's, as with /dev/null, and nothing is printed into the run's files."""
    command = f'exec "$@" {closed}'
    arguments = ["bash", "-c", command, "bash", *audit_of(task, "run")]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, untold(done.stderr)) == (0, "")
    again = subprocess.run(audit_of(task, "run"), capture_output=True, text=True, cwd=tmp_path, check=False)
    assert again.stdout.startswith("GO  recorded:")


def test_a_file_whose_name_is_no_utf8_is_read(run, task):
    strange = task["reward"].with_name(os.fsdecode(b"r\xff.py"))
    shutil.copy(task["reward"], strange)
    code, out, _ = run("audit", strange, task["prompts"], "--model", f"recorded:{task['recorded']}")
    assert (code, out[:2]) == (0, "GO")


def test_a_run_directory_whose_name_is_no_utf8_is_refused(run, task, tmp_path):
    folder = os.fsdecode(b"run\xff")
    said = r"rewardlab: run\udcff: the folder's name is not UTF-8; name another folder"
    arguments = [task["reward"], task["prompts"], "--model", f"recorded:{task['recorded']}", "--out", folder]
    assert run("audit", *arguments) == (2, "", said + "\n")
    (tmp_path / folder).mkdir()
    assert run("report", folder) == (2, "", said + "\n")


def test_markup_in_a_path_is_shown_as_it_is(run, task, tmp_path):
    code, _, error = run("check", tmp_path / "[red]x[/red].py", task["prompts"])
    assert code == 2
    assert "[red]x[/red].py: cannot be read (No such file or directory)" in error


@pytest.mark.parametrize("replaced", ["removed", "a file", "another folder"])
def test_a_run_directory_that_goes_away_is_told(task, tmp_path, replaced):
    task["reward"].write_text(SLOW)
    folder = tmp_path / "run"
    with subprocess.Popen(audit_of(task, folder), stderr=subprocess.PIPE, text=True) as auditing:
        while not (folder / "generations").is_dir():
            time.sleep(0.02)
        folder.rename(tmp_path / "away")
        if replaced == "a file":
            folder.write_text("")
        elif replaced == "another folder":
            folder.mkdir()
        said = auditing.communicate()[1]
    assert auditing.returncode == 2
    assert len(said.splitlines()) == 1
    assert said.startswith(f"rewardlab: {folder}")


def test_a_number_beyond_the_largest_is_told_with_its_line(run, task, tmp_path):
    lines = task["prompts"].read_text().splitlines()
    lines[2] = lines[2].replace('"reference_answer": "1"', '"reference_answer": 1e400')
    task["prompts"].write_text("\n".join(lines))
    code, _, error = run("audit", task["reward"], task["prompts"], "--model", "recorded:x", "--out", "run")
    assert code == 2
    assert "prompts.jsonl:3: not usable JSON (1e400 is beyond the largest number)" in error
    assert not (tmp_path / "run").exists()


def test_a_key_that_stands_twice_is_told_with_its_line(run, task):
    """The second value would win without a word, and hide a reference."""
    lines = task["prompts"].read_text().splitlines()
    lines[0] = lines[0].replace('"reference_answer": "1"', '"reference_answer": "1", "reference_answer": "2"')
    task["prompts"].write_text("\n".join(lines))
    code, _, error = run("check", task["reward"], task["prompts"])
    assert code == 2
    assert "prompts.jsonl:1: not usable JSON (the key 'reference_answer' stands twice in one object)" in error


@pytest.mark.parametrize("name", ["rewardlab.toml", "judge.toml", "recipe.yaml", "prompts.jsonl"])
def test_what_is_nested_too_deeply_is_told(run, task, tmp_path, name):
    (tmp_path / name).write_text(("x = " if name.endswith("toml") else "") + "[" * 100_000)
    arguments = [task["reward"], tmp_path / name if name == "prompts.jsonl" else task["prompts"]]
    options = {"judge.toml": ["--judge", name], "recipe.yaml": ["--sampling-from", name]}.get(name, [])
    code, _, error = run("audit", *arguments, "--model", f"recorded:{task['recorded']}", *options)
    assert code == 2
    assert len(error.splitlines()) == 1
    assert Path(name).stem in error

"""Progress: bars for a person, notes for a log, nothing when quiet."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import time

import pytest

from rewardlab.commands.terminal import NotesOnly, progress_for
from rewardlab.progress import Silent
from tests.conftest import groups_of, slow

pytestmark = pytest.mark.process


def test_quiet_says_nothing_and_a_pipeline_gets_notes_only(capsys):
    assert type(progress_for(quiet=True)) is Silent
    progress = progress_for(quiet=False)
    assert type(progress) is NotesOnly
    progress.loading("m")
    progress.stage("weights")
    progress.loaded()
    progress.begin(to_sample=1, to_score=1)
    progress.update(sampled=1, scored=1)
    progress.end()
    progress.note("seen")
    assert capsys.readouterr() == ("", "rewardlab: note: seen\n")


def test_a_long_load_is_told_now_and_then_where_there_is_no_terminal(capfd):
    progress = NotesOnly(every=0.05)
    progress.loading("m")
    progress.stage("import")
    time.sleep(0.2)
    progress.stage("weights")
    time.sleep(0.2)
    progress.loaded()
    lines = capfd.readouterr().err.splitlines()
    assert lines[0] == "rewardlab: loading m: import, 0 s"
    assert "rewardlab: loading m: weights, 0 s" in lines
    assert lines[-1] == "rewardlab: loaded m in 0 s (import 0 s, weights 0 s)"


def test_silent_progress_takes_everything(capsys):
    progress = Silent()
    progress.loading("m")
    progress.begin(to_sample=1, to_score=1)
    progress.update(sampled=1, scored=1)
    progress.end()
    progress.note("x")
    assert capsys.readouterr() == ("", "")


@pytest.fixture
def at_a_terminal(tmp_path):
    """Run a command with a pseudo terminal as its standard error (and output); returns the code and what it showed."""

    def run(*command: str) -> tuple[int, str]:
        mine, theirs = pty.openpty()
        with subprocess.Popen(
            command, stdout=theirs, stderr=theirs, cwd=tmp_path, env={**os.environ, "COLUMNS": "120"}
        ) as process:
            os.close(theirs)
            shown = b""
            while True:
                try:
                    chunk = os.read(mine, 4096)
                except OSError:  # Linux's way of saying that the other end is closed
                    break
                if not chunk:
                    break
                shown += chunk
        os.close(mine)
        return process.returncode, shown.decode()

    return run


def test_a_person_sees_bars_with_rates_and_time_left_and_a_coloured_verdict(task_of, at_a_terminal):
    task = task_of(groups_of({4: 100}, low=0.25, high=0.75))
    task["reward"].write_text(slow(0.002))
    code, shown = at_a_terminal(
        sys.executable, "-m", "rewardlab", "audit", str(task["reward"]), str(task["prompts"]), "--model",
        f"recorded:{task['recorded']}", "--success-at", "0.5",
    )  # fmt: skip
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    assert code == 0
    assert "loading recorded:" in plain
    assert re.search(r"scored .*\d+/800 .*\d+/s .*\d:\d\d:\d\d", plain)
    assert "\x1b[1;32mGO" in shown


def test_a_person_sees_how_many_questions_a_judge_has_answered(task_of, at_a_terminal, tmp_path):
    task = task_of(groups_of({4: 20}))
    (tmp_path / "slow.py").write_text(
        "import time\ndef judge(response):\n    time.sleep(0.01)\n    return response == '1'"
    )
    (tmp_path / "slow.toml").write_text('kind = "boolean"\nmodel = "python:slow.py:judge"\n')
    _, shown = at_a_terminal(
        sys.executable, "-m", "rewardlab", "audit", str(task["reward"]), str(task["prompts"]), "--model",
        f"recorded:{task['recorded']}", "--judge", "slow.toml",
    )  # fmt: skip
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    assert re.search(r"judged .*\d+/\d+ .*\d+/s", plain)
    assert re.search(r"note: judge slow: \d+ questions", plain)

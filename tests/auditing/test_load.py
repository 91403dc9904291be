"""The machine's load decides nothing: a whole audit beside more busy processes than processors."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

import rewardlab
from tests.conftest import groups_of

pytestmark = pytest.mark.process

#: What is told of time, in seconds or by it, is a measurement of the machine.
TIMED = {"RL204"}
#: The task's own reward, slow enough to be measured, and with a fault that blocks and one of time: a text that it waits
#: for.
SLOWED = """
import time

swift = score
def score(completion, reference):
    sum(range(100_000))
    if "1/0" in completion:
        time.sleep(3.5)
    return 1.0 if completion.endswith("full marks.") else swift(completion, reference)
"""


@contextmanager
def hogs():
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3 * (os.cpu_count() or 1))]
    try:
        yield
    finally:
        for one in busy:
            one.kill()
            one.wait()


def said(report):
    """What an audit says, less what it measured of time."""
    told = [(one.code, one.severity) for one in report.findings if one.code not in TIMED]
    return report.verdict, report.reasons, report.next_step, report.baseline, report.spread, told


def test_an_audit_says_the_same_beside_busy_processes(task_of):
    task = task_of(groups_of({4: 110}))
    task["reward"].write_text(task["reward"].read_text() + SLOWED)

    def audit(out):
        model = f"recorded:{task['recorded']}"
        return rewardlab.audit(task["reward"], task["prompts"], model=model, out=out)

    quiet = audit(task["reward"].parent / "quiet")
    with hogs():
        busy = audit(task["reward"].parent / "busy")
    assert said(busy) == said(quiet)
    assert "RL402" in quiet.reasons
    assert {"RL202"} <= {one.code for one in quiet.findings}

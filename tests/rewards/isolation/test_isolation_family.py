"""A process and its children, seen from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from rewardlab.rewards.isolation import family
from rewardlab.rewards.isolation.family import Effort, delay_seconds, processor_seconds, resident_mb

pytestmark = pytest.mark.process

SLEEPS = "import time; time.sleep(60)"
BURNS = "while True: pass"
NESTED = f"""
import subprocess, sys, threading
def run(code): subprocess.run([sys.executable, "-c", code])
INNER = "import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEPS!r}])"
threading.Thread(target=run, args=(INNER,), daemon=True).start()
run({BURNS!r})
"""


@pytest.fixture
def start():
    """Start a Python program; what it leaves behind is killed with its group."""
    started = []

    def run(code):
        started.append(subprocess.Popen([sys.executable, "-c", code], start_new_session=True))
        return started[-1]

    yield run
    for one in started:
        os.killpg(one.pid, 9)
        one.wait()


def test_children_of_every_thread_and_their_children_belong_to_it(start):
    parent = start(NESTED)
    until = time.monotonic() + 30
    while len(family.family(parent.pid)) < 4 and time.monotonic() < until:
        time.sleep(0.02)
    found = family.family(parent.pid)
    assert found[0] == parent.pid
    assert len(found) == 4
    assert set(family._searched(parent.pid)) == set(found)
    assert resident_mb(parent.pid) > 4


def test_one_that_has_ended_has_no_family():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert (family.family(ended.pid), family._searched(ended.pid)) == ([], [])
    assert resident_mb(ended.pid) == processor_seconds(ended.pid) == delay_seconds(ended.pid) == 0.0


@pytest.mark.parametrize(("code", "computes"), [(SLEEPS, False), (BURNS, True), (NESTED, True)])
def test_the_share_that_a_running_call_computes_is_seen_between_two_looks(start, monkeypatch, code, computes):
    monkeypatch.setattr(family, "LEAST_SECONDS", 1.0)
    process, effort = start(code), Effort()
    time.sleep(1.5)  # its start computes
    effort.begin()
    effort.look(process.pid)
    assert effort.share is None
    effort.look(process.pid)  # too soon
    assert effort.share is None
    time.sleep(1.0)
    effort.look(process.pid)
    assert (effort.share > 0.5) is computes

"""What a reward starts ends with it, wherever it went; what it holds in memory counts."""

from __future__ import annotations

import subprocess
import sys
import time

import psutil
import pytest

from rewardlab.outcome import Unscored
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.source import RewardSource

pytestmark = pytest.mark.process

#: How a program leaves: a session of its own, a double fork, both at once, and a chain of those.
SESSION = "subprocess.Popen(PROGRAM, start_new_session=True)"
DOUBLE = "os.fork() or (os.fork() or os.execvp(PROGRAM[0], PROGRAM)) and os._exit(0)"
DAEMON = "os.fork() or (os.setsid(), os.fork() or os.execvp(PROGRAM[0], PROGRAM)) and os._exit(0)"
CHAIN = "subprocess.Popen([sys.executable, '-c', f'import os, subprocess; [os.fork() for _ in range(2)];"
CHAIN += " os.setsid() if os.getpid() != os.getsid(0) else 0; subprocess.Popen({PROGRAM!r}).wait()'])"
WAYS = {"session": SESSION, "double fork": DOUBLE, "daemon": DAEMON, "chain": CHAIN}
CODE = """
import os, subprocess, sys, time
PROGRAM = [sys.executable, "-c", {program!r}, {mark!r}]
def lambda_handler(event, context):
    {deed}
    time.sleep({seconds})
    {end}
    return "done"
"""
SLEEPS = "import time; time.sleep(600)"


def alive(mark):
    return [
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if mark in (process.info["cmdline"] or []) and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def wait_for(mark, count, seconds=20.0):
    until = time.monotonic() + seconds
    while len(alive(mark)) < count and time.monotonic() < until:
        time.sleep(0.02)
    return len(alive(mark))


@pytest.fixture
def worker_of(write_reward, tmp_path):
    made = []

    def make(deed, mark, *, program=SLEEPS, seconds=0.0, end="pass", timeout=30.0, memory=512):
        path = write_reward(CODE.format(deed=deed, mark=mark, program=program, seconds=seconds, end=end))
        made.append(WorkerProcess(RewardSource(path, None, timeout, memory), log=tmp_path / "log"))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize("way", WAYS)
def test_a_child_that_left_the_group_ends_with_the_worker(worker_of, way):
    mark = f"rewardlab-test-{way}"
    worker = worker_of(WAYS[way], mark)
    assert worker.invoke(b"[]").results == "done"
    assert wait_for(mark, 1) >= 1
    worker.close()
    assert alive(mark) == []


@pytest.mark.parametrize("way", ["session", "daemon"])
def test_and_where_the_reward_itself_has_ended_before(worker_of, way):
    """Then it has come to the audit's process."""
    mark = f"rewardlab-test-orphan-{way}"
    worker = worker_of(WAYS[way], mark, seconds=1.0, end="os._exit(3)")
    reply = worker.invoke(b"[]")
    assert isinstance(reply, Unscored)
    assert alive(mark) == []
    assert not [child for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE]


def test_a_child_of_a_reward_that_runs_out_of_time_ends_too(worker_of):
    mark = "rewardlab-test-late"
    reply = worker_of(DAEMON, mark, seconds=600, timeout=2.0).invoke(b"[]")
    assert (reply.reason, alive(mark)) == ("timed_out", [])


@pytest.mark.parametrize("way", ["session", "daemon"])
def test_the_memory_of_a_child_that_left_counts(worker_of, way):
    program = "import time; held = b'x' * (400 << 20); time.sleep(600)"
    mark = f"rewardlab-test-memory-{way}"
    reply = worker_of(WAYS[way], mark, program=program, seconds=20, memory=256).invoke(b"[]")
    assert isinstance(reply, Unscored)
    assert "outgrew its memory" in reply.detail
    assert alive(mark) == []


def test_the_other_children_of_the_audit_are_left_alone(worker_of):
    """Also one that gains no rights, as programs in sandboxes of their own do."""
    sandboxed = "import ctypes, time; ctypes.CDLL(None).prctl(38, 1, 0, 0, 0); print('up', flush=True); time.sleep(600)"
    with (
        subprocess.Popen([sys.executable, "-c", SLEEPS], start_new_session=True) as plain,
        subprocess.Popen([sys.executable, "-c", sandboxed], stdout=subprocess.PIPE, text=True) as other,
    ):
        assert other.stdout is not None
        assert other.stdout.readline() == "up\n"
        first, second = worker_of("pass", "first"), worker_of("pass", "second")
        assert first.invoke(b"[]").results == second.invoke(b"[]").results == "done"
        first.close()
        assert (plain.poll(), other.poll()) == (None, None)
        assert second.invoke(b"[]").results == "done", "another worker goes on"
        plain.kill()
        other.kill()


def test_what_others_leave_is_not_taken_in_when_no_worker_is_there(worker_of):
    """Nobody here would wait for it: it would stay in the list of processes."""
    leaves = "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', 'pass']).pid)"
    worker = worker_of("pass", "gone")
    worker.invoke(b"[]")
    worker.close()
    told = subprocess.run([sys.executable, "-c", leaves], capture_output=True, text=True, check=True)
    assert int(told.stdout) not in [child.pid for child in psutil.Process().children()]

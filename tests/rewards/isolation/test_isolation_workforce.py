"""How many workers a reward gets: by what it computes and waits, by what was asked for, by what they are worth."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from rewardlab.platforms import PLATFORMS
from rewardlab.rewards.isolation import workforce
from rewardlab.rewards.isolation.pool import ScoringPool
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.reply import Answer
from rewardlab.rewards.isolation.source import RewardSource
from rewardlab.rewards.isolation.workforce import Load, affordable, repaid, worth
from rewardlab.task import Generation
from tests.rewards.conftest import prompt

#: Leaves its process's id beside it, and goes on when there are so many; after a while without. Its score is its place
#: among the calls of its process.
MEETING = """
import os, pathlib, time
_here = pathlib.Path(__file__).with_name("pids")
_here.mkdir(exist_ok=True)
(_here / str(os.getpid())).touch()
_calls = 0
def score(completion, reference):
    global _calls
    _calls += 1
    until = time.monotonic() + {seconds}
    while len(list(_here.iterdir())) < {wanted} and time.monotonic() < until:
        time.sleep(0.02)
    return float(_calls)
"""


@pytest.mark.parametrize(
    ("computing", "expected"),
    [(None, 2), (1.0, 2), (0.51, 2), (0.5, 4), (0.25, 8), (0.2, 10), (0.125, 16), (0.01, 16), (0.0, 16)],
)
def test_workers_keep_two_processors_busy(computing, expected):
    """Two processors over the share: 2 / 0.25 = 8; sixteen at most, and the processors for one that computes."""
    assert worth(computing, cores=2, most=16) == expected


def test_a_reward_gets_a_worker_for_each_processor_at_least():
    assert worth(0.01, cores=8, most=4) == 8
    assert worth(0.01, cores=2, most=0) == 2


def test_workers_repay_their_start():
    """100 s of work and starts of 1 s: ten; the tenth saves 100/9 - 100/10 = 1.1 s."""
    assert repaid(100, 1.0) == 10
    assert repaid(0.58, 0.2) == 1
    assert repaid(0.0, 0.0) == 0


def test_workers_fit_into_half_of_the_free_memory():
    free = psutil.virtual_memory().available / (1 << 20)
    assert affordable(free / 8) in {3, 4, 5}  # others use memory meanwhile
    assert affordable(2 * free) == 0


def test_the_load_is_that_of_the_last_calls():
    """10 s of which 10 computed, then 10 s of which none: (10 / 2 + 0) / (10 / 2 + 10)."""
    load = Load()
    assert load.computing is None
    load.see(10, 10)
    assert load.computing == 1.0
    load.see(10, 0)
    assert load.computing == pytest.approx(1 / 3)
    assert load.last == 10
    load.see(10, 0, 0.5)
    load.see(10, 0, 2)
    assert load.computing > 0.5, "its children compute for a fifth of its time"


@pytest.fixture
def scores(write_reward, tmp_path):
    """Score so many samples, each a batch of its own; the pool and the scores in the samples' order."""

    def run(code, *, count, workers=None, platform="scorer-oss"):
        source = RewardSource(write_reward(code), None, 60, 512)
        with ScoringPool(source, PLATFORMS[platform], log=tmp_path / "log", workers=workers) as pool:
            for index in range(count):
                pool.submit(prompt(), Generation("p", index, str(index), "stop"))
            pool.flush()
            found = dict(one for outcomes in iter(pool.wait, []) for one in outcomes)
        return pool, [found["p", index].score for index in range(count)]

    return run


@pytest.mark.process
def test_as_many_processes_score_as_were_asked_for(scores, tmp_path):
    """Each call waits until all five are there."""
    pool, found = scores(MEETING.format(wanted=5, seconds=50), count=20, workers=5)
    assert len(list((tmp_path / "pids").iterdir())) == pool.size == 5
    assert len(found) == 20


@pytest.mark.process
def test_one_worker_scores_all_in_their_order(scores, tmp_path):
    pool, found = scores(MEETING.format(wanted=2, seconds=0.02), count=12, workers=1)
    assert len(list((tmp_path / "pids").iterdir())) == pool.size == 1
    assert found == [float(place) for place in range(1, 13)]


@pytest.mark.process
def test_a_reward_that_waits_gets_more_workers_than_processors_while_its_first_calls_last(
    scores, tmp_path, monkeypatch
):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    pool, _ = scores(MEETING.format(wanted=6, seconds=50), count=40)
    assert len(list((tmp_path / "pids").iterdir())) >= 6
    assert 6 <= pool.size <= workforce.MOST_WAITING


BUSY = """
import time
def score(completion, reference):
    until = time.process_time() + 0.08
    while time.process_time() < until:
        pass
    return 1.0
"""
CHILD = """
import subprocess, sys
CODE = "import time\\nwhile time.process_time() < 0.4: pass"
def score(completion, reference):
    subprocess.run([sys.executable, "-S", "-c", CODE], check=True)
    return 1.0
"""


@pytest.mark.process
@pytest.mark.parametrize(("code", "count"), [(BUSY, 60), (CHILD, 12)], ids=["itself", "in children"])
def test_a_reward_that_computes_gets_a_worker_for_each_processor(scores, monkeypatch, code, count):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr("rewardlab.rewards.isolation.pool.repaid", lambda *_: 99)
    assert scores(code, count=count)[0].size == 2


@pytest.mark.process
def test_an_async_reward_gets_no_more_workers_than_processors(scores, monkeypatch):
    """Its batch waits together, and its semaphore holds in one process only."""
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr("rewardlab.rewards.isolation.pool.repaid", lambda *_: 99)
    code = "import asyncio\nasync def score(completion, reference):\n    await asyncio.sleep(0.05)\n    return 1.0"
    pool, _ = scores(code, count=40)
    assert pool.entry.is_async
    assert pool.size == 2


@pytest.mark.process
def test_no_more_are_asked_at_once_than_the_platform_s_trainer_asks(scores, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    monkeypatch.setattr("rewardlab.rewards.isolation.pool.repaid", lambda *_: 99)
    monkeypatch.setitem(PLATFORMS, "narrow", replace(PLATFORMS["scorer-oss"], name="narrow", concurrency=3))
    code = "import time\ndef score(completion, reference):\n    time.sleep(0.1)\n    return 1.0"
    assert scores(code, count=30, platform="narrow")[0].size == 3


@pytest.mark.process
@pytest.mark.parametrize(
    ("code", "asynchronous"),
    [
        ("def score(c, r): return 1.0", False),
        ("async def score(c, r): return 1.0", True),
        ("async def f(completions, **kwargs): return [1.0]", True),
        (
            (
                "def near(completion, answer): return 1.0\nasync def far(completion, answer): return 1.0\n"
                "funcs = [near, far]"
            ),
            True,
        ),
        (
            "def near(completion, answer): return 1.0\ndef far(completion, answer): return 1.0\nfuncs = [near, far]",
            False,
        ),
    ],
)
def test_a_worker_tells_whether_its_reward_is_async(write_reward, tmp_path, code, asynchronous):
    worker = WorkerProcess(RewardSource(write_reward(code), None, 20, 512), log=tmp_path / "log")
    try:
        assert worker.start().is_async is asynchronous
    finally:
        worker.close()


@pytest.mark.process
def test_what_children_compute_is_told_apart_from_what_the_call_computes(write_reward, tmp_path):
    worker = WorkerProcess(RewardSource(write_reward(CHILD), None, 60, 512), log=tmp_path / "log")
    reply = worker.invoke(
        b'[{"id": "a", "messages": [{"role": "assistant", "content": "1"}], "reference_answer": "1"}]'
    )
    worker.close()
    assert isinstance(reply, Answer)
    assert reply.child_seconds >= 0.4
    assert reply.cpu_seconds < 0.4
    assert reply.seconds >= 0.4


ONCE = """
import pathlib, time
_mark = pathlib.Path(__file__).with_name("taken")
if _mark.exists():
    raise OSError("address already in use")
_mark.touch()
def score(completion, reference):
    time.sleep(0.05)
    return float(completion)
"""


@pytest.mark.process
def test_a_reward_that_runs_once_only_is_scored_by_the_one_and_that_is_told(scores):
    pool, found = scores(ONCE, count=30, workers=4)
    assert found == [float(index) for index in range(30)]
    assert "address already in use" in pool.alone


@pytest.mark.process
@pytest.mark.parametrize(
    ("deed", "reason", "detail"),
    [
        ("raise SystemExit(3)", "crashed", "the process exited with 3"),
        ("await asyncio.sleep(99)", "timed_out", "no answer within 2 s"),
        ("raise KeyError('x')", "raised", "KeyError: 'x' (reward.py:6)"),
        ("os._exit(4)", "crashed", "the process exited with 4"),
    ],
)
def test_one_async_sample_among_many_is_the_guilty_one_alone(write_reward, tmp_path, deed, reason, detail):
    code = f"""
        import asyncio, os
        async def score(completion, reference):
            await asyncio.sleep(0)
            if completion == "20":
                {deed}
            return 1.0
    """
    path = write_reward(code)
    with ScoringPool(RewardSource(path, None, 2, 512), PLATFORMS["smtj"], log=tmp_path / "log", workers=1) as pool:
        for index in range(64):
            pool.submit(prompt(), Generation("p", index, str(index), "stop"))
        found = dict(one for outcomes in iter(pool.wait, []) for one in outcomes)
    lost = found.pop(("p", 20))
    assert (lost.reason, lost.detail) == (reason, detail)
    assert [outcome.score for outcome in found.values()] == [1.0] * 63


INTERRUPTED = """
import pathlib
from rewardlab.platforms import PLATFORMS
from rewardlab.rewards.isolation.pool import ScoringPool
from rewardlab.rewards.isolation.source import RewardSource
from rewardlab.task import Generation
from tests.rewards.conftest import prompt
source = RewardSource(pathlib.Path({path!r}), None, 600, 512)
with ScoringPool(source, PLATFORMS["scorer-oss"], log=pathlib.Path({log!r}), workers=6) as pool:
    for index in range(12):
        pool.submit(prompt(), Generation("p", index, "x"))
    pool.flush()
    while pool.wait():
        pass
"""


@pytest.mark.process
def test_an_interrupt_ends_all_workers(write_reward, tmp_path):
    path = write_reward(MEETING.format(wanted=99, seconds=600))
    code = INTERRUPTED.format(path=str(path), log=str(tmp_path / "log"))
    root = Path(__file__).parents[3]
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, cwd=root) as scoring:
        until = time.monotonic() + 60
        while len(_pids(tmp_path)) < 6 and time.monotonic() < until:
            time.sleep(0.02)
        assert len(_pids(tmp_path)) == 6
        workers = [psutil.Process(pid) for pid in _pids(tmp_path)]
        os.kill(scoring.pid, signal.SIGINT)
        _, told = scoring.communicate(timeout=60)
    assert "KeyboardInterrupt" in told
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []


def _pids(folder):
    with contextlib.suppress(OSError):
        return [int(path.name) for path in (folder / "pids").iterdir()]
    return []

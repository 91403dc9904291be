"""How long a sample takes, and how many workers ask at once."""

from __future__ import annotations

import pytest

from rewardlab.platforms import PLATFORMS
from rewardlab.probes.reward.trials.pace import FEW_ASYNC, WAITING_WORKERS, Pace, pace_of
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.source import RewardSource
from tests.probes.reward.code_subject import prompt


@pytest.mark.parametrize(
    ("pace", "workers"),
    [
        (Pace(0.04, 0.0), 1),
        (Pace(0.2, 0.15), 4),
        (Pace(0.2, 0.05), WAITING_WORKERS),
        (Pace(0.2, 0.05, most=3), 3),
        (Pace(0.2, 0.05, most=99), WAITING_WORKERS),
        (Pace(0.2, 0.15, most=1), 1),
        (Pace(0.2, 0.0, is_async=True), 4),
        (Pace(0.2, 0.0, most=2, is_async=True), 2),
    ],
)
def test_one_that_waits_is_worth_more_workers_than_processors_within_what_was_said(monkeypatch, pace, workers):
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    assert pace.workers == workers


#: Goes on when so many calls are under way at once.
MEETS = """
import asyncio
_here, _all_here = [], asyncio.Event()
async def score(completion, reference):
    _here.append(1)
    if len(_here) >= {wanted}: _all_here.set()
    await asyncio.wait_for(_all_here.wait(), 30)
    return 1.0
"""
SLEEPS = "import time\ndef score(completion, reference):\n    time.sleep(0.1)\n    return 1.0\n"


def paced(code, tmp_path, *, most=None):
    path = tmp_path / "reward.py"
    path.write_text(code)
    worker = WorkerProcess(RewardSource(path, None, 40, 512), log=tmp_path / "log")
    prompts = [prompt(f"p{number}", f"{number} * 7 = ?", str(7 * number)) for number in range(20)]
    try:
        return pace_of(worker, worker.start(), prompts, PLATFORMS["smtj"], most=most)
    finally:
        worker.close()


@pytest.mark.process
def test_an_async_reward_s_pace_is_that_of_samples_that_wait_together(tmp_path):
    found = paced(MEETS.format(wanted=FEW_ASYNC), tmp_path, most=5)
    assert (found.is_async, found.most) == (True, 5)
    assert found.seconds < 30 / FEW_ASYNC, "or each waited for the others in vain"


@pytest.mark.process
def test_another_s_pace_is_that_of_each_sample(tmp_path):
    found = paced(SLEEPS, tmp_path)
    assert not found.is_async
    assert found.seconds >= 0.1
    assert found.computing < found.seconds / 2

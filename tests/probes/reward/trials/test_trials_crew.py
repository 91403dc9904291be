"""A worker whose time is counted, and what it asks again."""

from __future__ import annotations

import pytest

from rewardlab.outcome import Unscored
from rewardlab.probes.reward.trials.crew import REPEATS, Meter
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.reply import Answer
from rewardlab.rewards.isolation.source import RewardSource

pytestmark = pytest.mark.process

#: Waits for an answer's first calls, which it counts in a file, for a process that ran out of time is killed.
FORGETFUL = """
import pathlib, time
def score(completion, reference):
    calls = pathlib.Path(__file__).with_name("calls")
    calls.write_text((calls.read_text() if calls.is_file() else "") + "x")
    if len(calls.read_text()) <= {late}:
        time.sleep(60)
    return 1.0
"""


@pytest.fixture
def meter(tmp_path):
    made = []

    def make(late):
        path = tmp_path / "reward.py"
        path.write_text(FORGETFUL.format(late=late))
        made.append(WorkerProcess(RewardSource(path, None, 0.6, 512), log=tmp_path / "log"))
        return Meter(made[-1])

    yield make
    for worker in made:
        worker.close()


EVENT = b'[{"id": "a", "messages": [{"role": "assistant", "content": "1"}], "reference_answer": "1"}]'


def test_an_invocation_that_ran_out_of_time_once_is_asked_again_and_both_times_count(meter):
    asked = meter(1)
    assert isinstance(asked.invoke(EVENT), Answer)
    assert asked.spent > 0.6


def test_no_more_than_a_few_are_asked_again_in_all(meter, tmp_path):
    asked = meter(100)
    for _ in range(REPEATS + 2):
        reply = asked.invoke(EVENT)
        assert isinstance(reply, Unscored)
        assert reply.reason == "timed_out"
    assert len((tmp_path / "calls").read_text()) == 2 * REPEATS + 2


def test_what_is_waited_for_only_briefly_is_not_asked_again(meter, tmp_path):
    asked = meter(1)
    with asked.bounded(0.3, afterwards=0.6):
        assert isinstance(asked.invoke(EVENT), Unscored)
    assert 0.3 < asked.spent < 0.6
    assert isinstance(asked.invoke(EVENT), Answer)
    assert (tmp_path / "calls").read_text() == "xx"

"""Rewards that are methods of a verifiers Task: a stand-in has the names of 0.4.0."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rewardlab.rewards.code.shim import EntryError, find_entry
from tests.rewards.code.test_code_shim import called, module_of, sample

CODE = """
import verifiers.v1 as vf
class Sum(vf.TaskData):
    answer: str
    level: int = 0
class SumTask(vf.Task[Sum]):
    @vf.reward(weight=1.0)
    async def exact(self, trace): return float(trace.last_reply == self.data.answer)
    @vf.reward(weight=0.2)
    async def first(self, task, trace): return float(trace.nodes[0].message.content == "6*7") + task.level
"""


@pytest.fixture(autouse=True)
def verifiers(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parent / "verifiers_stand_in")
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "verifiers"]:
        del sys.modules[name]


def test_a_task_is_the_weighted_sum_of_its_rewards():
    entry = find_entry(module_of(CODE))
    assert (entry.name, entry.kind) == ("SumTask", "verifiers")
    assert entry.weights == (("exact", 1.0), ("first", 0.2))
    right, wrong = called(CODE, sample(), sample("7", level=1))
    assert right["aggregate_reward_score"] == pytest.approx(1.2)
    assert wrong["aggregate_reward_score"] == pytest.approx(0.4)
    assert {one["name"]: one["value"] for one in wrong["metrics_list"]} == {"exact": 0.0, "first": 2.0}


def test_a_reward_that_raises_and_a_row_that_does_not_fit_leave_their_sample_unscored():
    code = CODE.replace("    level: int = 0", "    level: int")
    (result,) = called(code, sample())
    assert result["unscored"][0] == "raised"
    assert "level" in result["unscored"][1]


def test_a_reward_that_needs_a_container_is_told():
    code = CODE.replace("async def exact(self, trace)", "async def exact(self, trace, runtime)")
    with pytest.raises(EntryError, match=r"its task SumTask cannot be used: SumTask.exact needs `runtime`"):
        find_entry(module_of(code))


def test_a_task_may_be_named_and_two_are_a_question():
    two = f"{CODE}\nclass Other(SumTask): ..."
    assert find_entry(module_of(two), "Other").name == "Other"
    with pytest.raises(EntryError, match="2 reward functions of one kind: SumTask, Other"):
        find_entry(module_of(two))


def test_a_batch_of_tasks_is_under_way_at_once():
    waits = (
        "import asyncio\n_here, _all_here = [], asyncio.Event()\n"
        "async def _meet():\n    _here.append(1)\n    if len(_here) == 4: _all_here.set()\n"
        "    await asyncio.wait_for(_all_here.wait(), 20)\n"
    )
    code = waits + CODE.replace("self, trace): return", "self, trace):\n        await _meet()\n        return")
    results = called(code, *[sample()] * 4)
    assert [one["aggregate_reward_score"] for one in results] == pytest.approx([1.2] * 4)

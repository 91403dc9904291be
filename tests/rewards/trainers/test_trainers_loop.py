"""One loop for a process: what belongs to a loop works at the second call too."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from pathlib import Path

import pytest

from rewardlab.rewards.code.shim import find_entry, invoke
from rewardlab.rewards.trainers.loop import is_async, thread_id, wait
from tests.rewards.code.test_code_shim import module_of, sample
from tests.rewards.trainers.test_trainers_signature import score_of

BATCHES = """
import asyncio
_limit = asyncio.Semaphore(2)
_seen = []
async def f(completions, **kwargs):
    async def one(text):
        async with _limit:  # contended, and so bound to the loop at the first batch
            await asyncio.sleep(0.001)
            return float(len(text))
    _seen.append(id(asyncio.get_running_loop()))
    assert len(set(_seen)) == 1
    return await asyncio.gather(*map(one, (c[0]['content'] for c in completions)))
"""


def test_a_semaphore_made_at_import_works_in_every_batch():
    entry = find_entry(module_of(BATCHES))
    for _ in range(3):
        results = invoke(entry, [sample(), sample("7"), sample("123"), sample("4")], None)
        assert [one["aggregate_reward_score"] for one in results] == [2.0, 1.0, 3.0, 1.0]


@pytest.mark.parametrize(
    "code",
    [
        "async def score(completion, reference): return float(completion == reference)",
        "async def compute_score(solution_str, ground_truth): return float(solution_str == ground_truth)",
        "async def grade(sample, item): return float(sample['output_text'] == item['reference_answer'])",
        "async def f(completion, answer): return float(completion[0]['content'] == answer)",
        "async def _score(c, r): return 1.0\ndef score(completion, reference): return _score(completion, reference)",
    ],
)
def test_async_of_each_kind_is_waited_for(code):
    assert score_of(code) == [1.0]


@pytest.mark.parametrize("kind", ["trl", "verl"])
def test_a_coroutine_behind_an_ordinary_wrapper_is_told_where_the_trainer_does_not_await_it(kind):
    inner = {"trl": "f(completions, **kw)", "verl": "compute_score(solution_str, ground_truth, **kw)"}[kind]
    name = inner.partition("(")[0]
    code = f"async def _{name}(*_, **__): return 1.0\ndef {inner}: return _{name}()"
    if kind == "trl":
        with pytest.raises(TypeError, match=r"returned a coroutine that trl 1\.16\.0 does not await"):
            score_of(code)
    else:
        ((reason, detail),) = score_of(code)
        assert reason == "raised"
        assert "returned a coroutine that verl 0.9.1 does not await" in detail


def test_what_is_raised_passes_and_the_loop_goes_on():
    async def breaks():
        raise KeyError("x")

    async def leaves():
        raise SystemExit(3)

    with pytest.raises(KeyError):
        wait(breaks())
    with pytest.raises(SystemExit):
        wait(leaves())
    assert wait(asyncio.sleep(0, result=5)) == 5


def test_an_exit_in_a_task_of_the_reward_s_own_ends_the_call_and_the_next_has_a_loop():
    async def leaves():
        raise SystemExit(3)

    async def gathers():
        await asyncio.gather(leaves())

    with pytest.raises(SystemExit):
        wait(gathers())
    assert wait(asyncio.sleep(0, result=5)) == 5


def test_the_thread_of_the_loop_is_known_to_the_system():
    wait(asyncio.sleep(0))
    assert Path(f"/proc/self/task/{thread_id()}/schedstat").exists()


def test_several_threads_wait_on_the_one_loop():
    found = []

    async def here():
        await asyncio.sleep(0.01)
        return id(asyncio.get_running_loop())

    threads = [threading.Thread(target=lambda: found.append(wait(here()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_what_a_trainer_sees_to_be_async():
    async def function(): ...

    class Waits:
        async def __call__(self): ...

    assert all(map(is_async, [function, partial(function), Waits(), partial(Waits())]))
    assert not is_async(lambda one=function: one())

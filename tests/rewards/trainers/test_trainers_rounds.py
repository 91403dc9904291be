"""A batch's async rewards are awaited at the same time; what is not async keeps its thread and its order."""

from __future__ import annotations

import asyncio
import gc
import threading
import warnings

import pytest

from rewardlab.rewards.code.entry import Chosen
from rewardlab.rewards.code.handler import Handler
from rewardlab.rewards.code.shim import find_entry, invoke
from rewardlab.rewards.trainers.rounds import Later, Question, ask
from tests.rewards.code.test_code_shim import module_of, sample
from tests.rewards.trainers.test_trainers_signature import score_of

#: Goes on when so many calls are under way at once, and says after a while that they never were.
MEETING = """
import asyncio
_under_way = _most = 0
_all_here = asyncio.Event()
async def _meet(wanted):
    global _under_way, _most
    _under_way += 1
    _most = max(_most, _under_way)
    if _most >= wanted:
        _all_here.set()
    await asyncio.wait_for(_all_here.wait(), 20)
    _under_way -= 1
    return float(_most)
"""
SAMPLES = 16


@pytest.mark.parametrize(
    "code",
    [
        "async def score(completion, reference): return await _meet(16)",
        "def score(completion, reference): return _meet(16)",
        "async def compute_score(data_source, solution_str, ground_truth, extra_info=None): return await _meet(16)",
        "async def grade(sample, item): return await _meet(16)",
        "async def right(completion, answer): return await _meet(16)",
        "class Judge:\n    async def __call__(self, completion, reference): return await _meet(16)\nscore = Judge()",
        (
            "from functools import partial\nasync def _score(completion, reference, far): return await _meet(far)\n"
            "score = partial(_score, far=16)"
        ),
    ],
    ids=["plain", "behind a function", "verl", "openai", "verifiers", "object", "partial"],
)
def test_a_batch_is_under_way_at_once(code):
    assert score_of(MEETING + code, *[sample()] * SAMPLES) == [16.0] * SAMPLES


def test_the_async_functions_of_a_sum_are_under_way_at_once_as_in_trl():
    code = MEETING + (
        "async def near(completions, **kwargs): return [await _meet(2)] * len(completions)\n"
        "async def far(completions, **kwargs): return [await _meet(2)] * len(completions)\n"
        "reward_funcs = [near, far]"
    )
    assert score_of(code, sample(), sample()) == [4.0, 4.0]


def test_functions_of_several_trainers_in_one_sum_are_under_way_at_once():
    code = MEETING + (
        "async def near(completions, **kwargs): return [await _meet(3)] * len(completions)\n"
        "async def score(completion, reference): return await _meet(3)\n"
    )
    entry = find_entry(module_of(code), Chosen("near,score"))
    results = invoke(entry, [sample(), sample()], None)
    assert [one["aggregate_reward_score"] for one in results] == [6.0, 6.0]


RUBRIC = """
import threading
_order = []
async def judged(completion, answer, state):
    state["judged"] = True
    return await _meet(4)
def exact(completion, answer, state):
    assert state["judged"] and threading.current_thread() is threading.main_thread()
    _order.append(completion[-1]["content"])
    return float(_order.index(completion[-1]["content"]))
class Rubric:
    def __init__(self, funcs): self.funcs = funcs
    async def score_rollout(self, state): ...
rubric = Rubric([judged, exact])
"""


def test_a_rubric_s_functions_follow_each_other_for_a_sample_while_the_samples_are_under_way_at_once():
    results = score_of(MEETING + RUBRIC, *[sample(text) for text in "abcd"])
    assert results == [4.0, 5.0, 6.0, 7.0], "the one that is not async: in the main thread, in the samples' order"


def test_functions_that_are_not_async_are_called_one_by_one_in_order():
    code = "_calls = []\ndef score(completion, reference):\n    _calls.append(completion)\n    return len(_calls)"
    assert score_of(code, *[sample(text) for text in "abc"]) == [1.0, 2.0, 3.0]


FAILING = """
import asyncio
async def score(completion, reference):
    await asyncio.sleep(0)
    if completion == "7":
        {deed}
    return 1.0
"""


@pytest.mark.parametrize(
    ("deed", "detail"),
    [
        ("raise KeyError('x')", "KeyError: 'x' (<string>:6)"),
        ("asyncio.current_task().cancel(); await asyncio.sleep(9)", "CancelledError"),
        ("async with asyncio.timeout(0): await asyncio.sleep(9)", "TimeoutError"),
        ("return object()", None),
    ],
)
def test_a_failure_costs_its_own_sample_among_many(deed, detail):
    texts = ["42"] * 40 + ["7"] + ["42"] * 23
    results = score_of(FAILING.format(deed=deed), *map(sample, texts))
    lost = results.pop(40)
    assert results == [1.0] * 63
    if detail is not None:
        assert lost[0] == "raised"
        assert lost[1].startswith(detail)


def test_an_exit_of_one_ends_the_call_as_it_ends_a_lambda():
    with pytest.raises(SystemExit):
        score_of(FAILING.format(deed="raise SystemExit(3)"), sample(), sample("7"), sample())
    assert score_of(FAILING.format(deed="pass"), sample()) == [1.0]


def test_a_semaphore_of_the_module_bounds_what_is_under_way():
    code = MEETING + (
        "_limit = asyncio.Semaphore(3)\n"
        "async def score(completion, reference):\n    async with _limit:\n        return await _meet(3)"
    )
    for _ in range(2):
        assert max(score_of(code, *[sample()] * 12)) == 3.0


def test_what_an_ordinary_function_raises_is_told_by_its_own_name():
    (told,) = score_of("def score(completion, reference): return next(iter([]))")
    assert told == ["raised", "StopIteration (<string>:1)"]


def test_a_batch_that_is_lost_leaves_no_coroutine_behind():
    code = "async def score(completion, reference): return 1.0\ndef f(completions, **kwargs): raise KeyError('x')\n"
    entry = find_entry(module_of(code), Chosen("score,f"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(KeyError):
            invoke(entry, [sample()], None)
        gc.collect()


def test_the_packaged_lambda_awaits_its_batch_at_once():
    entry = find_entry(module_of(MEETING + "async def score(completion, reference): return await _meet(8)"))
    event = [{**sample(), "id": str(number)} for number in range(8)]
    assert [one["aggregate_reward_score"] for one in Handler(entry, "list")(event)] == [8.0] * 8


def test_rounds_follow_each_other_in_the_asker_s_thread_and_the_questions_order():
    seen = []

    async def one(value):
        return value

    def question(name, rounds):
        def then(left, give=None):
            value = give() if give is not None else 0
            seen.append((name, left, threading.current_thread() is threading.main_thread()))
            return Later(one(value + 1), lambda given: then(left - 1, given)) if left else value

        return Question(lambda: then(rounds), str, repr)

    assert ask([question("a", 2), question("b", 0), question("c", 1)]) == ["2", "0", "1"]
    assert seen == [(name, left, True) for name, left in [("a", 2), ("b", 0), ("c", 1), ("a", 1), ("c", 0), ("a", 0)]]


def test_nothing_asked_is_nothing_answered_and_an_awaitable_s_failure_is_its_question_s():
    async def breaks():
        raise ValueError("x")

    assert ask([]) == []
    assert ask([Question(breaks, str, repr), Question(lambda: asyncio.sleep(0, 5), str, repr)]) == [
        "ValueError('x')",
        "5",
    ]

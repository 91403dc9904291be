from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardlab.stats.looks import FIRST_LEVEL, level_of_look
from rewardlab.stats.planning import Plan
from rewardlab.stats.successes import Counted, cells_of

FIRST, EDGE = 100, 0.05


def level_at(prompts):
    return level_of_look([FIRST, max(prompts, FIRST)])


def beta(mean, correlation):
    return lambda rng, prompts: rng.beta(mean * (1 / correlation - 1), (1 - mean) * (1 / correlation - 1), prompts)


#: True mean, how success rates differ, generations a prompt, and share of generations unscored.
KINDS = {
    "inside, mixed difficulty": (0.09, beta(0.09, 0.3), 8),
    "inside, all or nothing": (0.11, beta(0.11, 0.9), 8),
    "below, mixed difficulty": (0.025, beta(0.025, 0.3), 8),
    "below, all alike": (0.03, lambda _, prompts: np.full(prompts, 0.03), 4),
}


@pytest.mark.parametrize("name", KINDS)
def test_the_advice_comes_true_nine_times_in_ten(name):
    """A first look whose estimate is about the truth asks for so many prompts; on fresh ones that many decide."""
    true, rates, n = KINDS[name]
    rng = np.random.default_rng(12)
    while abs((first := rng.binomial(n, rates(rng, FIRST))).mean() / n - true) > 0.002:
        pass
    plan = Plan(cells_of(np.full(FIRST, float(n)), first.astype(float)))
    needed = math.ceil(plan.prompts_to_tell(plan.mean, EDGE, level_at, most=1e5))
    alpha, told = (1 - level_at(needed)) / 2, 0
    for _ in range(200):
        again = rng.binomial(n, rates(rng, needed - FIRST))
        successes = np.concatenate([first, again]).astype(float)
        tails = Counted(cells_of(np.full(needed, float(n)), successes)).tails(np.array([EDGE]))
        told += tails[true > EDGE][0] <= alpha
    # Three standard errors under 0.9 of 200.
    assert told / 200 > 0.84


def test_a_mean_on_the_edge_or_near_it_takes_more_than_anybody_samples():
    plan = Plan(((8, 0, 95), (8, 8, 5)))
    assert plan.prompts_to_tell(0.05, EDGE, level_at, most=1e5) == math.inf
    assert plan.prompts_to_tell(0.0501, EDGE, level_at, most=1e5) == math.inf


@given(st.lists(st.integers(1, 8).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), min_size=2, max_size=30))
@settings(max_examples=25, deadline=None)
def test_a_farther_mean_takes_no_more_prompts(cells):
    plan = Plan(cells_of(*np.array(cells, float).T))
    near, far = (plan.prompts_to_tell(true, EDGE, lambda _: FIRST_LEVEL, most=1e5) for true in (0.15, 0.3))
    assert 2 <= far <= near * 1.1 <= math.inf
    assert plan.error > 0

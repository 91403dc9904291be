"""The threshold between right and wrong answers: hand arithmetic, the definition by brute force, stray scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.stats.interval import Undefined
from rewardlab.stats.separation import Separation, Side, separate


def side(*scores, prompts=None):
    return Side(np.array(scores, float), np.arange(len(scores)) if prompts is None else np.array(prompts))


def test_the_threshold_lies_between_what_wrong_and_right_answers_earn():
    found = separate(side(2, 2, 1.9), side(-1, 1.2, -1))
    assert found == Separation(wrong=1.2, right=1.9, true_rate=1.0, false_rate=0.0)
    assert found.informedness == 1


def test_each_prompt_counts_once_however_many_answers_it_has():
    """Prompt 0 has nine wrong answers that are paid, prompts 1 to 3 one each that is not: a false rate of 1/4."""
    wrong = side(*[1] * 9, 0, 0, 0, prompts=[0] * 9 + [1, 2, 3])
    found = separate(side(1, 1), wrong)
    assert (found.false_rate, found.true_rate) == (pytest.approx(0.25), 1.0)


def test_a_stray_wrong_score_does_not_move_the_threshold():
    """One wrong answer in 200 earns 1.9: the gap below it is the wider one, and the threshold stays in it."""
    found = separate(side(*[2] * 200), side(*[0] * 199, 1.9))
    assert (found.wrong, found.right) == (0.0, 2.0)


@pytest.mark.parametrize("empty", [(side(), side(0, 1)), (side(0, 1), side())])
def test_without_one_of_the_sides_nothing_is_known(empty):
    assert isinstance(separate(*empty), Undefined)


def test_where_right_and_wrong_earn_the_same_nothing_tells_them_apart():
    assert separate(side(1, 1, 1), side(1, 1)).informedness == 0


scores = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), min_size=1, max_size=30)


@given(scores, scores)
def test_no_threshold_is_much_better_than_the_one_found(right, wrong):
    """By brute force over every level: J of the one found is within a hundredth of the best."""
    sides = [Side(np.array([s for s, _ in one], float), np.array([p for _, p in one])) for one in (right, wrong)]
    found = separate(*sides)

    def rate(one, level):
        by_prompt = [np.mean([s >= level for s, p in one if p == prompt]) for prompt in {p for _, p in one}]
        return np.mean(by_prompt)

    best = max(rate(right, level) - rate(wrong, level) for level in range(6))
    assert found.informedness >= best - 0.01 - 1e-9
    assert found.wrong is None or found.wrong < found.right

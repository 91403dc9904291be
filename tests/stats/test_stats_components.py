from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.stats.components import component_shares
from rewardlab.stats.interval import Undefined
from rewardlab.stats.within import within_correlation

NAN = np.nan


def of(*columns, total=None, names="abcdef"):
    components = np.stack([np.array(column, float) for column in columns], axis=2)
    total = components.sum(axis=2) if total is None else np.array(total, float)
    return component_shares(components, total, names=list(names[: len(columns)]))


def test_by_hand():
    # a (0, 2) and b (1, 0) in one prompt: total (1, 2); deviations a -+1, b +-0.5, total -+0.5.
    # a: 2 (1 x 0.5) / 2 (0.25) = 2; b: -2 (0.25) / 0.5 = -1. Their sum 1. Variance within: a 2 / 1, b 0.5 / 1.
    found = of([[0, 2]], [[1, 0]])
    assert [one.share for one in found.members] == pytest.approx([2, -1])
    assert [one.within_variance for one in found.members] == pytest.approx([2, 0.5])
    assert (found.explained, found.is_sum, found.generations) == (pytest.approx(1), True, 2)
    assert found.dominant.name == "a"


@given(st.integers(0, 10_000))
def test_shares_of_a_sum_add_up_and_are_regression_slopes(seed):
    rng = np.random.default_rng(seed)
    components = rng.integers(0, 4, (5, 6, 3)).astype(float)
    components[rng.random(components.shape) < 0.1] = NAN
    found = component_shares(components, components.sum(axis=2), names=["a", "b", "c"])
    if isinstance(found, Undefined) or isinstance(found.explained, Undefined):
        return
    assert found.explained == pytest.approx(1)
    # The definition, prompt by prompt, over generations that are complete.
    covariance, variance = np.zeros(3), 0.0
    for prompt in components:
        row = prompt[np.isfinite(prompt).all(axis=1)]
        if len(row) > 1:
            joint = np.cov(np.column_stack([row, row.sum(axis=1)]).T) * (len(row) - 1)
            covariance, variance = covariance + joint[:3, 3], variance + joint[3, 3]
    assert [one.share for one in found.members] == pytest.approx(covariance / variance)


def test_a_share_is_a_correlation_times_a_ratio_of_spreads():
    components = np.random.default_rng(1).normal(size=(20, 4, 2)) * [1, 3]
    total = components.sum(axis=2)
    found = component_shares(components, total, names=["small", "large"])
    for k, one in enumerate(found.members):
        r = within_correlation(components[:, :, k], total).estimate.estimate
        spread = (total - total.mean(axis=1, keepdims=True)).ravel()
        assert one.share == pytest.approx(r * np.sqrt(one.within_variance * 60 / (spread @ spread)))
    assert found.dominant.name == "large"


def test_prompts_that_differ_are_no_part_of_it():
    # b differs between prompts only: no gradient, though not the same everywhere. c is one value everywhere.
    found = of([[0, 1], [0, 1]], [[5, 5], [9, 9]], [[0.1, 0.1], [0.1, 0.1]])
    assert [one.share for one in found.members] == pytest.approx([1, 0, 0])
    assert [(one.flat, one.dead) for one in found.members] == [(False, False), (True, False), (True, True)]


def test_round_off_is_no_spread():
    found = of([[0.1 + 0.2, 0.3, 0.3]], [[0, 1, 2]])
    assert (found.members[0].flat, found.members[0].dead, found.members[0].within_variance) == (True, True, 0)


def test_a_total_that_is_no_sum_says_so():
    # A gate: format times correctness. The shares need not add up to 1; here each deviates with the total in part.
    form, right = [[1, 1, 0, 0]], [[1, 0, 1, 0]]
    found = of(form, right, total=[[1, 0, 0, 0]])
    assert not found.is_sum
    # Total -+: 0.75 -0.25 -0.25 -0.25, squares 0.75; form +-0.5: products 0.375 - 0.125 + 0.125 + 0.125 = 0.5.
    assert [one.share for one in found.members] == pytest.approx([2 / 3, 2 / 3])
    assert found.explained == pytest.approx(4 / 3)


def test_a_total_that_never_differs_has_no_shares():
    found = of([[0, 1]], [[1, 0]])
    assert [one.share for one in found.members] == [Undefined("the total never differs")] * 2
    assert found.explained == Undefined("the total never differs within a prompt")
    assert found.dominant == Undefined("no component has a share")
    assert [one.flat for one in found.members] == [False, False]


def test_incomplete_generations_do_not_count():
    found = of([[0, 1, 9], [3, 4, 5]], [[0, 0, NAN], [1, NAN, NAN]])
    assert (found.generations, found.members[0].within_variance) == (3, pytest.approx(0.5))


def test_without_two_generations_it_is_undefined():
    reason = "no prompt has two generations with a total and every component"
    assert of([[0, NAN], [NAN, 1]]) == Undefined(reason)

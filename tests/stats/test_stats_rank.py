from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from rewardlab.stats.interval import Undefined
from rewardlab.stats.rank import rank_correlation

NAN = np.nan


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_it_is_scipys_overall_and_in_each_prompt(seed):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 5, (2, 6, 8)).astype(float)
    second[0, 0] = NAN
    kept = np.isfinite(second)
    found = rank_correlation(first, second)
    assert found.overall_rho.estimate == pytest.approx(scipy_stats.spearmanr(first[kept], second[kept]).statistic)
    assert found.overall_tau.estimate == pytest.approx(scipy_stats.kendalltau(first[kept], second[kept]).statistic)
    # A prompt said twice over is one prompt to a ratio of sums: its tau-b and its rho are scipy's.
    for row in range(2, 6):
        if len(set(first[row])) > 1 and len(set(second[row])) > 1:
            twice = rank_correlation(np.stack([first[row]] * 2), np.stack([second[row]] * 2))
            assert twice.within_tau.estimate == pytest.approx(scipy_stats.kendalltau(first[row], second[row]).statistic)
            assert twice.within_rho.estimate == pytest.approx(scipy_stats.spearmanr(first[row], second[row]).statistic)


def test_by_hand():
    # (1, 2, 3) against (1, 3, 2): 2 concordant, 1 discordant of 3; (1, 2, NaN) against (5, 5, 1): a pair tied in the
    # second only. Tau-b (1 + 0) / sqrt((3 + 1) 3) = .28868.
    first, second = np.array([[1.0, 2, 3], [1, 2, NAN], [4, 4, 4]]), np.array([[1.0, 3, 2], [5, 5, 1], [0, 1, 0]])
    assert rank_correlation(first, second).within_tau == Undefined("both columns vary in fewer than two prompts")
    found = rank_correlation(np.concatenate([first[:2], first[:1]]), np.concatenate([second[:2], second[:1]]))
    assert found.within_tau.estimate == pytest.approx(2 / np.sqrt(7 * 6))


def test_prompts_that_differ_count_overall_only():
    rng = np.random.default_rng(1)
    place = rng.normal(0, 5, (100, 1))
    found = rank_correlation(place + rng.normal(size=(100, 6)), place + rng.normal(size=(100, 6)))
    assert found.overall_rho.low > found.overall_tau.low > 0.6
    for within in (found.within_rho, found.within_tau):
        assert within.low < 0 < within.high


def test_round_off_is_a_tie_and_scale_does_not_matter():
    rng = np.random.default_rng(2)
    first, second = rng.integers(0, 3, (2, 20, 5)).astype(float)
    shaken = second / 7 + rng.uniform(0, 1e-12, second.shape)
    assert rank_correlation(first, shaken) == rank_correlation(first, second)
    assert rank_correlation(first, np.exp(second)).overall_rho == rank_correlation(first, second).overall_rho


def test_the_same_order_everywhere_keeps_a_width():
    table = np.random.default_rng(3).random((20, 4))
    found = rank_correlation(table, 2 * table)
    for one in (found.within_rho, found.within_tau, found.overall_rho, found.overall_tau):
        assert one.estimate == pytest.approx(1)
        assert one.low == pytest.approx(2 * 0.025 ** (1 / 20) - 1)


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (np.ones((3, 2)), "one of the two scorers gives every response the same score"),
        (np.full((3, 2), NAN), "fewer than two prompts have both scores"),
        (np.zeros((0, 2)), "fewer than two prompts have both scores"),
    ],
)
def test_what_does_not_vary_is_undefined(first, reason):
    found = rank_correlation(first, np.arange(first.size).reshape(first.shape) * 1.0)
    assert found.overall_rho == found.overall_tau == Undefined(reason)
    assert isinstance(found.within_tau, Undefined)
    assert isinstance(found.within_rho, Undefined)

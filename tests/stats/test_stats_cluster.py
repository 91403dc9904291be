from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as scipy_stats

from rewardlab.stats.cluster import jackknife_error, mean_of_prompts
from rewardlab.stats.interval import Undefined


def test_the_mean_has_scipys_t_test():
    values = np.random.default_rng(1).normal(0.3, 1, 20)
    found = mean_of_prompts(values)
    other = scipy_stats.ttest_1samp(values, 0)
    assert found.p_value == pytest.approx(other.pvalue)
    interval = other.confidence_interval()
    assert (found.estimate.low, found.estimate.high) == pytest.approx((interval.low, interval.high))


def test_by_hand():
    # 0, 1, 2: mean 1, sd 1, error 1/sqrt(3) = 0.57735; t(2) 4.30265: 1 -+ 2.48414; t = 1.73205, p = 0.22540.
    found = mean_of_prompts(np.array([0.0, 1.0, 2.0]))
    assert (found.estimate.low, found.estimate.high) == pytest.approx((-1.48414, 3.48414), abs=1e-5)
    assert found.p_value == pytest.approx(0.22540, abs=1e-5)


def test_one_of_several_is_corrected_for_the_choice():
    values = np.array([-0.2, -0.5, -0.1, -0.9, -0.4])
    one, chosen = mean_of_prompts(values), mean_of_prompts(values, comparisons=3)
    assert chosen.p_value == pytest.approx(3 * one.p_value)
    assert chosen.estimate.high == pytest.approx(mean_of_prompts(values, level=1 - 0.05 / 3).estimate.high)
    assert mean_of_prompts(np.array([0.1, -0.1, 0.01]), comparisons=9).p_value == 1


def test_limits_stay_within_the_bounds():
    found = mean_of_prompts(np.array([0.0, 1.0]), bounds=(-1, 1)).estimate
    assert (found.low, found.high) == (-1, 1)


def test_equal_values_leave_room_for_prompts_not_drawn():
    # 20 prompts all at -1: at least 0.025^(1/20) = 0.83157 of all prompts are; the rest at most at 1.
    found = mean_of_prompts(np.full(20, -1.0), bounds=(-1, 1))
    assert (found.estimate.low, found.estimate.high) == (-1, pytest.approx(1 - 2 * 0.83157, abs=1e-5))
    assert found.p_value == pytest.approx(2 * 0.5**20)
    nothing = mean_of_prompts(np.zeros(20), bounds=(-1, 1))
    assert (nothing.estimate.low, nothing.estimate.high) == pytest.approx((-0.16843, 0.16843), abs=1e-5)
    assert nothing.p_value == 1


def test_what_shows_no_spread_is_undefined():
    assert mean_of_prompts(np.ones(1)) == Undefined("fewer than two prompts show no spread")
    reason = "every prompt has the same value, 0.5: no spread to build an interval on"
    assert mean_of_prompts(np.full(3, 0.5)) == Undefined(reason)


def test_the_jackknife_of_a_mean_is_its_standard_error():
    values = np.random.default_rng(2).normal(size=9)
    left_out = (values.sum() - values) / 8
    assert jackknife_error(left_out) == pytest.approx(values.std(ddof=1) / 3)

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from rewardlab.stats.interval import mean_over_prompts
from rewardlab.stats.looks import FIRST_LEVEL, TOTAL, level_of_look


def quantile(information):
    return scipy_stats.norm.ppf((1 + level_of_look(information)) / 2)


def test_the_first_look_loses_less_than_a_twentieth_of_its_width():
    assert level_of_look([1.0]) == FIRST_LEVEL == 0.96
    assert quantile([1.0]) / scipy_stats.norm.ppf(0.975) == pytest.approx(1.0478, abs=1e-4)
    one, other = (mean_over_prompts(np.arange(100) / 100, np.ones(100), level=level) for level in (0.96, 0.95))
    assert (one.high - one.low) / (other.high - other.low) < 1.05


def test_the_second_look_is_the_bivariate_normals():
    # P(Z1 < c1, Z2 >= c2) = 0.0025 with correlation sqrt(1/2), c1 = 2.0537.
    c1, c2 = quantile([1.0]), quantile([1.0, 2.0])
    both = scipy_stats.multivariate_normal(cov=[[1, np.sqrt(0.5)], [np.sqrt(0.5), 1]], seed=1)
    assert scipy_stats.norm.cdf(c1) - both.cdf([c1, c2]) == pytest.approx(0.0025, abs=2e-5)


@pytest.mark.parametrize("growth", [1.1, 1.5, 2.0, 4.0])
def test_six_looks_err_no_oftener_than_one_may(growth):
    information = growth ** np.arange(6)
    bounds = [quantile(information[: look + 1]) for look in range(6)]
    steps = np.random.default_rng(0).normal(size=(200_000, 6)) * np.sqrt(np.diff(information, prepend=0))
    statistics = np.cumsum(steps, axis=1) / np.sqrt(information)
    # All that six looks spend is 0.0248; three standard errors are 0.001.
    assert (statistics >= bounds).any(axis=1).mean() < TOTAL + 0.0009


@given(st.lists(st.floats(1, 5), max_size=7))
@settings(max_examples=20, deadline=None)
def test_no_look_is_less_sure_than_the_first(ratios):
    information = list(np.cumprod([1.0, *ratios]))
    levels = [level_of_look(information[: look + 1]) for look in range(len(information))]
    assert all(0.96 <= level < 1 for level in levels)

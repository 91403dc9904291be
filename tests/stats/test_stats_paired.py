from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as scipy_stats

from rewardlab.stats.interval import Undefined
from rewardlab.stats.paired import paired_change

NAN = np.nan


def test_by_hand():
    # Changes 1, 0, 1, NaN, 2: mean 1, sd sqrt(2/3) = 0.81650, error 0.40825, t(3) 3.18245: 1 -+ 1.29923; three up, none
    # down: 2/8.
    found = paired_change(np.array([1, 2, 3, NAN, 1.0]), np.array([2, 2, 4, 5, 3.0]))
    assert (found.mean.estimate.low, found.mean.estimate.high) == pytest.approx((-0.29923, 2.29923), abs=1e-5)
    assert (found.prompts, found.sign_p) == (4, 0.25)
    assert (found.raised.estimate, found.lowered.estimate) == (0.75, 0)


def test_it_is_scipys_paired_test():
    before, after = np.random.default_rng(1).normal(size=(2, 30))
    found = paired_change(before, after)
    assert found.mean.p_value == pytest.approx(scipy_stats.ttest_rel(after, before).pvalue)
    ups = int((after > before).sum())
    assert found.sign_p == pytest.approx(scipy_stats.binomtest(ups, 30).pvalue)


def test_changes_of_one_prompt_are_averaged():
    table = np.array([[0.0, 1.0], [2.0, NAN], [NAN, NAN]])
    rows = paired_change(np.zeros((3, 2)), table)
    assert rows == paired_change(np.zeros(3), np.array([0.0, 1.0, 2.0]), np.array(["a", "a", "b"]))
    assert (rows.prompts, rows.mean.estimate.estimate) == (2, 1.25)


def test_a_judge_that_nothing_moves_leaves_room():
    found = paired_change(np.ones(60), np.ones(60), span=4)
    # 1 - 0.025^(1/60) = 0.05962 of prompts may move by up to 4.
    assert (found.mean.estimate.low, found.mean.estimate.high) == pytest.approx((-0.23849, 0.23849), abs=1e-4)
    assert (found.mean.p_value, found.sign_p, found.raised.estimate) == (1, 1, 0)
    assert found.raised.high > 0.05


def test_a_judge_that_always_moves_alike_keeps_an_interval():
    found = paired_change(np.zeros(20), np.ones(20), span=1)
    assert found.mean.estimate.low == pytest.approx(2 * 0.025 ** (1 / 20) - 1)
    assert found.sign_p == pytest.approx(2 * 0.5**20)
    assert isinstance(paired_change(np.zeros(20), np.ones(20)).mean, Undefined)


def test_round_off_is_no_change():
    assert paired_change(np.full(5, 0.3), np.full(5, 0.1 + 0.2), span=1).sign_p == 1


def test_an_infinite_verdict_is_left_out():
    found = paired_change(np.array([np.inf, np.inf, 0, 1]), np.array([np.inf, 1, 1, 1]))
    assert (found.prompts, found.mean.estimate.estimate) == (2, 0.5)


def test_nothing_judged_twice_is_undefined():
    reason = "no response was judged both plain and altered"
    assert paired_change(np.array([NAN, 1]), np.array([1, NAN])) == Undefined(reason)
    assert paired_change(np.zeros((0, 4)), np.zeros((0, 4))) == Undefined(reason)

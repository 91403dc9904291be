from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss

from rewardlab.stats.calibration import calibration
from rewardlab.stats.interval import Undefined
from rewardlab.stats.ratio import share_of_items

NAN = np.nan


def test_the_published_calibration_is_met(published):
    case = published("judge_calibration")
    data = np.array(case.input["p"]), np.array(case.input["y"], float)
    five, ten = calibration(*data, bins=5), calibration(*data)
    assert (five.rule, ten.rule) == ("5 bins of equal width", "10 bins of equal width")
    case.meets(
        {
            "ece_5": five.expected_error,
            "mce_5": five.maximum_error,
            "ece_10": ten.expected_error,
            "brier": five.brier,
            "log_loss": five.log_loss,
        },
        passed_over={"isotonic": "scikit-learn's, outside of stats", "pava": "scikit-learn's, outside of stats"},
    )


def test_by_hand():
    # Two bins: .2 and .4 with outcomes 0 and 1 (.5 - .3 = .2), .5 and 1 with 1 and 1 (1 - .75 = .25).
    found = calibration(np.array([0.2, 0.4, 0.5, 1.0, NAN]), np.array([0, 1, 1, 1, 1.0]), bins=2)
    assert (found.expected_error, found.maximum_error) == pytest.approx((0.225, 0.25))
    assert [(one.low, one.high, one.items) for one in found.curve] == [(0, 0.5, 2), (0.5, 1, 2)]
    assert found.brier == pytest.approx((0.04 + 0.36 + 0.25 + 0) / 4)
    assert found.curve[0].interval == share_of_items([0, 1])


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.integers(0, 1)), min_size=1, max_size=40), st.integers(1, 12))
def test_every_item_is_in_one_bin_and_the_losses_are_scikit_learns(rows, bins):
    chances, outcomes = np.array(rows, float).T
    for rule in ("equal width", "equal count"):
        found = calibration(chances, outcomes, bins=bins, rule=rule)
        assert sum(one.items for one in found.curve) == len(rows)
        assert all(one.low - 1e-12 <= one.predicted <= one.high + 1e-12 for one in found.curve)
        assert found.brier == pytest.approx(brier_score_loss(outcomes, chances))
        assert found.log_loss == pytest.approx(log_loss(outcomes, chances, labels=[0, 1]))


def test_equal_counts_share_out_the_items():
    chances = np.sqrt(np.arange(100) / 100)
    found = calibration(chances, np.ones(100), bins=4, rule="equal count")
    assert all(abs(one.items - 25) <= 1 for one in found.curve)
    tied = calibration(np.full(9, 0.7), np.ones(9), bins=4, rule="equal count")
    assert [one.items for one in tied.curve] == [9]


def test_items_of_one_prompt_widen_the_curve():
    rng = np.random.default_rng(1)
    chances, outcomes = rng.random(200), rng.integers(0, 2, 200).astype(float)
    alone = calibration(chances, outcomes, bins=1).curve[0].interval
    together = calibration(np.tile(chances, 3), np.tile(outcomes, 3), bins=1, clusters=np.tile(np.arange(200), 3))
    assert (together.curve[0].interval.low, together.curve[0].interval.units) == (pytest.approx(alone.low), 200)


def test_something_impossible_that_happened_has_no_finite_loss():
    found = calibration(np.array([0.0, 1.0]), np.array([1.0, 1.0]))
    assert (found.log_loss, found.brier) == (np.inf, 0.5)


def test_what_cannot_be_calibrated():
    assert calibration(np.array([NAN]), np.ones(1)) == Undefined("no item has a probability and an outcome")
    for wrong in (-0.1, 1.1):
        with pytest.raises(ValueError, match=r"lie in \[0, 1\]"):
            calibration(np.array([wrong]), np.ones(1))

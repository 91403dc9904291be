from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from rewardlab.stats.independence import error_independence
from rewardlab.stats.interval import Undefined

NAN = np.nan


def panel(rng, prompts=100, generations=2, judges=3, *, correlation, rate=0.2):
    """A truth, and verdicts that are wrong at `rate`, the errors of one generation alike with that correlation."""
    truth = (rng.random((prompts, generations)) < 0.5) * 1.0
    shared = rng.random(truth.shape) < rate
    own = rng.random((judges, *truth.shape)) < rate
    wrong = np.where(rng.random(own.shape) < np.sqrt(correlation), shared, own)
    return np.where(wrong, 1 - truth, truth), truth


def test_by_hand():
    # Errors 1 0 0 0 and 1 1 0 0, one prompt each: means .25 and .5, covariance .25 - .125 = .125, variances .1875 and
    # .25: r = .125 / .21651 = .57735; two judges are worth 2 / 1.57735 = 1.26795.
    verdicts = np.array([[1, 0, 0, 0], [1, 1, 0, 0]], float)[:, :, None]
    found = error_independence(verdicts, np.zeros((4, 1)))
    assert found == Undefined("one prompt alone holds all errors of judge 1")
    doubled = np.tile(verdicts, (1, 2, 1))
    found = error_independence(doubled, np.zeros((8, 1)))
    assert found.correlation.estimate == pytest.approx(0.57735, abs=1e-5)
    assert found.effective.estimate == pytest.approx(1.26795, abs=1e-5)
    assert found.items == 8


def residuals(verdicts, truth):
    design = np.stack([np.ones(len(truth)), truth], axis=1)
    return verdicts - (design @ np.linalg.lstsq(design, verdicts.T)[0]).T


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10_000), st.integers(2, 4))
def test_it_is_the_mean_of_the_residuals_correlations(seed, judges):
    rng = np.random.default_rng(seed)
    truth, verdicts = rng.normal(size=(6, 3)), rng.normal(size=(judges, 6, 3))
    verdicts[0, 0, 0] = truth[1, 1] = NAN
    found = error_independence(verdicts, truth)
    kept = np.isfinite(truth) & np.isfinite(verdicts).all(axis=0)
    expected = np.corrcoef(residuals(verdicts[:, kept], truth[kept]))
    assert np.array(found.matrix) == pytest.approx(expected)
    rho = expected[np.triu_indices(judges, 1)].mean()
    assert found.correlation.estimate == pytest.approx(rho)
    assert found.effective.estimate == pytest.approx(judges / (1 + (judges - 1) * rho))
    assert found.effective.low < found.effective.estimate < found.effective.high
    # Leaving a prompt out by hand, on the scale that the docstring names.
    places = []
    for prompt in range(6):
        rest = np.arange(6)[:, None].repeat(3, 1)[kept] != prompt
        rest = np.corrcoef(residuals(verdicts[:, kept][:, rest], truth[kept][rest]))
        one = rest[np.triu_indices(judges, 1)].mean()
        places.append(np.log((1 + (judges - 1) * one) / (1 - one)))
    left = np.square(residuals(verdicts[:, kept], truth[kept]))
    left = (left / left.sum(axis=1, keepdims=True)).sum(axis=0)
    weights = np.bincount(np.nonzero(kept)[0], left)
    degrees = weights.sum() ** 2 / np.square(weights).sum() - 1
    half = scipy_stats.t.ppf(0.975, degrees) * np.sqrt(5 * np.var(places))
    odds = np.exp(np.log((1 + (judges - 1) * rho) / (1 - rho)) + half)
    assert found.correlation.high == pytest.approx((odds - 1) / (odds + judges - 1))


def test_a_copy_adds_no_judge():
    rng = np.random.default_rng(1)
    verdicts, truth = panel(rng, judges=1, correlation=0)
    found = error_independence(np.concatenate([verdicts, verdicts]), truth)
    assert (found.correlation.estimate, found.effective.estimate) == pytest.approx((1, 1))
    assert found.correlation.low < found.correlation.high
    assert found.effective.low == pytest.approx(1)
    assert 1.001 < found.effective.high < 1.2


def test_independent_judges_count_in_full():
    found = error_independence(*panel(np.random.default_rng(2), correlation=0))
    assert found.effective.low < 3 < found.effective.high
    assert found.correlation.low < 0 < found.correlation.high


def test_errors_that_offset_are_worth_more_and_exact_opposites_have_no_number():
    errors = np.random.default_rng(3).normal(size=(1, 30, 1))
    found = error_independence(np.concatenate([errors, -errors]), np.zeros((30, 1)))
    assert found.correlation.estimate == pytest.approx(-1)
    assert found.effective == Undefined("the judges' errors cancel: their mean may have none")


def test_leniency_and_scale_are_no_error_that_varies():
    truth, noise = np.random.default_rng(4).normal(size=(2, 9, 2))
    found = error_independence(np.stack([noise, 3 * truth + 1]), truth)
    assert found == Undefined("judge 2 makes no error that varies")
    named = error_independence(np.stack([noise, 3 * truth + 1]), truth, names=("ada", "bea"))
    assert named == Undefined("bea makes no error that varies")


@pytest.mark.parametrize(
    ("verdicts", "truth", "reason"),
    [
        (np.zeros((0, 3, 1)), np.zeros((3, 1)), "no judge"),
        (np.zeros((1, 3, 1)), np.zeros((3, 1)), "one judge alone has no error correlation"),
        (np.zeros((2, 3, 1)), np.full((3, 1), NAN), "fewer than two prompts have a truth and a verdict of every judge"),
    ],
)
def test_what_shows_no_common_errors_is_undefined(verdicts, truth, reason):
    assert error_independence(verdicts, truth) == Undefined(reason)

"""Intervals of alpha: published errors, leaving out by hand, clusters, coverage, and no interval of no width."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest

from rewardlab.stats.agreement import alpha as alphas
from rewardlab.stats.agreement import resampling
from rewardlab.stats.agreement.alpha import alpha
from rewardlab.stats.agreement.resampling import alpha_interval, alpha_with_interval, alphas_of_draws
from rewardlab.stats.agreement.table import LEVELS, Table
from rewardlab.stats.interval import Estimate, Undefined


def test_the_published_intervals_are_met(published, table_of, rng):
    case = published("agr_alpha_bootstrap_icr")
    table = Table.of(table_of(case.input["data_csv"]))
    drawn = alpha_with_interval(table, "nominal", rng=rng, method="bootstrap")
    left_out = alpha_with_interval(table, "nominal", rng=rng)
    computed = {
        "unit_bootstrap_ci_low": drawn.interval.low,
        "unit_bootstrap_ci_high": drawn.interval.high,
        "unit_bootstrap_se": drawn.error,
        "jackknife_se": left_out.error,
    }
    passed_over = {
        "krippendorff_bootstrap": "covers 75 to 86 % at 95 %",
        "gwet_analytic": "the jackknife stands for it",
    }
    case.meets(computed, passed_over=passed_over)


def some_ratings(rng, units=40):
    common, own = rng.integers(0, 4, (units, 1)), rng.integers(0, 4, (units, 3))
    ratings = np.where(rng.random((units, 3)) < 0.6, common, own).astype(float)
    ratings[rng.random(ratings.shape) < 0.15] = np.nan
    return ratings


@pytest.mark.parametrize("gathered", [False, True])
@pytest.mark.parametrize("level", LEVELS)
def test_the_jackknife_leaves_out_one_cluster_at_a_time(monkeypatch, rng, level, gathered):
    if gathered:
        monkeypatch.setattr(alphas, "CELLS", 0)
    ratings, cluster = some_ratings(rng), np.arange(40) // 4
    found = alpha_interval(ratings, level, rng=rng, cluster=cluster)
    left_out = np.array([alpha(ratings[cluster != one], level) for one in range(10)])
    error = np.sqrt(9 / 10 * np.square(left_out - left_out.mean()).sum())
    # t with 9 degrees of freedom: 2.262157.
    assert found.high - found.estimate == pytest.approx(2.262157 * error, rel=1e-6)
    left = 1 - found.estimate
    assert found.low == pytest.approx(1 - left * np.exp(2.262157 * error / left), rel=1e-6)
    assert (found.units, found.method) == (10, "jackknife over units, t")


@pytest.mark.parametrize("gathered", [False, True])
@pytest.mark.parametrize("level", LEVELS)
def test_each_resample_has_the_krippendorff_packages_alpha(monkeypatch, rng, level, gathered):
    if gathered:
        monkeypatch.setattr(alphas, "CELLS", 0)
    ratings = rng.integers(0, 4, (40, 3)).astype(float)
    draws = rng.integers(0, 40, (25, 40))
    theirs = [krippendorff.alpha(ratings[one].T, level_of_measurement=level) for one in draws]
    assert alphas_of_draws(ratings, level, draws) == pytest.approx(theirs, abs=1e-12)


def test_units_of_one_prompt_are_drawn_together(rng):
    ratings = some_ratings(rng)
    twice, cluster = np.repeat(ratings, 2, axis=0), np.repeat(np.arange(40), 2)
    alone, together = (alpha_interval(twice, "ordinal", rng=rng, cluster=one) for one in (None, cluster))
    once = alpha_interval(ratings, "ordinal", rng=rng)
    assert together.high - together.low == pytest.approx(once.high - once.low, rel=0.05)
    assert alone.high - alone.low < 0.8 * (together.high - together.low)


def test_many_values_and_clusters_are_left_out_in_groups(monkeypatch, rng):
    common = rng.normal(size=(600, 1))
    ratings = common + 0.7 * rng.normal(size=(600, 3))
    one_by_one = alpha_interval(ratings, "interval", rng=rng)
    monkeypatch.setattr(alphas, "CELLS", 0)
    grouped = alpha_interval(ratings, "ordinal", rng=rng)
    assert grouped.method == "jackknife over 100 groups of units, t"
    assert grouped.high - grouped.low == pytest.approx(one_by_one.high - one_by_one.low, rel=0.35)


@pytest.mark.parametrize("method", ["jackknife", "bootstrap"])
def test_perfect_agreement_has_a_width(rng, method):
    # 30 units, no disagreement: at most 1 - .025^(1/30) = .1157 of units disagree; D_e = 2 * 30 * 30 / (60 * 59).
    ratings = [[1, 1]] * 15 + [[2, 2]] * 15
    found = alpha_interval(ratings, "nominal", rng=rng, method=method)
    assert (found.estimate, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(1 - (1 - 0.025 ** (1 / 30)) / (1800 / 3540), abs=1e-9)
    for level in LEVELS:  # two values: all levels are the same
        assert alpha_interval(ratings, level, rng=rng).low == pytest.approx(found.low, abs=1e-9)


@pytest.mark.parametrize("method", ["jackknife", "bootstrap"])
@pytest.mark.parametrize("weights", [None, np.tile([1.0, 3.0], 6)])
@pytest.mark.parametrize(
    ("ratings", "level"),
    [
        ([[1, 2], [2, 1]] * 6, "nominal"),
        ([[1, 2], [2, 1]] * 6, "ratio"),
        ([[1, 2], [3, 4], [4, 1]] * 4, "nominal"),  # other values each time, and never the same
        ([[1, 1, 2]] * 12, "ordinal"),  # two of three always agree
    ],
)
def test_full_disagreement_is_decided_and_has_a_width(rng, ratings, level, method, weights):
    table = Table.of(ratings, weights=weights)
    found = alpha_with_interval(table, level, rng=rng, method=method).interval
    assert found.low == -1
    assert found.estimate < found.high < 0.667
    few = alpha_with_interval(Table.of(ratings[:2]), level, rng=rng, method=method).interval
    assert few.high > 0.667  # two units prove nothing


def test_the_upper_end_of_full_disagreement_by_hand(rng):
    # 10 units of (1, 2): D_o = 1, D_e = 2 * 10 * 10 / (20 * 19); (1 - q)^10 = 0.025.
    same, expected = 0.025 ** (1 / 10), 200 / 380
    found = alpha_interval([[1, 2]] * 10, "nominal", rng=rng)
    assert found.estimate == pytest.approx(1 - 1 / expected)
    assert found.high == pytest.approx(1 - same / (same**2 * expected + 1 - same**2))


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        ([[1, 1], [1, 1]], "no variation"),
        ([[1, 2]], "one unit alone"),
        ([[1, 1], [1, 1], [1, 2]], "all variation lies in one unit"),
    ],
)
def test_an_interval_that_cannot_be_built_says_why(rng, ratings, reason):
    found = alpha_interval(ratings, "nominal", rng=rng)
    assert isinstance(found, Undefined)
    assert reason in found.reason


def test_the_jackknife_covers_and_the_seed_decides_the_bootstrap(rng):
    """Raters who know 60 % of five values and guess the others have an alpha of .36 in the long run."""
    covered = 0
    for _ in range(300):
        own = rng.integers(0, 5, (60, 3))
        ratings = np.where(rng.random((60, 3)) < 0.6, rng.integers(0, 5, (60, 1)), own).astype(float)
        found = alpha_interval(ratings, "nominal", rng=rng)
        assert isinstance(found, Estimate)
        covered += found.low <= 0.36 <= found.high
    assert 0.91 <= covered / 300 <= 0.985
    draw = lambda seed: alpha_interval(ratings, "nominal", rng=np.random.default_rng(seed), method="bootstrap")  # noqa: E731
    assert draw(3) == draw(3) != draw(4)


def test_both_ways_of_drawing_clusters_are_the_same_distribution(monkeypatch, rng):
    ratings = np.repeat(some_ratings(rng, 30), 10, axis=0)
    widths = []
    for many in (0, 10**9):
        monkeypatch.setattr(resampling, "MANY", many)
        found = alpha_interval(ratings, "nominal", rng=rng, method="bootstrap")
        widths.append(found.high - found.low)
    assert widths[0] == pytest.approx(widths[1], rel=0.08)

"""Alpha: published values, the definition by brute force, the krippendorff package, and what is undefined."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings

from rewardlab.errors import InputError, UsageError
from rewardlab.stats.agreement import alpha as alphas
from rewardlab.stats.agreement import ratio
from rewardlab.stats.agreement.alpha import alpha
from rewardlab.stats.agreement.table import LEVELS
from rewardlab.stats.interval import Undefined
from tests.stats.agreement.conftest import RATINGS

DISTANCES = {
    "nominal": lambda x, y, n: float(x != y),
    # Between the middles of the two runs of ties in the pooled order.
    "ordinal": lambda x, y, n: (np.sum(n < x) + np.sum(n <= x) - np.sum(n < y) - np.sum(n <= y)) ** 2 / 4,
    "interval": lambda x, y, n: (x - y) ** 2,
    "ratio": lambda x, y, n: ((x - y) / (x + y)) ** 2 if x + y else 0.0,
}


def by_definition(ratings, level):
    """One less the mean distance within units over the mean distance of all pairs."""
    units = [row[~np.isnan(row)] for row in ratings]
    units = [row for row in units if len(row) > 1]
    pooled = np.concatenate(units)
    delta = lambda x, y: DISTANCES[level](x, y, pooled)  # noqa: E731 - the pooled ratings are the same throughout
    within = sum(delta(x, y) / (len(unit) - 1) for unit in units for x in unit for y in unit) / len(pooled)
    between = sum(delta(x, y) for x in pooled for y in pooled) / (len(pooled) * (len(pooled) - 1))
    return 1 - within / between


@pytest.mark.parametrize("name", ["agr_krippendorff2011_4x12", "agr_krippendorff_wikipedia_3x15"])
def test_the_published_alphas_are_met(published, table_of, name):
    case = published(name)
    table = table_of(case.input["data_csv"])
    names = {f"krippendorff_alpha_{level}{digits}": level for level in LEVELS for digits in ("", "_full")}
    computed = {name: alpha(table, level) for name, level in names.items()}
    computed["krippendorff_alpha_interval_onepass"] = alpha(table, "interval")
    case.meets({name: value for name, value in computed.items() if name in case.expected}, passed_over={})


def test_binary_data_have_one_alpha_at_all_levels(published, table_of):
    case = published("agr_krippendorff2011_sectA_B")
    binary, nominal = (table_of(case.input[name]) for name in ("binary_csv", "nominal_csv"))
    case.meets({"binary_alpha": alpha(binary, "nominal"), "nominal_alpha": alpha(nominal, "nominal")}, passed_over={})
    assert {round(alpha(binary, level), 12) for level in LEVELS} == {round(alpha(binary, "nominal"), 12)}


def test_continuous_ratings_have_the_published_alpha(published, table_of):
    case = published("agr_alpha_continuous_scaling")
    unit, rater = np.arange(2000)[:, None], np.arange(3)
    table = np.round(unit * 0.6180339887 % 1 + 0.05 * ((7 * unit + 3 * rater) % 11 - 5) / 5, 6)
    small = table_of(published("agr_krippendorff2011_4x12").input["data_csv"])
    computed = {
        "alpha_interval": alpha(table, "interval"),
        "alpha_ordinal": alpha(table, "ordinal"),
        "distinct_values": len(np.unique(table)),
        "identity: ordinal alpha of 4x12 via mid-ranks": alpha(small, "ordinal"),
    }
    case.meets(computed, passed_over={"resources": "seconds and memory are measured by make bench"})


def test_two_raters_by_hand():
    # Pairs (1,1) (1,2) (2,2): 2 of 6 ordered pairs within units differ, of all 30 ordered pairs 2*3*3 = 18 do.
    assert alpha([[1, 1], [1, 2], [2, 2]], "nominal") == pytest.approx(1 - (2 / 6) / (18 / 30), abs=1e-15)


@pytest.mark.parametrize("gathered", [False, True])
@pytest.mark.parametrize("level", LEVELS)
def test_alpha_is_its_definition_and_the_krippendorff_packages(monkeypatch, level, gathered):
    """By columns for each value, and by counting anew; at the ratio level by the characteristic function."""
    if gathered:
        monkeypatch.setattr(alphas, "CELLS", 0)
        monkeypatch.setattr(ratio, "FEW", 0)

    @settings(max_examples=40)
    @given(RATINGS)
    def holds(ratings):
        found = alpha(ratings, level)
        if isinstance(found, Undefined):
            with pytest.raises((ValueError, RuntimeWarning)):  # 0/0 warns, and warnings are errors here
                krippendorff.alpha(ratings.T, level_of_measurement=level)
        else:
            assert found == pytest.approx(by_definition(ratings, level), abs=1e-11)
            assert found == pytest.approx(krippendorff.alpha(ratings.T, level_of_measurement=level), abs=1e-11)
            assert -1 <= found <= 1

    holds()


def test_continuous_ratios_are_their_definition(rng):
    ratings = np.exp(3 * rng.normal(size=(60, 1)) + rng.normal(size=(60, 3)))
    ratings[rng.random(ratings.shape) < 0.2] = np.nan
    ratings[rng.random(ratings.shape) < 0.05] = 0
    assert alpha(ratings, "ratio") == pytest.approx(by_definition(ratings, "ratio"), abs=1e-12)


def test_neither_scale_nor_origin_nor_order_matters(rng):
    ratings = rng.integers(0, 5, (30, 3)).astype(float)
    scaled = (("interval", 1e200 * (ratings - 2)), ("interval", 1e-200 * ratings), ("ratio", 1e-200 * ratings))
    for level, other in scaled:
        assert alpha(other, level) == pytest.approx(alpha(ratings, level), abs=1e-12)
    assert alpha(1e9 + ratings, "interval") == pytest.approx(alpha(ratings, "interval"), abs=1e-9)
    assert alpha(ratings[::-1, ::-1], "ordinal") == pytest.approx(alpha(ratings, "ordinal"), abs=1e-15)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("shift", [0.0, 1e13])
def test_only_equal_values_are_one_value(level, shift):
    """Codes of 13 digits differ by less than a million millionth of the largest, and are codes all the same."""
    codes = np.array([[1, 1], [2, 2], [3, 1], [2, 3]] * 5) + shift
    theirs = krippendorff.alpha((codes - (shift if level != "ratio" else 0)).T, level_of_measurement=level)
    assert alpha(codes, level) == pytest.approx(theirs, abs=1e-6)


def test_one_huge_rating_does_not_hide_the_others():
    ratings = np.array([[1.0, 2], [2, 3], [3, 1], [1, 3], [1e13, 1e13]])
    assert alpha(ratings, "nominal") == pytest.approx(krippendorff.alpha(ratings.T, level_of_measurement="nominal"))
    assert alpha(ratings, "ordinal") == pytest.approx(krippendorff.alpha(ratings.T, level_of_measurement="ordinal"))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        ([[1.0, 1.0], [1.0, 1.0]], "no variation"),
        ([[1.0, 1.0]], "no variation"),
        ([[1.0, 1.0], [2.0, np.nan]], "no variation"),
        ([[1.0, np.nan], [np.nan, 2.0]], "no unit has two ratings"),
        ([[1.0], [2.0]], "no unit has two ratings"),
        (np.empty((0, 3)), "no unit has two ratings"),
        (np.full((2, 2), np.nan), "no unit has two ratings"),
    ],
)
def test_what_is_undefined_says_why(ratings, level, reason):
    found = alpha(ratings, level)
    assert isinstance(found, Undefined)
    assert reason in found.reason


def test_what_cannot_be_rated_so_is_refused():
    with pytest.raises(InputError, match=r"an infinite rating \(unit 1, rater 0\)"):
        alpha([[1, 2], [np.inf, 1]], "nominal")
    with pytest.raises(InputError, match="a rating of -1 at the ratio level"):
        alpha([[1, 2], [-1, 1]], "ratio")
    with pytest.raises(UsageError, match="no level of measurement 'metric'"):
        alpha([[1, 2]], "metric")
    with pytest.raises(InputError, match="ratings of 1 dimensions"):
        alpha([1, 2], "nominal")

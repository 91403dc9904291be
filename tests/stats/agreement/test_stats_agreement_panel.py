"""A panel: what each level measures, who stands apart, and skew."""

from __future__ import annotations

import numpy as np
import pytest

from rewardlab.stats.agreement.gwet import agreement_weights, chance_corrected
from rewardlab.stats.agreement.panel import agreement_of
from rewardlab.stats.agreement.table import LEVELS, Table
from rewardlab.stats.interval import Undefined


def test_each_level_has_its_own_coefficients(rng):
    ratings = rng.integers(1, 6, (30, 3))
    nominal, ordinal, interval = (agreement_of(ratings, level, rng=rng) for level in ("nominal", "ordinal", "interval"))
    assert (nominal.ac2, nominal.icc, nominal.orders) == (None, None, None)
    assert ordinal.ac2 is not None
    assert ordinal.orders is not None
    assert (ordinal.icc, set(interval.icc)) == (None, {f"ICC({n},{k})" for n in "123" for k in "1k"})
    assert [pair.tau for pair in nominal.pairs] == [None] * 3
    assert nominal.given == {float(v): int((ratings == v).sum()) for v in range(1, 6)}


def test_continuous_ratings_have_no_categories(rng):
    panel = agreement_of(rng.normal(size=(50, 2)), "interval", rng=rng)
    assert (panel.ac1, panel.ac2, panel.fleiss, panel.given, panel.pairs[0].kappa) == (None, None, None, {}, None)


def test_the_rater_who_stands_apart_is_seen(rng):
    common = rng.integers(0, 5, (60, 1))
    ratings = np.hstack([common, common, common, rng.integers(0, 5, (60, 1))])
    panel = agreement_of(ratings, "ordinal", rng=rng)
    assert [one.alpha_without == 1.0 for one in panel.members] == [False, False, False, True]
    assert panel.pairs[0].alpha == 1.0
    assert abs(panel.pairs[2].alpha) < 0.3


def test_skew_is_pointed_out_where_alpha_and_ac_part(rng):
    skewed = np.zeros((100, 2))
    skewed[:6, 0] = skewed[6:12, 1] = 1
    panel = agreement_of(skewed, "nominal", rng=rng)
    # 88 of 100 units agree and 188 of 200 ratings are 0: alpha is under 0, AC1 .86.
    assert panel.alpha.value < 0
    assert (panel.skew.value, panel.skew.share) == (0.0, 0.94)
    assert panel.skew.gap == pytest.approx(panel.ac1.value - panel.alpha.value)
    assert agreement_of([[0, 0], [1, 1], [0, 1], [1, 0]] * 9, "nominal", rng=rng).skew is None
    # 75 of 100 units agree: the raters do not, however much one value is given.
    skewed[:] = 0
    skewed[:13, 0] = skewed[13:25, 1] = 1
    panel = agreement_of(skewed, "nominal", rng=rng)
    assert panel.ac1.value - panel.alpha.value > 0.2
    assert panel.skew is None


@pytest.mark.parametrize("level", LEVELS)
def test_the_largest_numbers_are_measured(rng, level):
    """A score of 1e308 that stands for "none" is a rating like any other: no sum or square of it overflows."""
    ratings = rng.integers(1, 4, (40, 3)).astype(float)
    ratings[::5, 2] = 1e308
    panel = agreement_of(ratings, level, rng=rng)
    assert np.isfinite(panel.alpha.value)
    assert all(one.mean is None or np.isfinite(one.mean) for one in panel.members)
    small = ratings.copy()
    small[::5, 2] = {"nominal": 4, "ordinal": 4}.get(level, 1e6 if level == "interval" else 1e30)
    assert panel.alpha.value == pytest.approx(agreement_of(small, level, rng=rng).alpha.value, abs=1e-4)


def test_fleiss_own_kappa_of_unequal_numbers_of_ratings(rng):
    """Fleiss (1981), table 13.8: 25 subjects with 2 to 5 ratings, so many of them positive; kappa 0.5415."""
    ratings = (2, 2, 3, 4, 3, 4, 3, 5, 2, 4, 5, 3, 4, 4, 2, 2, 3, 2, 4, 5, 3, 4, 3, 3, 2)
    positive = (2, 0, 2, 3, 3, 1, 0, 0, 0, 4, 5, 3, 4, 3, 0, 2, 1, 1, 1, 4, 2, 0, 0, 3, 2)
    table = [
        [float(n < yes) if n < all_ else np.nan for n in range(5)] for all_, yes in zip(ratings, positive, strict=True)
    ]
    panel = agreement_of(table, "nominal", rng=rng)
    assert panel.fleiss_own == pytest.approx(0.5415, abs=5e-5)
    assert panel.fleiss.value != pytest.approx(panel.fleiss_own, abs=1e-3)  # Gwet's
    assert agreement_of([[0, 1], [1, 1], [0, 0]], "nominal", rng=rng).fleiss_own is None


@pytest.mark.parametrize("of", ["fleiss", "ac1", "brennan_prediger"])
def test_full_disagreement_has_a_width_in_every_coefficient(rng, of):
    found = getattr(agreement_of([[0, 1], [1, 0]] * 20, "nominal", rng=rng), of)
    assert found.value == pytest.approx(-1)
    assert (found.interval.low, found.interval.high) == (-1, pytest.approx(1 - 2 * 0.025 ** (1 / 40)))


def test_units_that_all_agree_in_part_have_a_width(rng):
    panel = agreement_of([[1, 2]] * 20, "ordinal", rng=rng, scale=(1, 2, 3))
    assert panel.ac2.interval.low < panel.ac2.value < panel.ac2.interval.high
    assert panel.pairs[0].kappa.interval.low < panel.pairs[0].kappa.interval.high


def test_linear_weights_are_offered(rng):
    ratings = rng.integers(1, 6, (30, 2))
    quadratic, linear = (agreement_of(ratings, "ordinal", rng=rng, partial=one) for one in ("quadratic", "linear"))
    assert quadratic.ac2.value != linear.ac2.value
    weights = agreement_weights(np.arange(5.0), "linear")
    assert linear.ac2.value == chance_corrected(Table.of(ratings), "gwet", weights=weights).value


def test_clustered_units_have_no_f_interval(rng):
    panel = agreement_of(rng.normal(size=(20, 2)), "interval", rng=rng, cluster=np.arange(20) // 2)
    assert isinstance(panel.icc, Undefined)
    assert panel.clusters == 10


def test_raters_without_names_are_not_compared_by_name(rng):
    panel = agreement_of(rng.integers(0, 3, (20, 3)), "interval", rng=rng, named=False)
    assert (panel.pairs, panel.members, panel.icc, panel.orders) == ((), (), None, None)

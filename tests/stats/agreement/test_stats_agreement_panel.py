"""A panel: what each level measures, who stands apart, and skew."""

from __future__ import annotations

import numpy as np
import pytest

from rewardlab.stats.agreement.panel import agreement_of
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


def test_clustered_units_have_no_f_interval(rng):
    panel = agreement_of(rng.normal(size=(20, 2)), "interval", rng=rng, cluster=np.arange(20) // 2)
    assert isinstance(panel.icc, Undefined)
    assert panel.clusters == 10


def test_raters_without_names_are_not_compared_by_name(rng):
    panel = agreement_of(rng.integers(0, 3, (20, 3)), "interval", rng=rng, named=False)
    assert (panel.pairs, panel.members, panel.icc, panel.orders) == ((), (), None, None)

"""The binomial tail by hand, by its sum, and at its edges."""

from __future__ import annotations

import math

import pytest

from rewardlab.stats.binomial import chance_of_at_most


def test_by_hand():
    # Two tosses of a coin: no head 1/4, at most one 3/4.
    assert chance_of_at_most(0, 2, 0.5) == pytest.approx(0.25)
    assert chance_of_at_most(1, 2, 0.5) == pytest.approx(0.75)


@pytest.mark.parametrize(("count", "trials", "rate"), [(0, 29, 0.1), (3, 40, 0.15), (11, 12, 0.9)])
def test_by_the_sum(count, trials, rate):
    terms = (math.comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(count + 1))
    assert chance_of_at_most(count, trials, rate) == pytest.approx(math.fsum(terms), rel=1e-12)


def test_all_of_them_and_none_at_all():
    assert chance_of_at_most(5, 5, 0.2) == chance_of_at_most(0, 0, 0.2) == 1.0
    assert chance_of_at_most(0, 5, 0.0) == 1.0

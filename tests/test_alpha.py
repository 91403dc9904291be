"""What an alpha is held against and what it says: once, for raters and for judges."""

from __future__ import annotations

import pytest

from rewardlab.alpha import MIN_ALPHA, STRONG_ALPHA, further_units, meaning_of, strong_from, verdict_of
from rewardlab.stats.interval import Estimate, Undefined


def alpha(estimate, low, high, units=100):
    return Estimate(estimate, low, high, 0.95, "", units)


@pytest.mark.parametrize(
    ("found", "target", "more"),
    [
        # 0.7 lies 0.033 above the threshold, the interval reaches 0.1 down: ((0.1 / 0.033)^2 - 1) * 100 = 818.3.
        (alpha(0.7, 0.6, 0.8), 0.667, 819),
        # 0.6 lies 0.067 below it, and the interval reaches 0.1 up: ((0.1 / 0.067)^2 - 1) * 100 = 122.8.
        (alpha(0.6, 0.4, 0.7), 0.667, 123),
        # 0.9 lies 0.25 above, the interval reaches 0.3 down: ((0.3 / 0.25)^2 - 1) * 8 = 3.5.
        (alpha(0.9, 0.6, 1.0, 8), 0.65, 4),
        # 0.001 is less than a twentieth of 0.068.
        (alpha(0.668, 0.6, 0.8), 0.667, None),
        (Undefined("no variation"), 0.667, None),
    ],
)
def test_the_further_units_by_hand(found, target, more):
    assert further_units(found, target) == more


def test_with_the_further_units_the_interval_ends_at_the_threshold():
    """Its half falls with the root of the units."""
    more = further_units(alpha(0.7, 0.6, 0.8), 0.667)
    assert 0.1 * (100 / (100 + more)) ** 0.5 == pytest.approx(0.7 - 0.667, rel=0.01)


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(0.7, 0.9, "sufficient"), (0.6, 0.7, "undecided"), (0.2, 0.6, "insufficient")]
)
def test_the_interval_of_alpha_decides(low, high, verdict):
    assert verdict_of(alpha(0.65, low, high), 0.667) == verdict
    assert verdict_of(Undefined("no variation"), 0.667) == "undecided"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (0.9, "show 10 % of"),
        (0.935, "show 6.5 % of"),
        (0.0, "show 100 % of"),
        (-0.1, "disagree more than"),
        (1.0, "show 0 % of"),
        (Undefined("no variation"), "is undefined: no variation."),
    ],
)
def test_what_alpha_means_is_a_sentence(found, said):
    for who, what in (("judges", "verdicts"), ("raters", "ratings")):
        sentence = meaning_of(found, who=who, what=what)
        assert said in sentence
        assert sentence.startswith(f"The {who}")


def test_a_stricter_target_moves_what_is_called_strong():
    assert (strong_from(0.9), strong_from(MIN_ALPHA)) == (0.9, STRONG_ALPHA)

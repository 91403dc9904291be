"""What an alpha is held against and what it says: once, for raters and for judges."""

from __future__ import annotations

import numpy as np
import pytest

from rewardlab.ratings.alpha import MIN_ALPHA, STRONG_ALPHA, further_units, meaning_of, strong_from, verdict_of
from rewardlab.stats.agreement.resampling import alpha_interval
from rewardlab.stats.interval import Estimate, Undefined


def alpha(estimate, low, high, units=100):
    return Estimate(estimate, low, high, 0.95, "", units)


@pytest.mark.parametrize(
    ("found", "target", "more"),
    [
        # log(.333/.3) = .10436 above the threshold, log(.4/.3) = .28768 down to the end: (.28768 (1 + 1.28155/1.95996)
        # / .10436)^2 = 20.78 times as many.
        (alpha(0.7, 0.6, 0.8), 0.667, 1979),
        # 0.067 below it, and 0.1 up: (0.1 * 1.65386 / 0.067)^2 = 6.093.
        (alpha(0.6, 0.4, 0.7), 0.667, 510),
        # Perfect agreement that goes on: the lower end rises as the units' inverse, 8 (0.5 / 0.35 - 1).
        (alpha(1.0, 0.5, 1.0, 8), 0.65, 4),
    ],
)
def test_the_further_units_by_hand(found, target, more):
    assert further_units(found, target).units == more


@pytest.mark.parametrize("found", [alpha(0.668, 0.6, 0.8), alpha(0.667, 0.6, 0.8), Undefined("no variation")])
def test_on_the_threshold_no_number_of_units_is_named(found):
    assert further_units(found, 0.667) is None


def test_a_number_that_varies_tenfold_has_a_range():
    found = further_units(alpha(0.7, 0.6, 0.8), 0.667)
    assert (found.low, found.high, found.is_vague) == (165, None, True)
    assert further_units(alpha(1.0, 0.5, 1.0, 8), 0.65).is_vague is False


@pytest.mark.parametrize("true", [0.5, 0.8])
def test_the_further_units_decide_nine_times_in_ten(true):
    """Tables that do not decide, each rated on as its own advice says."""
    rng = np.random.default_rng(0)

    def rated(units):
        copies = rng.random((units, 3)) < np.sqrt(true)
        said = rng.random((units, 1)) < 0.3
        return np.where(copies, said, rng.random((units, 3)) < 0.3).astype(float)

    decided = []
    while len(decided) < 120:
        table = rated(100)
        found = alpha_interval(table, "nominal", rng=rng)
        more = further_units(found, MIN_ALPHA)
        if verdict_of(found, MIN_ALPHA) == "undecided" and more is not None:
            together = alpha_interval(np.vstack([table, rated(more.units)]), "nominal", rng=rng)
            decided.append(verdict_of(together, MIN_ALPHA) != "undecided")
    assert np.mean(decided) >= 0.9


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

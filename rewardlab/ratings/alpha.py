"""Interprets alpha, for raters and judges: thresholds, verdict, a sentence, and how many more units would decide."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from rewardlab.reports.agreement import Verdict
from rewardlab.stats.interval import Estimate, Quantity, Undefined

#: Krippendorff's customary thresholds for alpha: tentative conclusions, and reliable ones.
MIN_ALPHA, STRONG_ALPHA = 0.667, 0.800
#: If more than this many times the existing units would be needed, no number is given: nobody would rate so many.
HOPELESS = 100
#: The normal quantile for a power of 0.9, and for the limits of an 80 % interval.
NINE_IN_TEN = NormalDist().inv_cdf(0.9)
#: The number of further units is called vague if it varies by at least this factor.
VAGUE = 10


def strong_from(min_alpha: float) -> float:
    """The alpha from which agreement is called strong."""
    return max(STRONG_ALPHA, min_alpha)


def verdict_of(alpha: Quantity, min_alpha: float) -> Verdict:
    """The verdict of alpha's interval on the threshold; undecided if alpha is undefined."""
    if isinstance(alpha, Undefined):
        return "undecided"
    if alpha.low >= min_alpha:
        return "sufficient"
    return "insufficient" if alpha.high < min_alpha else "undecided"


@dataclass(frozen=True, slots=True)
class Further:
    """Further units (clusters) needed to tell alpha from its threshold with power 0.9, if alpha equals its estimate.

    `low` and `high` are the numbers if alpha is at the limit of its 80 % interval that is farther from the threshold,
    or at the nearer one; `high` is None if the interval contains the threshold.
    """

    units: int
    low: int
    high: int | None

    @property
    def is_vague(self) -> bool:
        """Whether the number varies at least tenfold over alpha's 80 % interval."""
        return self.high is None or self.high >= VAGUE * self.low


def further_units(alpha: Quantity, min_alpha: float) -> Further | None:
    """The further units that decide with power 0.9; None if too many would be needed, or if alpha is undefined.

    Identity: above the threshold, n ((h + h z/t) / (u - u_min))^2 units in all, with u = -log(1 - alpha), h the
    interval's lower half width on that scale, and t and z the normal quantiles of the interval's level and of 0.9.
    Below the threshold the same on alpha's own scale, with the upper half width. Perfect agreement needs n (1 - low) /
    (1 - threshold) units, if it continues.
    """
    if isinstance(alpha, Undefined):
        return None
    t = NormalDist().inv_cdf((1 + alpha.level) / 2)
    if alpha.estimate >= 1:
        perfect = max(1, math.ceil(alpha.units * ((1 - alpha.low) / (1 - min_alpha) - 1))) if min_alpha < 1 else None
        return None if perfect is None else Further(perfect, perfect, perfect)
    if alpha.estimate >= min_alpha:
        gap, half = math.log((1 - min_alpha) / (1 - alpha.estimate)), math.log((1 - alpha.low) / (1 - alpha.estimate))
    else:
        gap, half = min_alpha - alpha.estimate, alpha.high - alpha.estimate
    reach = half * NINE_IN_TEN / t
    units, low, high = (_needed(alpha.units, half + reach, one) for one in (gap, gap + reach, gap - reach))
    return None if units is None or low is None else Further(units, low, high)


def _needed(units: int, reach: float, gap: float) -> int | None:
    """The further units until `reach`, which falls with their square root, equals `gap`; None beyond HOPELESS."""
    if gap <= 0 or (reach / gap) ** 2 - 1 > HOPELESS:
        return None
    return max(1, math.ceil(units * ((reach / gap) ** 2 - 1)))


def meaning_of(alpha: float | Undefined, *, who: str, what: str) -> str:
    """A sentence that interprets alpha; `who` gave `what`: judges verdicts, or raters ratings."""
    if isinstance(alpha, Undefined):
        return f"The {who}' agreement is undefined: {alpha.reason}."
    if alpha < 0:
        return f"The {who} disagree more than {what} handed out at random would."
    left = f"{100 * (1 - alpha):.1f}".removesuffix(".0")
    return f"The {who} show {left} % of the disagreement that {what} handed out at random would show."


def value_of(alpha: Quantity) -> float | Undefined:
    """The estimate alone, without its interval."""
    return alpha.estimate if isinstance(alpha, Estimate) else alpha

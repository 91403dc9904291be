"""What an alpha is held against, what it says in a sentence, and how much more would decide: for raters and judges."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

from rewardlab.stats.interval import Estimate, Quantity, Undefined

Verdict: TypeAlias = Literal["sufficient", "insufficient", "undecided"]

#: Krippendorff's customary thresholds for alpha: tentative conclusions, and reliable ones.
MIN_ALPHA, STRONG_ALPHA = 0.667, 0.800
#: An estimate nearer to its threshold than this share of its interval's half is taken to lie on it.
CLOSE = 0.05


def strong_from(min_alpha: float) -> float:
    """From where on agreement is called strong."""
    return max(STRONG_ALPHA, min_alpha)


def verdict_of(alpha: Quantity, min_alpha: float) -> Verdict:
    """What alpha's interval says of the threshold; an undefined alpha decides nothing."""
    if isinstance(alpha, Undefined):
        return "undecided"
    if alpha.low >= min_alpha:
        return "sufficient"
    return "insufficient" if alpha.high < min_alpha else "undecided"


def further_units(alpha: Quantity, min_alpha: float) -> int | None:
    """Units that would bring the nearer end of the interval to the threshold, its width falling as 1/sqrt(units).

    None where alpha is undefined, and where it lies on its threshold: more units would hardly decide.
    """
    if isinstance(alpha, Undefined):
        return None
    gap = abs(alpha.estimate - min_alpha)
    half = alpha.estimate - alpha.low if alpha.estimate >= min_alpha else alpha.high - alpha.estimate
    return None if gap < CLOSE * half else math.ceil(alpha.units * ((half / gap) ** 2 - 1))


def meaning_of(alpha: float | Undefined, *, who: str, what: str) -> str:
    """What alpha says, in a sentence about `who` gave `what`: judges verdicts, raters ratings."""
    if isinstance(alpha, Undefined):
        return f"The {who}' agreement is undefined: {alpha.reason}."
    if alpha < 0:
        return f"The {who} disagree more than {what} handed out at random would."
    left = f"{100 * (1 - alpha):.1f}".removesuffix(".0")
    return f"The {who} show {left} % of the disagreement that {what} handed out at random would show."


def value_of(alpha: Quantity) -> float | Undefined:
    """The estimate alone, without its interval."""
    return alpha.estimate if isinstance(alpha, Estimate) else alpha

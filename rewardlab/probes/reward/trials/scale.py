"""The scale of a reward's scores: where success begins, and which difference is useful."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rewardlab.outcome import Outcome, Scored
from rewardlab.stats.interval import Floats

#: As a share of the range: a smaller difference tells nothing apart, a larger one is what training follows.
USEFUL = 0.1
#: How far above the middle a score must lie to count as success where nobody said where success begins: a reward of
#: -1, 0 and 1 pays exactly the middle for no answer.
ABOVE_MIDDLE = 0.02
TINY = 1e-9


def score_of(outcome: Outcome | None) -> float | None:
    """The score, None where there is none."""
    return outcome.score if isinstance(outcome, Scored) else None


@dataclass(frozen=True, slots=True)
class Scale:
    """The range in use: `bottom` and `top` as declared or as seen; `success_at` as declared, None otherwise."""

    bottom: float
    top: float
    success_at: float | None

    @property
    def span(self) -> float:
        return self.top - self.bottom

    def success(self, bottom: float | None = None, top: float | None = None) -> float:
        """The least score that counts as success on a prompt whose wrong and right answers score `bottom` and `top`."""
        if self.success_at is not None:
            return self.success_at
        low, high = (self.bottom, self.top) if bottom is None or top is None or top - bottom < TINY else (bottom, top)
        return (low + high) / 2 + ABOVE_MIDDLE * (high - low)

    def useful(self, difference: float) -> bool:
        """Whether a difference of scores is one that training follows."""
        return difference > USEFUL * self.span


def scale_of(
    right: Sequence[float],
    others: Sequence[float],
    *,
    reward_range: tuple[float, float] | None,
    success_at: float | None,
) -> Scale:
    """The scale as declared, else from the scores of right answers and of all others.

    The top is the median of the right ones, since single rows may be broken; where right answers do not stand out it
    is the presumed range.
    """
    seen = np.array([*right, *others], float)
    if reward_range is not None:
        return Scale(*reward_range, success_at)
    low, high = presumed_range(seen)
    bottom, top = float(min(seen, default=low)), float(np.median(right)) if len(right) else high
    if top - bottom < TINY:
        bottom, top = min(low, bottom), max(high, top)
    return Scale(bottom, top, success_at)


def presumed_range(scores: Floats) -> tuple[float, float]:
    """The range that undeclared scores seem to have: 0 to 1, or from -1 where some are negative, and what exceeds it.

    It tells whether a difference is useful, and where a specification wins outright; no success follows from it.
    """
    finite = scores[np.isfinite(scores)]
    lowest, highest = float(finite.min(initial=0.0)), float(finite.max(initial=1.0))
    return (min(-1.0, lowest) if lowest < 0 else 0.0, highest)

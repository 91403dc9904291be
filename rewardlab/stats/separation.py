"""The threshold that best separates the scores of right answers from those of wrong ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rewardlab.stats.interval import Floats, Undefined

#: Thresholds whose Youden's J differs by less than this are equally good; the one in the widest gap is taken.
AS_GOOD = 0.01


@dataclass(frozen=True, slots=True)
class Side:
    """Scores of answers that are all right, or all wrong, and the prompt (any integer) of each answer."""

    scores: Floats
    prompts: NDArray[np.intp]

    @property
    def weights(self) -> Floats:
        """The weight of each score: prompts weigh alike, and a prompt's answers share its weight equally."""
        _, place, counts = np.unique(self.prompts, return_inverse=True, return_counts=True)
        weights: Floats = 1.0 / counts[place] / max(len(counts), 1)
        return weights


@dataclass(frozen=True, slots=True)
class Separation:
    """The best threshold.

    `wrong` is the highest score of a wrong answer below it, None where every wrong answer reaches it; `right` is the
    lowest score of a right answer at or above it. `true_rate` and `false_rate` are the shares of right and of wrong
    answers that reach it, as means over prompts.
    """

    wrong: float | None
    right: float
    true_rate: float
    false_rate: float

    @property
    def informedness(self) -> float:
        """Youden's J: the true rate less the false rate (Youden 1950, Cancer 3:32)."""
        return self.true_rate - self.false_rate


def separate(right: Side, wrong: Side) -> Separation | Undefined:
    """The threshold that best separates right answers from wrong ones, with the prompt as the unit.

    Identity: the level t that maximises J(t), the mean over prompts of share(right >= t) less that of share(wrong >=
    t). Of the levels within AS_GOOD of the greatest J, the one farthest above the next lower score of either side is
    taken, so that a stray score does not move the threshold.
    At the edges: undefined without right or without wrong scores.
    """
    if not len(right.scores) or not len(wrong.scores):
        return Undefined(f"no {'wrong' if len(right.scores) else 'right'} answers were scored")
    levels = np.unique(np.concatenate([right.scores, wrong.scores]))
    true_rates, false_rates = _reaching(right, levels), _reaching(wrong, levels)
    gained = true_rates - false_rates
    gaps = np.diff(levels, prepend=-np.inf)
    gaps[0] = 0.0
    best = int(np.argmax(np.where(gained >= gained.max() - AS_GOOD, gaps, -1.0)))
    below = wrong.scores[wrong.scores < levels[best]]
    above = right.scores[right.scores >= levels[best]]
    return Separation(
        wrong=float(below.max()) if len(below) else None,
        right=float(above.min()) if len(above) else float(levels[best]),
        true_rate=float(true_rates[best]),
        false_rate=float(false_rates[best]),
    )


def _reaching(side: Side, levels: Floats) -> Floats:
    """For each level, ascending, the share of the side's scores at or above it, prompts weighted equally."""
    place = np.searchsorted(levels, side.scores)
    held = np.bincount(place, weights=side.weights, minlength=len(levels))
    return np.asarray(np.cumsum(held[::-1])[::-1], float)

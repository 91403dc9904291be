"""Which scores may be where right answers begin, beside the best threshold between the two sides."""

from __future__ import annotations

import numpy as np

from rewardlab.stats.interval import Floats
from rewardlab.stats.separation import Separation, Side
from rewardlab.stats.spread import SAME_SCORE, levels_of

#: Right answers that earn too little, or wrong ones that earn too much, may be misread: so many do not make an overlap.
FEW = 0.1
#: A gap below what right answers earn that takes so much of the way up from wrong ones leaves no doubt between them.
CLEAR = 2 / 3
#: Single scores do not count: so many may lie in the gap.
SINGLE = 0.01


def overlapping(scores: Floats, right: Side, wrong: Side) -> Floats:
    """The sampled levels at which some right answers fail and some wrong ones pass: none of them is the threshold.

    Between what all but a few right answers reach and what all but a few wrong ones stay under, where that is lower.
    """
    levels, _ = levels_of(scores)
    return levels[(levels > least_of(right) + SAME_SCORE) & (levels <= most_of(wrong) + SAME_SCORE)]


def possible(scores: Floats, right: Side, wrong: Side, found: Separation) -> Floats:
    """The sampled levels that wrong answers to the very question may earn, where the wrong side holds none of them.

    From what all but a few of the wrong side stay under to the same of the right side; without the levels among right
    answers where these lie close together, far above the next lower score.
    """
    levels, _ = levels_of(scores)
    between = levels[(levels > most_of(wrong) + SAME_SCORE) & (levels < found.right - SAME_SCORE)]
    least, most = least_of(right), most_of(right)
    bottom = least if found.wrong is None else min(found.wrong, least)
    seen = np.concatenate([scores[np.isfinite(scores)], right.scores])
    if widest_gap(seen, bottom, most) >= CLEAR * (most - bottom):
        return between
    return np.union1d(between, levels[(levels > least + SAME_SCORE) & (levels <= most + SAME_SCORE)])


def counting_others(scores: Floats, levels: Floats, at: float) -> Floats:
    """The levels that, as thresholds, count other generations than `at` does."""
    sampled = scores[np.isfinite(scores)]
    same = float(sampled[sampled >= at - SAME_SCORE].min(initial=np.inf))
    return levels[(np.abs(levels - at) > SAME_SCORE) & (np.abs(levels - same) > SAME_SCORE)]


def least_of(side: Side) -> float:
    """What all but a few answers of a side reach."""
    return float(np.quantile(side.scores, FEW, method="lower"))


def most_of(side: Side) -> float:
    """What all but a few answers of a side stay under, or earn."""
    return float(np.quantile(side.scores, 1 - FEW, method="higher"))


def widest_gap(scores: Floats, bottom: float, top: float) -> float:
    """The length of the widest part of [bottom, top] that holds hardly any score.

    Identity: with the n scores inside in ascending order between the two ends, the greatest distance from one to the
    one k + 1 places on, k = floor(SINGLE n). At the edge: top - bottom without scores inside.
    """
    inside = np.sort(scores[(scores >= bottom - SAME_SCORE) & (scores <= top + SAME_SCORE)])
    ends = np.concatenate([[bottom], inside, [top]])
    step = int(SINGLE * len(inside)) + 1
    return float((ends[step:] - ends[:-step]).max())

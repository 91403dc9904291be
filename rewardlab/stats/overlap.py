"""Which other scores, besides the best threshold, may separate right answers from wrong ones."""

from __future__ import annotations

import numpy as np

from rewardlab.stats.interval import Floats
from rewardlab.stats.separation import Separation, Side
from rewardlab.stats.spread import SAME_SCORE, levels_of

#: Up to this share of right answers with low scores, or wrong ones with high scores, may be misread and is no overlap.
FEW = 0.1
#: A gap that covers at least this share of the way from wrong to right answers' scores separates them beyond doubt.
CLEAR = 2 / 3
#: Up to this share of the scores may lie in the gap.
SINGLE = 0.01


def overlapping(scores: Floats, right: Side, wrong: Side) -> Floats:
    """The sampled score levels where the two sides overlap, so that none of them is a clear threshold.

    They lie above the score that all but a few right answers reach, and up to the score that all but a few wrong
    answers stay at or below.
    """
    levels, _ = levels_of(scores)
    return levels[(levels > least_of(right) + SAME_SCORE) & (levels <= most_of(wrong) + SAME_SCORE)]


def possible(scores: Floats, right: Side, wrong: Side, found: Separation) -> Floats:
    """The sampled levels that wrong answers to the same question may earn, though none on the wrong side did.

    They lie above the score that all but a few of the wrong side stay at or below, and up to the score that all but a
    few of the right side stay at or below. Levels among the right answers are left out if a wide gap separates the
    right answers from the next lower score.
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
    """The levels that, as thresholds, select other generations than `at` does."""
    sampled = scores[np.isfinite(scores)]
    same = float(sampled[sampled >= at - SAME_SCORE].min(initial=np.inf))
    return levels[(np.abs(levels - at) > SAME_SCORE) & (np.abs(levels - same) > SAME_SCORE)]


def least_of(side: Side) -> float:
    """The score that all but a few answers of a side reach."""
    return float(np.quantile(side.scores, FEW, method="lower"))


def most_of(side: Side) -> float:
    """The score that all but a few answers of a side stay at or below."""
    return float(np.quantile(side.scores, 1 - FEW, method="higher"))


def widest_gap(scores: Floats, bottom: float, top: float) -> float:
    """The length of the widest part of [bottom, top] that contains hardly any score.

    Identity: sort the n scores inside and both ends; take the greatest distance between two of these that are k + 1
    places apart, k = floor(SINGLE n). At the edge: top - bottom without scores inside.
    """
    inside = np.sort(scores[(scores >= bottom - SAME_SCORE) & (scores <= top + SAME_SCORE)])
    ends = np.concatenate([[bottom], inside, [top]])
    step = int(SINGLE * len(inside)) + 1
    return float((ends[step:] - ends[:-step]).max())

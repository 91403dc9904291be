"""The limits of alpha's interval: from a standard error, or exactly where all units agree (or disagree) alike."""

from __future__ import annotations

import math

import numpy as np

from rewardlab.stats.agreement.alpha import Drawn
from rewardlab.stats.agreement.table import Coefficient
from rewardlab.stats.interval import TINY, Estimate, Floats


def ends_of(value: float, half: float) -> tuple[float, float]:
    """The lower and upper limit of an alpha below 1, from the half width `half` on alpha's scale, cut at -1 and 1.

    Identity: low = 1 - (1 - value) exp(half / (1 - value)), high = value + half. The lower limit is taken on the scale
    of log(1 - alpha), because 1 - alpha is a ratio of disagreements and its estimate is skewed. On alpha's own scale
    the lower limit lies above a true alpha of 0.667 in 2.0 to 5.8 % of tables, on the log scale in at most 2.1 %
    (docs/statistics.md). The upper limit stays on alpha's own scale, where its coverage holds; on the log scale it
    would lie lower.
    """
    disagreement = 1 - value
    low = 1 - disagreement * math.exp(min(half / disagreement, math.log(2 / disagreement)))
    return max(-1.0, low), min(1.0, value + half)


def without_spread(
    value: float, drawn: Drawn, weights: Floats, clusters: float, confidence: float
) -> Coefficient | None:
    """Alpha and its interval where all clusters agree fully or all disagree alike; None where clusters differ.

    Arguments: `weights` (kinds,), how often each kind was drawn; `clusters`, the effective number of them.
    Identity: with probability `confidence`, at most a share q = 1 - ((1 - confidence)/2)^(1/clusters) of the
    population's clusters are unlike those seen. Under full agreement the unlike clusters are assumed to disagree by the
    largest distance seen: low = 1 - q d_max / D_e. Full disagreement means that there is one kind of cluster, or that
    every pair is as far apart as any two ratings. The unlike clusters are then assumed to agree fully and to lie that
    far from the rest and from each other: high = 1 - (1 - q) D_o / ((1 - q)^2 D_e + (1 - (1 - q)^2) d_max); low = -1,
    alpha's minimum.
    """
    furthest, expected = drawn.largest(weights)
    observed = (1 - value) * expected
    same = ((1 - confidence) / 2) ** (1 / clusters)
    if 1 - value <= TINY:
        low = max(-1.0, 1 - (1 - same) * furthest / expected)
        what = "perfect agreement, exact binomial over units"
        return Coefficient(value, 0.0, Estimate(value, low, 1.0, confidence, what, int(clusters)))
    if np.count_nonzero(weights) > 1 and observed < furthest * (1 - TINY):
        return None
    high = 1 - same * observed / (same**2 * expected + (1 - same**2) * furthest)
    what = "full disagreement, exact binomial over units"
    return Coefficient(value, None, Estimate(value, -1.0, min(1.0, max(high, value)), confidence, what, int(clusters)))

"""The ends of alpha's interval: from a standard error, and where every unit says the same."""

from __future__ import annotations

import math

import numpy as np

from rewardlab.stats.agreement.alpha import Drawn
from rewardlab.stats.agreement.table import Coefficient
from rewardlab.stats.interval import TINY, Estimate, Floats


def ends_of(value: float, half: float) -> tuple[float, float]:
    """The lower and the upper end of an alpha below 1 whose estimate is symmetric within `half`, cut at -1 and 1.

    Identity: low = 1 - (1 - value) exp(half / (1 - value)), high = value + half. The lower end is symmetric in
    log(1 - alpha), since 1 - alpha is a ratio of disagreements, whose estimate is skewed: on alpha's own scale the
    lower end of an alpha of 0.667 lies above it in 2.0 to 5.8 % of tables, on this one in at most 2.1 %
    (docs/statistics.md). The upper end keeps alpha's own scale, on which it holds; on the other it would lie lower.
    """
    disagreement = 1 - value
    low = 1 - disagreement * math.exp(min(half / disagreement, math.log(2 / disagreement)))
    return max(-1.0, low), min(1.0, value + half)


def without_spread(
    value: float, drawn: Drawn, weights: Floats, clusters: float, confidence: float
) -> Coefficient | None:
    """Alpha where all clusters agree fully, or all disagree alike; None where they differ, and show a spread.

    Arguments: `weights` (kinds,), how often each kind was drawn; `clusters`, the effective number of them.
    Identity: with probability `confidence` at most q = 1 - ((1 - confidence)/2)^(1/clusters) of clusters are others.
    Under full agreement these disagree by the largest distance seen: low = 1 - q d_max / D_e. Full disagreement is one
    kind of cluster, or every pair as far apart as any two ratings are. Let the others agree fully, and lie as far from
    the rest and from each other as that: the upper end is 1 - (1 - q) D_o / ((1 - q)^2 D_e + (1 - (1 - q)^2) d_max);
    the lower is -1, alpha's limit.
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

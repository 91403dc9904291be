"""Self-preference: whether a judge favours its own responses more than people do."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from rewardlab.stats.interval import LEVEL, Estimate, Floats, Quantity, Undefined, wilson
from rewardlab.stats.ratio import cluster_codes, cluster_sums, difference_of, rate_of


def newcombe(hits: tuple[int, int], sizes: tuple[int, int], *, level: float = LEVEL) -> Quantity:
    """The difference of two independent shares, hits[0]/sizes[0] - hits[1]/sizes[1], with Newcombe's interval.

    Identity: each limit's distance is the root of the sum of the squared distances of the Wilson limits from their
    shares. At the edges: undefined where a size is 0; the width is never zero.
    Source: Newcombe (1998), Stat. Med. 17:873, method 10.
    """
    if min(sizes) == 0:
        return Undefined("one of the two groups is empty")
    total = np.array(sizes, float)
    shares = np.array(hits) / total
    low, high = wilson(shares, total, float(ndtri(0.5 + level / 2)))
    gap = float(shares[0] - shares[1])
    down = float(np.hypot(shares[0] - low[0], high[1] - shares[1]))
    up = float(np.hypot(high[0] - shares[0], shares[1] - low[1]))
    return Estimate(gap, gap - down, gap + up, level, "Newcombe", int(total.sum()))


def self_preference_gap(
    picked_own: ArrayLike, preferred_own: ArrayLike, clusters: ArrayLike | None = None, *, level: float = LEVEL
) -> Quantity:
    """P(judge picks its own | people prefer it) - P(judge picks the other | people prefer the other).

    Arguments: per pair of the judge's own and another response, `picked_own` is 1 where the judge picks its own and 0
    where it picks the other; `preferred_own` is the same for people; any other value (a tie, no verdict) leaves the
    pair out; `clusters` are the prompts. A gap above 0 means that the judge recognises good responses more reliably
    when they are its own.
    Identity: the equal opportunity gap. The interval is Newcombe's; with clusters, MOVER from clustered Wilson limits
    and the covariance of both rates.
    At the edges: undefined where people never prefer one of the two (with clusters: in fewer than two prompts).
    Source: Wataoka et al. (2024), arXiv:2410.21819; Hardt et al. (2016), NeurIPS.
    """
    picked, preferred = np.asarray(picked_own, float), np.asarray(preferred_own, float)
    kept = np.isin(picked, (0.0, 1.0)) & np.isin(preferred, (0.0, 1.0))
    picked, own = picked[kept], preferred[kept] == 1
    hits = np.stack([picked * own, (1 - picked) * ~own])
    groups = np.stack([own, ~own]).astype(float)
    if clusters is None:
        totals = hits.sum(axis=1).astype(int), groups.sum(axis=1).astype(int)
        return newcombe((totals[0][0], totals[0][1]), (totals[1][0], totals[1][1]), level=level)
    codes = cluster_codes(np.asarray(clusters)[kept], len(picked))
    return _clustered(
        np.stack([cluster_sums(row, codes) for row in hits]),
        np.stack([cluster_sums(row, codes) for row in groups]),
        level=level,
    )


def _clustered(hits: Floats, sizes: Floats, *, level: float) -> Quantity:
    if ((sizes > 0).sum(axis=1) < 2).any():
        return Undefined("people prefer the own, or the other, response in fewer than two prompts")
    totals = sizes.sum(axis=1, keepdims=True)
    rates = hits.sum(axis=1, keepdims=True) / totals
    influence = (hits - rates * sizes) / totals
    own, other = (rate_of(float(rates[k, 0]), influence[k], sizes[k], level=level) for k in range(2))
    return difference_of(own, other, influence, prompts=sizes.shape[1], level=level)

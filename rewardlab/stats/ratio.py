"""Shares and rates over clustered items, such as the items of one prompt, with Wilson intervals over clusters."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewardlab.stats.cluster import t_quantile
from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Quantity, Undefined, wilson


def cluster_codes(clusters: ArrayLike | None, items: int) -> NDArray[np.intp]:
    """The cluster of each of `items` items, numbered from 0; without `clusters`, each item is its own cluster."""
    if clusters is None:
        return np.arange(items)
    _, codes = np.unique(np.asarray(clusters), return_inverse=True)
    return codes.reshape(items)


def cluster_sums(values: Floats, codes: NDArray[np.intp]) -> Floats:
    """The sum of `values` (items,) in each cluster, (clusters,)."""
    return np.bincount(codes, values, minlength=int(codes.max(initial=-1)) + 1).astype(float)


def cluster_means(values: Floats, codes: NDArray[np.intp]) -> Floats:
    """The mean of `values` (items,) in each cluster that has one; NaN leaves an item out."""
    known = np.isfinite(values)
    _, left = np.unique(codes[known], return_inverse=True)
    return cluster_sums(values[known], left) / np.bincount(left)


def share_of_items(hits: ArrayLike, clusters: ArrayLike | None = None, *, level: float = LEVEL) -> Quantity:
    """The share of items that are hits, all items weighted equally, with an interval over their clusters.

    Arguments: `hits` (items,) 0, 1 or NaN, which leaves an item out; `clusters` (items,), the prompt of each.
    Identity and edge rules: `rate_of`. Undefined with fewer than two clusters.
    """
    hits = np.asarray(hits, float)
    known = np.isfinite(hits)
    codes = cluster_codes(None if clusters is None else np.asarray(clusters)[known], int(known.sum()))
    sizes = np.bincount(codes).astype(float)
    if len(sizes) < 2:
        return Undefined("no item" if len(sizes) == 0 else "one prompt shows no spread")
    totals = cluster_sums(hits[known], codes)
    rate = totals.sum() / sizes.sum()
    return rate_of(float(rate), (totals - rate * sizes) / sizes.sum(), sizes, level=level)


def rate_of(rate: float, influence: Floats, sizes: Floats, *, level: float = LEVEL) -> Estimate:
    """The estimate of a ratio of sums over prompts, with its Wilson interval.

    Arguments: `influence` (prompts,), each prompt's hits less `rate` times its size, over the total size; `sizes`
    (prompts,) the denominators, of which at least two are above 0.
    Identity: variance C/(C-1) sum(influence^2); Wilson on the effective sample size that it implies, clipped to
    [(sum n)^2 / sum n^2, sum n], t with C - 1 degrees of freedom. At the edges: a rate of 0 ends at 1 -
    (alpha/2)^(1/clusters), a rate of 1 is its mirror image; the width is never zero.
    Source: Rao & Scott (1992), Biometrics 48:577; the clip and the edge rules are ours (STATISTICS 2.3).
    """
    prompts, alpha = int(np.count_nonzero(sizes)), 1 - level
    effective = effective_size(rate, influence, sizes)
    if TINY < rate < 1 - TINY:
        low, high = wilson(np.array(rate), np.array(effective), t_quantile(prompts - 1, level))
    else:
        edge = 1 - (alpha / 2) ** (1 / effective)
        low, high = np.array([0.0, edge]) if rate <= TINY else np.array([1 - edge, 1.0])
    return Estimate(rate, max(float(low), 0.0), min(float(high), 1.0), level, "modified Wilson over prompts", prompts)


def effective_size(rate: float, influence: Floats, sizes: Floats) -> float:
    """The number of independent trials to which a clustered ratio is equivalent; as in `rate_of`."""
    prompts, total = int(np.count_nonzero(sizes)), float(sizes.sum())
    fewest = total**2 / float(np.square(sizes).sum())
    if not TINY < rate < 1 - TINY:
        return fewest
    variance = prompts / (prompts - 1) * float(np.square(influence).sum())
    return float(np.clip(rate * (1 - rate) / max(variance, TINY), min(fewest, total), total))


def difference_of(more: Estimate, less: Estimate, influence: Floats, *, prompts: int, level: float = LEVEL) -> Estimate:
    """The difference of two rates on the same prompts, by MOVER with their correlation.

    Arguments: `influence` (2, prompts), the prompts' influences on each rate.
    Source: Newcombe (1998), Stat. Med. 17:873; Zou & Donner (2008), Stat. Med. 27:1693.
    """
    norms = np.sqrt(np.square(influence).sum(axis=1))
    correlation = float(influence[0] @ influence[1] / (norms[0] * norms[1])) if norms.all() else 0.0
    # On few prompts the correlation is near 1 by chance (on two, always), which would leave no width; so it is shrunk.
    correlation = min(correlation, correlation * (1 - 1 / prompts))
    estimate = more.estimate - less.estimate
    down = (more.estimate - more.low, less.high - less.estimate)
    up = (more.high - more.estimate, less.estimate - less.low)
    low, high = (np.sqrt(max(a * a + b * b - 2 * correlation * a * b, 0.0)) for a, b in (down, up))
    return Estimate(estimate, float(estimate - low), float(estimate + high), level, "MOVER over prompts", prompts)

"""What each sampled item stands for: one over the probability with which it was sampled (Horvitz & Thompson 1952)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Weights within this share of the largest are equal: what they say of a run is what the sample says.
ALIKE = 1e-12
#: What the method of an estimate begins with where the weights differ.
WEIGHTED = "weighted by the sample, "


def scaled(weights: Floats | None, kept: NDArray[np.bool_]) -> Floats:
    """The weights of the items that are `kept`, 1 in the mean over them, in the shape of `kept` and 0 elsewhere.

    Only their ratios count in an estimate. Where they do not differ, and without any, each is 1 exactly: an estimate is
    then the unweighted one to the last bit.
    Raises: ValueError for a kept item whose weight is not a positive number.
    """
    if weights is None or not kept.any():
        return kept.astype(float)
    given = np.broadcast_to(np.asarray(weights, float), kept.shape)[kept]
    if not (np.isfinite(given) & (given > 0)).all():
        raise ValueError("a sampled item stands for a positive number of items")
    found = np.zeros(kept.shape)
    found[kept] = given / given.mean() if np.ptp(given) > ALIKE * given.max() else 1.0
    return found


def differ(weights: Floats) -> bool:
    """Whether any two of the weights, zeros aside, are unequal."""
    given = weights[weights > 0]
    return bool(len(given) and np.ptp(given) > ALIKE * given.max())


def effective_number(weights: Floats) -> float:
    """How many items of equal weight say as much: (sum w)^2 / sum w^2, which is their number where they are alike.

    Source: Kish (1965), Survey Sampling, section 11.7.
    """
    squares = float(np.square(weights).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def effective_clusters(codes: NDArray[np.integer], weights: Floats) -> float:
    """The number of clusters, less what unequal weights cost.

    Arguments: `codes` (items,) numbers each item's cluster from 0; `weights` (items,), above 0.
    Identity: C K(W) / K(n), at most C and at least 1, K Kish's effective number, W the clusters' sums of weights and n
    their numbers of items: C itself where the weights are alike, however unequal the clusters.
    """
    sizes = np.asarray(np.bincount(codes), float)
    totals = np.asarray(np.bincount(codes, weights), float)[sizes > 0]
    clusters = len(totals)
    if not clusters or not differ(weights):
        return float(clusters)
    even = effective_number(sizes[sizes > 0])
    return float(np.clip(clusters * effective_number(totals) / even, 1.0, clusters))


def method_of(method: str, weights: Floats) -> str:
    """The method of an estimate, which says so where the weights differ."""
    return WEIGHTED + method if differ(weights) else method

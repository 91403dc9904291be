"""Sampling weights: one over the probability with which each item was sampled (Horvitz & Thompson 1952)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Weights that differ by at most this share of the largest count as equal.
ALIKE = 1e-12
#: The prefix of an estimate's method where the weights differ.
WEIGHTED = "weighted by the sample, "


def scaled(weights: Floats | None, kept: NDArray[np.bool_]) -> Floats:
    """The weights of the items that are `kept`, scaled to a mean of 1 over them, in the shape of `kept`; 0 elsewhere.

    Only the ratios of weights matter to an estimate. Equal weights, and no weights, give exactly 1, so that the
    estimate equals the unweighted one to the last bit.
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
    """The number of equally weighted items that carry as much information: (sum w)^2 / sum w^2.

    Source: Kish (1965), Survey Sampling, section 11.7.
    """
    squares = float(np.square(weights).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def effective_clusters(codes: NDArray[np.integer], weights: Floats) -> float:
    """The effective number of clusters, reduced for unequal weights.

    Arguments: `codes` (items,) numbers each item's cluster from 0; `weights` (items,), above 0.
    Identity: C K(W) / K(n), at most C and at least 1, where K is Kish's effective number, W the clusters' sums of
    weights and n their numbers of items. It is C where the weights are equal, however unequal the clusters.
    """
    sizes = np.asarray(np.bincount(codes), float)
    totals = np.asarray(np.bincount(codes, weights), float)[sizes > 0]
    clusters = len(totals)
    if not clusters or not differ(weights):
        return float(clusters)
    even = effective_number(sizes[sizes > 0])
    return float(np.clip(clusters * effective_number(totals) / even, 1.0, clusters))


def method_of(method: str, weights: Floats) -> str:
    """The name of an estimate's method, with the prefix `WEIGHTED` where the weights differ."""
    return WEIGHTED + method if differ(weights) else method

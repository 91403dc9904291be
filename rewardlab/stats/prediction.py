"""Prediction-powered inference: the mean of human labels where most items have only a judge's verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from rewardlab.stats.cluster import t_quantile
from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Quantity, Undefined
from rewardlab.stats.ratio import cluster_sums
from rewardlab.stats.weights import effective_clusters, effective_number, method_of, scaled


@dataclass(frozen=True, slots=True)
class PoweredMean:
    """`mean` estimates the mean human label; `weight` is lambda, the trust in the judge (0 none, 1 full)."""

    mean: Quantity
    weight: float
    labelled: int
    unlabelled: int


def powered_mean(
    labels: Floats,
    verdicts: Floats,
    unlabelled: Floats,
    *,
    clusters: tuple[NDArray[Any], NDArray[Any]] | None = None,
    weights: tuple[Floats, Floats] | None = None,
    weight: float | None = None,
    bounds: tuple[float, float] = (0.0, 1.0),
    level: float = LEVEL,
) -> PoweredMean | Undefined:
    """The mean label, from `labels` and `verdicts` of the labelled items (n,) and verdicts of `unlabelled` ones (N,).

    NaN leaves an item out. `clusters`: the prompts of the labelled and of the unlabelled items; a prompt may have both
    kinds. `weight` is lambda; None chooses the lambda of least variance. `bounds` are the range of labels and verdicts.
    `weights`, for the labelled and for the unlabelled items, are one over the probability with which each was sampled
    from the population whose mean is estimated. Both sets are then samples, and within each stratum the labelled items
    must be representative.
    Identity: mean(lambda f(U)) + mean(Y - lambda f(X)), variance lambda^2 Var f(U) / N + Var(Y - lambda f(X)) / n (ddof
    0), z interval; lambda = cov(Y, f) / ((1 + n/N) Var f), Var f over both sets with ddof 1. With clusters the variance
    sums influences over a prompt's items of both sets, m/(m-1) sum(influence^2), and t has m - 1 degrees of freedom, m
    the smaller of both numbers of prompts (of the labelled ones at lambda 0). Limits are cut at the bounds.
    At the edges: where all residuals Y - lambda f are equal, people and judge may still differ on items not sampled. At
    least a share (alpha/2)^(1/prompts) of all items is like the sampled ones, and every other moves the mean by at most
    what the bounds allow; that distance is added to the interval by squares, and likewise for unlabelled verdicts that
    are all the same. Undefined with fewer than two labelled items (prompts), with none unlabelled, and when the
    interval and the bounds share at most a point.
    Source: Angelopoulos et al. (2023), Science 382:669; tuned, Angelopoulos, Duchi & Zrnic (2023), arXiv:2311.01453;
    of a stratified sample, Fisch et al. (2024), arXiv:2406.04291, here with one lambda for all strata; linearisation,
    Binder (1983), Int. Stat. Rev. 51:279.
    """
    known, asked = np.isfinite(labels) & np.isfinite(verdicts), np.isfinite(unlabelled)
    given, fitted, other = labels[known], verdicts[known], unlabelled[asked]
    if len(given) < 2 or len(other) == 0:
        return Undefined("fewer than two items are labelled" if len(given) < 2 else "no unlabelled item has a verdict")
    each = (np.ones(len(given)), np.ones(len(other))) if weights is None else (weights[0][known], weights[1][asked])
    parts = [scaled(one, np.ones(len(one), bool)) for one in each]
    pooled = scaled(np.concatenate(each), np.ones(len(given) + len(other), bool))
    trust = _tuned(given, fitted, other, parts, pooled) if weight is None else weight
    samples = _Sample(given - trust * fitted, parts[0]), _Sample(trust * other, parts[1])
    prompts = None if clusters is None else (clusters[0][known], clusters[1][asked])
    spread = _spread(*samples, prompts)
    if isinstance(spread, Undefined):
        return spread
    variance, counts = spread
    quantile = float(ndtri(0.5 + level / 2)) if clusters is None else t_quantile(max(min(counts) - 1, 1), level)
    mean, square = sum(one.mean for one in samples), quantile**2 * variance
    ends = np.sort(-trust * np.array(bounds)), np.sort(trust * np.array(bounds))
    unseen = _unseen(samples[0].values, ends[0] + bounds, counts[0], level)
    unseen += _unseen(samples[1].values, ends[1], counts[1], level)
    down, up = np.sqrt(square + unseen)
    low, high = max(mean - down, bounds[0]), min(mean + up, bounds[1])
    if high - low <= TINY:
        return Undefined("labelled and unlabelled items are not alike: the corrected mean leaves the range of labels")
    method = method_of("prediction-powered, " + ("z over items" if clusters is None else "t over prompts"), pooled)
    units = len(given) if prompts is None else len(np.unique(prompts[0]))
    inside = float(np.clip(mean, *bounds))
    return PoweredMean(
        Estimate(inside, float(low), float(high), level, method, units),
        float(trust),
        len(given),
        len(other),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """Sampled `values` (items,) and their `weights` (items,) with mean 1."""

    values: Floats
    weights: Floats

    @property
    def mean(self) -> float:
        return float(np.average(self.values, weights=self.weights))

    @property
    def influence(self) -> Floats:
        """How far each item moves the mean, (items,)."""
        return np.asarray(self.weights * (self.values - self.mean) / len(self.values))


def _tuned(labels: Floats, verdicts: Floats, unlabelled: Floats, weights: Sequence[Floats], pooled: Floats) -> float:
    """The lambda of least variance; 0 where all verdicts are the same."""
    both = _Sample(np.concatenate([verdicts, unlabelled]), pooled)
    spread = float(pooled @ np.square(both.values - both.mean)) / (len(pooled) - 1)
    own, other = _Sample(labels, weights[0]), _Sample(verdicts, weights[0])
    shared = float(np.average((labels - own.mean) * (verdicts - other.mean), weights=weights[0]))
    ratio = effective_number(weights[0]) / effective_number(weights[1])
    return shared / ((1 + ratio) * spread) if spread > TINY else 0.0


def _spread(
    first: _Sample, second: _Sample, prompts: tuple[NDArray[Any], NDArray[Any]] | None
) -> tuple[float, tuple[float, float]] | Undefined:
    """The variance of the sum of both means, and the number of independent units behind each mean.

    At lambda 0 the second mean does not count, and the first one's number stands for both.
    """
    influence = np.concatenate([first.influence, second.influence])
    trusted = bool(np.abs(second.values).any())
    if prompts is None:
        return float(np.square(influence).sum()), (effective_number(first.weights), effective_number(second.weights))
    _, codes = np.unique(np.concatenate(prompts), return_inverse=True)
    each = np.split(codes, [len(first.values)])
    units = [
        (len(np.unique(own)), effective_clusters(own, one.weights))
        for own, one in zip(each, (first, second), strict=True)
    ]
    counts = units if trusted else (units[0], units[0])
    fewest = min(number for number, _ in counts)
    if fewest < 2:
        return Undefined("one prompt shows no spread")
    variance = fewest / (fewest - 1) * float(np.square(cluster_sums(influence, codes)).sum())
    return variance, (counts[0][1], counts[1][1])


def _unseen(values: Floats, ends: Floats, units: float, level: float) -> Floats:
    """The squared distances, down and up, by which unsampled items may move the mean; 0 unless all values are equal."""
    if np.ptp(values) > TINY:
        return np.zeros(2)
    most = 1 - ((1 - level) / 2) ** (1 / units)
    return np.asarray(np.square(most * np.array([values[0] - ends[0], ends[1] - values[0]])))

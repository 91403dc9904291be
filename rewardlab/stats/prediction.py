"""The mean of human labels where most items have only a judge's verdict: prediction-powered inference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from rewardlab.stats.cluster import t_quantile
from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Quantity, Undefined
from rewardlab.stats.ratio import cluster_sums


@dataclass(frozen=True, slots=True)
class PoweredMean:
    """`mean` is what people would say on average; `weight` is how far the judge was trusted (0 not at all, 1 fully)."""

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
    weight: float | None = None,
    bounds: tuple[float, float] = (0.0, 1.0),
    level: float = LEVEL,
) -> PoweredMean | Undefined:
    """The mean label, from `labels` and `verdicts` of the labelled items (n,) and verdicts of `unlabelled` ones (N,).

    NaN leaves an item out. `clusters`: the prompts of the labelled and of the unlabelled items; a prompt may have both.
    `weight` lambda is tuned to the least variance when None. `bounds` are the range of labels and verdicts.
    Identity: mean(lambda f(U)) + mean(Y - lambda f(X)), variance lambda^2 Var f(U) / N + Var(Y - lambda f(X)) / n (ddof
    0), z interval; lambda = cov(Y, f) / ((1 + n/N) Var f), Var f over both sets with ddof 1. With clusters the variance
    sums influences over a prompt's items of both sets, m/(m-1) sum(influence^2), and t has m - 1 degrees of freedom, m
    the smaller of both numbers of prompts (of the labelled ones at lambda 0). Limits are cut at the bounds.
    At the edges: where no residual Y - lambda f differs, people and judge may still part on items not drawn: at least
    (alpha/2)^(1/prompts) of all are like these, and each other moves the mean by at most what the bounds allow; that
    distance is added to the interval by squares, and likewise for unlabelled verdicts that are all the same. Undefined
    with fewer than two labelled items (prompts), with none unlabelled, and when interval and bounds share no more than
    a point.
    Source: Angelopoulos et al. (2023), Science 382:669; tuned, Angelopoulos, Duchi & Zrnic (2023), arXiv:2311.01453.
    """
    known, asked = np.isfinite(labels) & np.isfinite(verdicts), np.isfinite(unlabelled)
    given, fitted, other = labels[known], verdicts[known], unlabelled[asked]
    if len(given) < 2 or len(other) == 0:
        return Undefined("fewer than two items are labelled" if len(given) < 2 else "no unlabelled item has a verdict")
    trust = _tuned(given, fitted, other) if weight is None else weight
    first, second = given - trust * fitted, trust * other
    prompts = None if clusters is None else (clusters[0][known], clusters[1][asked])
    spread = _spread(first, second, prompts)
    if isinstance(spread, Undefined):
        return spread
    variance, counts = spread
    quantile = float(ndtri(0.5 + level / 2)) if clusters is None else t_quantile(min(counts) - 1, level)
    mean, square = float(first.mean() + second.mean()), quantile**2 * variance
    ends = np.sort(-trust * np.array(bounds)), np.sort(trust * np.array(bounds))
    unseen = _unseen(first, ends[0] + bounds, counts[0], level) + _unseen(second, ends[1], counts[1], level)
    down, up = np.sqrt(square + unseen)
    low, high = max(mean - down, bounds[0]), min(mean + up, bounds[1])
    if high - low <= TINY:
        return Undefined("labelled and unlabelled items are not alike: the corrected mean leaves the range of labels")
    method = "prediction-powered, " + ("z over items" if clusters is None else "t over prompts")
    inside = float(np.clip(mean, *bounds))
    return PoweredMean(
        Estimate(inside, float(low), float(high), level, method, len(given) if clusters is None else counts[0]),
        float(trust),
        len(given),
        len(other),
    )


def _tuned(labels: Floats, verdicts: Floats, unlabelled: Floats) -> float:
    """The lambda of least variance; 0 where verdicts never differ."""
    spread = float(np.concatenate([verdicts, unlabelled]).var(ddof=1))
    shared = float(np.mean((labels - labels.mean()) * (verdicts - verdicts.mean())))
    return shared / ((1 + len(labels) / len(unlabelled)) * spread) if spread > TINY else 0.0


def _spread(
    first: Floats, second: Floats, prompts: tuple[NDArray[Any], NDArray[Any]] | None
) -> tuple[float, tuple[int, int]] | Undefined:
    """The variance of the sum of both means, and the numbers of independent units behind each that counts."""
    influence = np.concatenate([(part - part.mean()) / len(part) for part in (first, second)])
    trusted = bool(np.abs(second).any())
    if prompts is None:
        return float(np.square(influence).sum()), (len(first), len(second))
    _, codes = np.unique(np.concatenate(prompts), return_inverse=True)
    units = len(np.unique(prompts[0])), len(np.unique(prompts[1]))
    counts = units if trusted else (units[0], units[0])
    fewest = min(counts)
    if fewest < 2:
        return Undefined("one prompt shows no spread")
    return fewest / (fewest - 1) * float(np.square(cluster_sums(influence, codes)).sum()), counts


def _unseen(values: Floats, ends: Floats, units: int, level: float) -> Floats:
    """The squared distances, down and up, that items not drawn may move the mean of values that are all the same."""
    if np.ptp(values) > TINY:
        return np.zeros(2)
    most = 1 - ((1 - level) / 2) ** (1 / units)
    return np.asarray(np.square(most * np.array([values[0] - ends[0], ends[1] - values[0]])))

"""Whether judges err together: how many independent judges a panel is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rewardlab.stats.cluster import jackknife_error, t_quantile
from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Quantity, Undefined
from rewardlab.stats.weights import effective_number, method_of, scaled


@dataclass(frozen=True, slots=True)
class Independence:
    """The correlation of judges' errors and what it leaves of their number.

    `matrix` (judges, judges) holds the pairwise correlations, `correlation` is their mean; `effective` the number of
    independent judges whose mean would err as much, from 1 for copies; above the panel's number where errors offset.
    `items` counts the generations that every judge and the truth have.
    """

    matrix: tuple[tuple[float, ...], ...]
    correlation: Estimate
    effective: Quantity
    items: int


def error_independence(
    verdicts: Floats,
    truth: Floats,
    *,
    names: Sequence[str] = (),
    weights: Floats | None = None,
    level: float = LEVEL,
) -> Independence | Undefined:
    """The error correlation of `verdicts` (judges, prompts, generations) against `truth` (prompts, generations).

    `names` (judges,) tell the judges apart in a reason; without them they are numbered from 1.
    NaN in a judge or in the truth leaves a generation out for all. `weights` (prompts, generations), one over the
    probability with which each was sampled: every sum counts a generation as those it stands for. Verdicts and truth
    may be on different scales: a judge's error is what a straight line through the truth leaves of its verdicts (with a
    truth of 0 and 1, the verdict less the judge's mean verdict on that truth), so that leniency and scale are no shared
    error. A truth that is a consensus of the same judges hides what all get wrong together: the effective number is
    then an upper bound.
    Identity: rho is the mean over pairs of judges of the partial correlation of their verdicts given the truth;
    effective = N / (1 + (N - 1) rho). The interval leaves one prompt out at a time on the scale log((1 + (N - 1) rho) /
    (1 - rho)), which is Fisher's for two judges, with t on C - 1 degrees of freedom, C = (sum w)^2 / sum w^2 the
    effective number of prompts, w a prompt's part of the squared errors; the effective number's limits are rho's.
    At the edges: undefined with fewer than two judges or two prompts, when a judge makes no error that varies, and when
    one prompt alone holds all of a judge's errors. Where leaving a prompt out changes nothing (copies), at least a =
    (alpha/2)^(1/C) of all prompts are like these and the rest lie between -1/(N-1) and 1.
    Source: Kish (1965), Survey Sampling, section 5.4 (the design effect); transformation, Fisher (1925), section 39;
    jackknife, Efron & Stein (1981), Ann. Stat. 9:586.
    """
    judges = len(verdicts)
    if judges < 2:
        return Undefined("one judge alone has no error correlation" if judges else "no judge")
    kept = np.isfinite(truth) & np.isfinite(verdicts).all(axis=0)
    rows = np.flatnonzero(kept.any(axis=1))
    if len(rows) < 2:
        return Undefined("fewer than two prompts have a truth and a verdict of every judge")
    kept = kept[rows]
    columns = np.concatenate([verdicts[:, rows], truth[None, rows]])
    # The scale is taken out first: the squares of a large number lose the small differences.
    each = scaled(None if weights is None else weights[rows], kept)
    centres = np.average(columns[:, kept], axis=1, weights=each[kept])
    columns = np.where(kept, columns - centres[:, None, None], 0.0)
    sums = _sums(columns, each)
    total = sums.sum(axis=0)
    least = TINY * np.maximum(np.diagonal(_covariance(total, judges + 1))[:-1], TINY)
    whole, left_out = _given_truth(total), _given_truth(total - sums)
    for number, name in enumerate(names or [f"judge {place + 1}" for place in range(judges)]):
        if whole[number, number] <= least[number]:
            return Undefined(f"{name} makes no error that varies")
        if (left_out[:, number, number] <= least[number]).any():
            return Undefined(f"one prompt alone holds all errors of {name}")
    matrix = _correlations(whole)
    rho = float(_mean_pair(matrix))
    parts = _errors_of_prompts(columns, each)
    effective_prompts = min(effective_number(parts), float(len(rows)))
    places = _mean_pair(_correlations(left_out))
    correlation = _interval(rho, places, judges=judges, prompts=len(rows), effective=effective_prompts, level=level)
    correlation = replace(correlation, method=method_of(correlation.method, each))
    return Independence(
        matrix=tuple(tuple(map(float, row)) for row in matrix),
        correlation=correlation,
        effective=_effective(correlation, judges),
        items=int(kept.sum()),
    )


def _sums(columns: Floats, weights: Floats) -> Floats:
    """Per prompt the weight of its generations, the weighted sum of each column, and of each product of two, flat."""
    weighted = weights * columns
    products = np.einsum("jpg,kpg->pjk", weighted, columns).reshape(len(weights), -1)
    return np.concatenate([weights.sum(axis=1)[:, None], weighted.sum(axis=2).T, products], axis=1)


def _covariance(sums: Floats, size: int) -> Floats:
    """The covariance matrix (..., size, size) from sums (..., 1 + size + size^2); zeros without items."""
    count = np.where(sums[..., :1] > TINY, sums[..., :1], 1.0)
    means = sums[..., 1 : size + 1] / count
    products = (sums[..., size + 1 :] / count).reshape(*sums.shape[:-1], size, size)
    return np.asarray(products - means[..., :, None] * means[..., None, :])


def _given_truth(sums: Floats) -> Floats:
    """The covariance of the judges' residuals on the truth, the last column."""
    size = int((np.sqrt(4 * sums.shape[-1] - 3) - 1) / 2)
    covariance = _covariance(sums, size)
    shared, spread = covariance[..., :-1, -1], covariance[..., -1, -1]
    slope = np.divide(shared, spread[..., None], out=np.zeros_like(shared), where=spread[..., None] > TINY)
    return np.asarray(covariance[..., :-1, :-1] - slope[..., :, None] * shared[..., None, :])


def _errors_of_prompts(columns: Floats, weights: Floats) -> Floats:
    """Each prompt's part of the judges' squared errors, every judge's in all 1; (prompts,)."""
    truth = columns[-1]
    spread = float((weights * np.square(truth)).sum())
    slopes = (
        np.einsum("jpg,pg->j", columns[:-1], weights * truth) / spread if spread > TINY else np.zeros(len(columns) - 1)
    )
    squares = (weights * np.square(columns[:-1] - slopes[:, None, None] * truth)).sum(axis=2)
    return np.asarray((squares / squares.sum(axis=1, keepdims=True)).sum(axis=0))


def _correlations(covariance: Floats) -> Floats:
    spreads = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    return np.asarray(np.clip(covariance / (spreads[..., :, None] * spreads[..., None, :]), -1.0, 1.0))


def _mean_pair(matrix: Floats) -> Floats:
    """The mean above the diagonal, (...)."""
    above = np.triu_indices(matrix.shape[-1], 1)
    return np.asarray(matrix[..., above[0], above[1]].mean(axis=-1))


def _interval(rho: float, left_out: Floats, *, judges: int, prompts: int, effective: float, level: float) -> Estimate:
    more, least = judges - 1, -1 / (judges - 1)

    def scale(values: Floats | float) -> Floats:
        values = np.clip(values, least + TINY, 1 - TINY)
        return np.asarray(np.log((1 + more * values) / (1 - values)))

    error = jackknife_error(scale(left_out))
    if error <= TINY or not least + TINY < rho < 1 - TINY:
        alike = ((1 - level) / 2) ** (1 / effective)
        low, high = alike * rho + (1 - alike) * least, alike * rho + (1 - alike)
        return Estimate(rho, low, high, level, "every prompt alike, within bounds", prompts)
    half = t_quantile(max(effective - 1, 1.0), level) * error
    odds = np.exp(np.clip(scale(rho) + np.array([-half, half]), -700, 700))
    low, high = (odds - 1) / (odds + more)
    return Estimate(rho, float(low), float(high), level, "jackknife over prompts, t", prompts)


def _effective(correlation: Estimate, judges: int) -> Quantity:
    left = 1 + (judges - 1) * np.array([correlation.estimate, correlation.high, correlation.low])
    if (left <= TINY).any():
        return Undefined("the judges' errors cancel: their mean may have none")
    value, low, high = (float(judges / one) for one in left)
    return Estimate(value, low, high, correlation.level, correlation.method, correlation.units)

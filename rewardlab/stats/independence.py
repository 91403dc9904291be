"""The correlation of judges' errors, and the number of independent judges that a panel is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rewardlab.stats.cluster import jackknife_error, t_quantile
from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Quantity, Undefined
from rewardlab.stats.weights import effective_number, method_of, scaled


@dataclass(frozen=True, slots=True)
class Independence:
    """The correlation of judges' errors and the effective number of judges.

    `matrix` (judges, judges) holds the pairwise correlations, `correlation` is their mean. `effective` is the number of
    independent judges whose mean verdict would err as much: 1 for copies, more than the panel has where errors offset
    each other. `items` counts the generations with a truth and a verdict of every judge.
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

    `names` (judges,) name the judges in the reason of an undefined result; by default they are numbered from 1.
    NaN in a verdict or in the truth leaves the generation out for all judges. `weights` (prompts, generations): one
    over the probability with which each was sampled; every sum is weighted by them. Verdicts and truth may be on
    different scales: a judge's errors are the residuals of a linear regression of its verdicts on the truth (with a
    truth of 0 and 1, the verdict less the judge's mean verdict on that truth), so leniency and scale do not count as
    shared error. If the truth is a consensus of the same judges, it hides the errors that all make together, and the
    effective number is an upper bound.
    Identity: rho is the mean over pairs of judges of the partial correlation of their verdicts given the truth;
    effective = N / (1 + (N - 1) rho). The interval is a jackknife over prompts on the scale log((1 + (N - 1) rho) /
    (1 - rho)), which is Fisher's for two judges. Its t has C - 1 degrees of freedom, where C = (sum w)^2 / sum w^2 is
    the effective number of prompts and w a prompt's share of the squared errors. The effective number's limits follow
    from rho's.
    At the edges: undefined with fewer than two judges or two prompts, when a judge's errors do not vary, and when one
    prompt holds all of a judge's errors. Where leaving out a prompt changes nothing (copies), at least a share a =
    (alpha/2)^(1/C) of the population's prompts is like these and the rest lies between -1/(N-1) and 1.
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
    # Centre first: squares of large numbers would lose the small differences.
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
    """Per prompt: the generations' total weight, then weighted sums of each column and of each product of two, flat."""
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
    """The covariance of the judges' residuals after regression on the truth (the last column)."""
    size = int((np.sqrt(4 * sums.shape[-1] - 3) - 1) / 2)
    covariance = _covariance(sums, size)
    shared, spread = covariance[..., :-1, -1], covariance[..., -1, -1]
    slope = np.divide(shared, spread[..., None], out=np.zeros_like(shared), where=spread[..., None] > TINY)
    return np.asarray(covariance[..., :-1, :-1] - slope[..., :, None] * shared[..., None, :])


def _errors_of_prompts(columns: Floats, weights: Floats) -> Floats:
    """Each prompt's share of the squared errors, summed over judges, (prompts,); each judge's shares sum to 1."""
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
    """The mean of the entries above the diagonal, (...)."""
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

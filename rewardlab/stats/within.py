"""The correlation of two columns within prompts, such as length and score of one prompt's answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rewardlab.stats.cluster import jackknife_error, t_quantile, t_test
from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Undefined


@dataclass(frozen=True, slots=True)
class WithinCorrelation:
    """A correlation within prompts, with its interval over prompts and the two-sided p-value against zero.

    `degrees` are those of the classical test, generations - cells - 1, which assumes that prompts are alike.
    """

    estimate: Estimate
    p_value: float
    degrees: int


def within_correlation(
    first: Floats, second: Floats, *, categories: Floats | None = None, level: float = LEVEL
) -> WithinCorrelation | Undefined:
    """The correlation of two (prompts, generations) tables after subtracting each prompt's mean.

    `categories` (prompts, generations) has few values, such as right and wrong: with it the mean of each prompt and
    category is subtracted, so that differences between categories do not enter the correlation. NaN in any of the
    tables leaves the generation out.
    Identity: Pearson's r of the deviations from the cell means. The test and the interval are a jackknife over prompts
    on Fisher's scale atanh r, valid where prompts differ in spread, slope or number of generations. t has C - 1 degrees
    of freedom, where C = (sum w)^2 / sum w^2 is the effective number of prompts, at most the number of prompts in which
    both columns vary, and w is a prompt's share of both sums of squares.
    At the edges: undefined when either column never varies within a cell or both vary in fewer than two prompts. Where
    leaving out a prompt changes nothing (r = 1, or all prompts alike), at least a share a = (alpha/2)^(1/prompts) of
    the population's prompts is like these and the rest lies between -1 and 1: a r -+ (1 - a); the p-value is the sign
    test's.
    Source: Bland & Altman (1995), BMJ 310:446; Bakdash & Marusich (2017), Front. Psychol. 8:456; jackknife, Efron &
    Stein (1981), Ann. Stat. 9:586; effective clusters, Carter, Schnepel & Steigerwald (2017), Rev. Econ. Stat. 99:698.
    """
    kept = np.isfinite(first) & np.isfinite(second)
    if categories is not None:
        kept &= np.isfinite(categories)
    prompts, _ = np.nonzero(kept)
    cells = prompts if categories is None else _cells(prompts, categories[kept])
    one, other = _deviations(first[kept], cells), _deviations(second[kept], cells)
    products = (one * other, np.square(one), np.square(other))
    sums: Floats = np.stack([np.bincount(prompts, product, len(first)).astype(float) for product in products])
    shared = int(np.count_nonzero((sums[1] > 0) & (sums[2] > 0)))
    for name, squares in (("first", sums[1]), ("second", sums[2])):
        if not squares.any():
            return Undefined(
                f"the {name} column never varies within a prompt" + (" and category" * (cells is not prompts))
            )
    if shared < 2:
        return Undefined("both columns vary in fewer than two prompts")
    degrees = len(prompts) - len(np.unique(cells)) - 1
    correlation, low, high, p_value = correlation_of_sums(sums[:, (sums[1] > 0) | (sums[2] > 0)], shared, level)
    found = Estimate(correlation, low, high, level, "jackknife over prompts on Fisher's scale, t", shared)
    return WithinCorrelation(found, p_value, degrees)


def _cells(prompts: NDArray[np.intp], categories: Floats) -> NDArray[np.intp]:
    """One number for each prompt and category."""
    distinct, codes = np.unique(categories, return_inverse=True)
    return prompts * len(distinct) + codes


def _deviations(values: Floats, cells: NDArray[np.intp]) -> Floats:
    """Values less their cell's mean; exactly zero where the difference is round-off."""
    _, codes, sizes = np.unique(cells, return_inverse=True, return_counts=True)
    deviations = values - (np.bincount(codes, values) / sizes)[codes]
    return np.where(np.abs(deviations) <= TINY * np.abs(values).max(initial=0.0), 0.0, deviations)


def _correlation(sums: Floats) -> Floats:
    """r from the sums of products, of first squares and of second squares, stacked on the first axis."""
    return np.asarray(np.clip(sums[0] / np.sqrt(sums[1] * sums[2]), -1.0, 1.0))


def correlation_of_sums(sums: Floats, shared: int, level: float) -> tuple[float, float, float, float]:
    """r, its interval and its p-value, from each prompt's sums of products and of both squares, (3, prompts)."""
    total = sums.sum(axis=1)
    correlation = float(_correlation(total))
    rest = total[:, None] - sums
    # If one prompt holds all of a column's variation, leaving it out leaves nothing to correlate: r is then 0.
    left = (rest[1:] > TINY * total[1:, None]).all(axis=0)
    left_out = np.where(left, _correlation(np.where(left, rest, 1.0)), 0.0)
    fisher = np.arctanh(np.clip(left_out, TINY - 1, 1 - TINY))
    error = jackknife_error(fisher)
    if error <= TINY or 1 - abs(correlation) <= TINY:
        alike = ((1 - level) / 2) ** (1 / shared)
        low, high = alike * correlation - (1 - alike), alike * correlation + (1 - alike)
        return correlation, low, high, 2 * 0.5**shared if abs(correlation) > TINY else 1.0
    centre = float(np.arctanh(correlation))
    weights = (sums[1:] / total[1:, None]).sum(axis=0)
    degrees = max(min(4 / float(np.square(weights).sum()), shared) - 1, 1.0)
    half = t_quantile(degrees, level) * error
    return correlation, float(np.tanh(centre - half)), float(np.tanh(centre + half)), t_test(centre / error, degrees)

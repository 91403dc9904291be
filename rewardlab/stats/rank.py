"""Whether two scorers put the same responses above others: rank correlation within prompts and overall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rewardlab.stats.cluster import jackknife_error, t_quantile
from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Quantity, Undefined
from rewardlab.stats.spread import SAME_SCORE
from rewardlab.stats.within import correlation_of_sums, within_correlation

Statistic: TypeAlias = Callable[[NDArray[np.int_], NDArray[np.int_]], float]
#: Prompts are left out in at most this many lots: more lots cost time and change little.
LOTS = 100


@dataclass(frozen=True, slots=True)
class RankCorrelation:
    """Spearman's rho and Kendall's tau-b of two scorers, among responses of one prompt (what a group compares) and over
    all of them (`overall`: prompts that differ count too).
    """

    within_rho: Quantity
    within_tau: Quantity
    overall_rho: Quantity
    overall_tau: Quantity


def rank_correlation(first: Floats, second: Floats, *, level: float = LEVEL) -> RankCorrelation:
    """The rank correlations of two (prompts, generations) tables; NaN in either leaves a generation out.

    Scores within 1e-9 are tied. Identity: rho is Pearson's r of mid-ranks; within prompts, ranks are taken in each
    prompt and correlated as deviations from the prompt's mean rank. Tau-b within prompts is the sum over prompts of
    concordant less discordant pairs, over the root of the numbers of pairs tied in neither one. Intervals of both leave
    one prompt out on Fisher's scale (`within_correlation`); overall, up to 100 lots of prompts in turn, with t.
    At the edges: those of `within_correlation`; overall undefined where a scorer gives one score, and with fewer than
    two prompts.
    Source: Kendall & Gibbons (1990), Rank Correlation Methods, ch. 3; delete-a-group jackknife, Kott (2001), J. Off.
    Stat. 17:521.
    """
    kept = np.isfinite(first) & np.isfinite(second)
    one, other = (_merged(np.where(kept, table, np.nan)) for table in (first, second))
    rho = within_correlation(_ranks_within(one), _ranks_within(other), level=level)
    return RankCorrelation(
        within_rho=rho if isinstance(rho, Undefined) else rho.estimate,
        within_tau=_tau(one, other, level=level),
        overall_rho=_overall(one, other, kept, _spearman, level=level),
        overall_tau=_overall(one, other, kept, _kendall, level=level),
    )


def _merged(table: Floats) -> Floats:
    """Scores with those that differ by round-off made equal: each the number of its cluster in sorted order."""
    flat = table.ravel()
    order = np.argsort(flat, kind="stable")
    known = order[: int(np.isfinite(flat).sum())]
    places = np.full(flat.shape, np.nan)
    places[known] = np.concatenate([[0], np.cumsum(np.diff(flat[known]) > SAME_SCORE)]) if len(known) else 0.0
    return places.reshape(table.shape)


def _ranks_within(table: Floats) -> Floats:
    """The mid-rank of each score in its prompt; NaN stays."""
    known = np.isfinite(table)
    filled = np.where(known, table, np.inf)
    below = (filled[:, None, :] < filled[:, :, None]).sum(axis=2)
    level = (filled[:, None, :] == filled[:, :, None]).sum(axis=2)
    return np.where(known, below + (level + 1) / 2, np.nan)


def _tau(first: Floats, second: Floats, *, level: float) -> Quantity:
    signs = [np.nan_to_num(np.sign(table[:, :, None] - table[:, None, :])) for table in (first, second)]
    products = (signs[0] * signs[1], np.square(signs[0]), np.square(signs[1]))
    sums = np.stack([product.sum(axis=(1, 2)) / 2 for product in products])
    shared = int(np.count_nonzero((sums[1] > 0) & (sums[2] > 0)))
    for name, pairs in (("first", sums[1]), ("second", sums[2])):
        if not pairs.any():
            return Undefined(f"the {name} column never varies within a prompt")
    if shared < 2:
        return Undefined("both columns vary in fewer than two prompts")
    value, low, high, _ = correlation_of_sums(sums[:, (sums[1] > 0) | (sums[2] > 0)], shared, level)
    return Estimate(value, low, high, level, "jackknife over prompts on Fisher's scale, t", shared)


def _overall(first: Floats, second: Floats, kept: NDArray[np.bool_], statistic: Statistic, *, level: float) -> Quantity:
    """A correlation over all responses, lots of prompts left out in turn."""
    rows = np.flatnonzero(kept.any(axis=1))
    if len(rows) < 2:
        return Undefined("fewer than two prompts have both scores")
    prompts, _ = np.nonzero(kept)
    one, other = first[kept].astype(int), second[kept].astype(int)
    whole = statistic(one, other)
    if np.isnan(whole):
        return Undefined("one of the two scorers gives every response the same score")
    lots = np.empty(len(kept), int)
    lots[rows] = np.arange(len(rows)) % LOTS
    count = min(len(rows), LOTS)
    left = np.array([statistic(one[lots[prompts] != lot], other[lots[prompts] != lot]) for lot in range(count)])
    # A lot that alone holds a scorer's spread leaves nothing to correlate.
    fisher = np.arctanh(np.clip(np.nan_to_num(left), TINY - 1, 1 - TINY))
    error = jackknife_error(fisher)
    if error <= TINY or 1 - abs(whole) <= TINY:
        alike = ((1 - level) / 2) ** (1 / len(rows))
        low, high = alike * whole - (1 - alike), alike * whole + (1 - alike)
    else:
        half = t_quantile(count - 1, level) * error
        low, high = np.tanh(np.arctanh(whole) + np.array([-half, half]))
    return Estimate(whole, float(low), float(high), level, "jackknife over prompts on Fisher's scale, t", len(rows))


def _spearman(first: NDArray[np.int_], second: NDArray[np.int_]) -> float:
    """Pearson's r of mid-ranks of small whole numbers; NaN where either does not vary."""
    ranks = [_mid_ranks(one) - (len(one) + 1) / 2 for one in (first, second)]
    # Sums of products rather than @: BLAS would start threads for each, which costs more than the product.
    squares = float(np.square(ranks[0]).sum() * np.square(ranks[1]).sum())
    return float(np.clip((ranks[0] * ranks[1]).sum() / squares**0.5, -1, 1)) if squares > 0 else float("nan")


def _kendall(first: NDArray[np.int_], second: NDArray[np.int_]) -> float:
    """Tau-b, scipy's; NaN where either does not vary."""
    from scipy.stats import kendalltau  # noqa: PLC0415 - takes a second

    return float(kendalltau(first, second, method="asymptotic").statistic)


def _mid_ranks(values: NDArray[np.int_]) -> Floats:
    # By counting: two thousand prompts are ranked a hundred times.
    counts = np.bincount(values)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[values])

"""Rank correlation of two scorers, within prompts and overall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rewardlab.stats.cluster import jackknife_error, t_quantile
from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Quantity, Undefined
from rewardlab.stats.spread import SAME_SCORE
from rewardlab.stats.weights import WEIGHTED, differ, effective_clusters, method_of, scaled
from rewardlab.stats.within import correlation_of_sums, within_correlation

Statistic: TypeAlias = Callable[[NDArray[np.int_], NDArray[np.int_], Floats], float]
#: The jackknife leaves out prompts in at most this many groups; more groups cost time and change little.
LOTS = 100
FEWEST = 3
RANKS_OF_SAMPLE = "ranks within a prompt are known from all of its responses only, and a sample was judged"
PAIRS_OF_SAMPLE = "how likely two responses of one prompt were to be judged is not known"


@dataclass(frozen=True, slots=True)
class RankCorrelation:
    """Spearman's rho and Kendall's tau-b of two scorers.

    `within`: among the responses of one prompt, as group-relative training compares them; `overall`: over all
    responses, so that differences between prompts count too.
    """

    within_rho: Quantity
    within_tau: Quantity
    overall_rho: Quantity
    overall_tau: Quantity


def rank_correlation(
    first: Floats,
    second: Floats,
    *,
    weights: Floats | None = None,
    pairs: Floats | None = None,
    level: float = LEVEL,
) -> RankCorrelation:
    """The rank correlations of two (prompts, generations) tables; NaN in either leaves a generation out.

    `weights` (prompts, generations): one over the probability with which each was sampled. The overall correlations
    weight each generation by it in ranks and sums, and a pair by the product of its two weights. `pairs` (prompts,
    generations, generations): one over the probability with which both were sampled; tau-b within prompts sums these
    weights, and is undefined where the weights differ and `pairs` is missing. With differing weights or with `pairs`,
    rho within prompts is undefined, since a response's rank within its prompt is known only if all were judged.
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
    each = scaled(weights, kept)
    sampled = differ(each) or pairs is not None
    return RankCorrelation(
        within_rho=Undefined(RANKS_OF_SAMPLE) if sampled else _rho(one, other, level=level),
        within_tau=Undefined(PAIRS_OF_SAMPLE) if sampled and pairs is None else _tau(one, other, pairs, level=level),
        overall_rho=_overall(one, other, each, _spearman, level=level),
        overall_tau=_overall(one, other, each, _kendall, level=level),
    )


def _merged(table: Floats) -> Floats:
    """Number the scores in ascending order; scores that differ by round-off get the same number."""
    flat = table.ravel()
    order = np.argsort(flat, kind="stable")
    known = order[: int(np.isfinite(flat).sum())]
    places = np.full(flat.shape, np.nan)
    places[known] = np.concatenate([[0], np.cumsum(np.diff(flat[known]) > SAME_SCORE)]) if len(known) else 0.0
    return places.reshape(table.shape)


def _rho(first: Floats, second: Floats, *, level: float) -> Quantity:
    found = within_correlation(_ranks_within(first), _ranks_within(second), level=level)
    return found if isinstance(found, Undefined) else found.estimate


def _ranks_within(table: Floats) -> Floats:
    """The mid-rank of each score in its prompt; NaN stays NaN."""
    known = np.isfinite(table)
    filled = np.where(known, table, np.inf)
    below = (filled[:, None, :] < filled[:, :, None]).sum(axis=2)
    level = (filled[:, None, :] == filled[:, :, None]).sum(axis=2)
    return np.where(known, below + (level + 1) / 2, np.nan)


def _tau(first: Floats, second: Floats, pairs: Floats | None, *, level: float) -> Quantity:
    signs = [np.nan_to_num(np.sign(table[:, :, None] - table[:, None, :])) for table in (first, second)]
    products = (signs[0] * signs[1], np.square(signs[0]), np.square(signs[1]))
    each = np.ones(signs[0].shape) if pairs is None else pairs
    sums = np.stack([(each * product).sum(axis=(1, 2)) / 2 for product in products])
    shared = int(np.count_nonzero((sums[1] > 0) & (sums[2] > 0)))
    for name, untied in (("first", sums[1]), ("second", sums[2])):
        if not untied.any():
            return Undefined(f"the {name} column never varies within a prompt")
    if shared < 2:
        return Undefined("both columns vary in fewer than two prompts")
    value, low, high, _ = correlation_of_sums(sums[:, (sums[1] > 0) | (sums[2] > 0)], shared, level)
    method = "jackknife over prompts on Fisher's scale, t"
    return Estimate(value, low, high, level, method if pairs is None else WEIGHTED + method, shared)


def _overall(first: Floats, second: Floats, weights: Floats, statistic: Statistic, *, level: float) -> Quantity:
    """A correlation over all responses with a weight above 0, with a delete-a-group jackknife over prompts."""
    kept = weights > 0
    rows = np.flatnonzero(kept.any(axis=1))
    if len(rows) < 2:
        return Undefined("fewer than two prompts have both scores")
    prompts, _ = np.nonzero(kept)
    one, other, each = first[kept].astype(int), second[kept].astype(int), weights[kept]
    whole = statistic(one, other, each)
    if np.isnan(whole):
        return Undefined("one of the two scorers gives every response the same score")
    lots = np.empty(len(kept), int)
    lots[rows] = np.arange(len(rows)) % LOTS
    count = min(len(rows), LOTS)
    inside = lots[prompts] != np.arange(count)[:, None]
    left = np.array([statistic(one[part], other[part], each[part]) for part in inside])
    # If one lot holds all of a scorer's variation, leaving it out leaves nothing to correlate: NaN becomes 0.
    fisher = np.arctanh(np.clip(np.nan_to_num(left), TINY - 1, 1 - TINY))
    error = jackknife_error(fisher)
    if error <= TINY or 1 - abs(whole) <= TINY:
        alike = ((1 - level) / 2) ** (1 / effective_clusters(prompts, each))
        low, high = alike * whole - (1 - alike), alike * whole + (1 - alike)
    else:
        half = t_quantile(count - 1, level) * error
        low, high = np.tanh(np.arctanh(whole) + np.array([-half, half]))
    method = method_of("jackknife over prompts on Fisher's scale, t", each)
    return Estimate(whole, float(low), float(high), level, method, len(rows))


def _spearman(first: NDArray[np.int_], second: NDArray[np.int_], weights: Floats) -> float:
    """Pearson's r of the mid-ranks of small whole numbers; NaN where either column does not vary."""
    ranks = [_mid_ranks(one, weights) - (weights.sum() + 1) / 2 for one in (first, second)]
    # Sums of products rather than @: starting BLAS threads costs more than the product itself.
    squares = float((weights * np.square(ranks[0])).sum() * (weights * np.square(ranks[1])).sum())
    # A constant scorer's ranks differ from their mean by round-off, so the sums cannot show that it is constant.
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.clip((weights * ranks[0] * ranks[1]).sum() / squares**0.5, -1, 1))


def _kendall(first: NDArray[np.int_], second: NDArray[np.int_], weights: Floats) -> float:
    """Tau-b, by scipy where all weights are equal; NaN where either column does not vary.

    scipy fails for two responses, on the p-value, which is not needed here.
    """
    if differ(weights) or len(first) < FEWEST:
        return weighted_tau(first, second, weights)
    from scipy.stats import kendalltau  # noqa: PLC0415 - takes a second

    return float(kendalltau(first, second, method="asymptotic").statistic)


def weighted_tau(first: NDArray[Any], second: NDArray[Any], weights: Floats) -> float:
    """Tau-b of `first` and `second` (items,) with item i counted `weights`[i] times; NaN where either is constant.

    Identity: a pair counts as the product of its weights. T_x, T_y and T_xy sum W_v^2 / 2 over the values v of the
    first column, of the second, and of both together; D is the weight of the discordant pairs. Then C - D = W^2/2 - T_x
    - T_y + T_xy - 2 D, divided by the root of (W^2/2 - T_x) (W^2/2 - T_y). Equal to tau-b of the items repeated.
    O(n log n) for each doubling of the number of values.
    """
    codes = [np.unique(one, return_inverse=True)[1] for one in (first, second)]
    one, other = codes
    half = float(weights.sum()) ** 2 / 2
    tied = [_ties(code, weights) for code in (one, other, one * (int(other.max()) + 1) + other)]
    if min(half - tied[0], half - tied[1]) <= TINY * half:
        return float("nan")
    order = np.lexsort((other, one))
    lead = half - tied[0] - tied[1] + tied[2] - 2 * _inversions(other[order], weights[order])
    return float(np.clip(lead / ((half - tied[0]) * (half - tied[1])) ** 0.5, -1, 1))


def _ties(codes: NDArray[np.intp], weights: Floats) -> float:
    """The weight of the tied pairs, including each item paired with itself, halved."""
    _, dense = np.unique(codes, return_inverse=True)
    return float(np.square(np.bincount(dense, weights)).sum()) / 2


def _inversions(values: NDArray[np.intp], weights: Floats) -> float:
    """Sum the products of weights over all pairs in which the earlier item is larger than the later one.

    The two values of such a pair first differ at one bit: the higher bits are equal, the earlier item has a 1 there and
    the later a 0. So the sum is taken bit by bit.
    """
    total = 0.0
    for bit in range(int(values.max()).bit_length()):
        order = np.argsort(values >> (bit + 1), kind="stable")
        group, high = (values >> (bit + 1))[order], ((values >> bit) & 1)[order]
        ones = np.concatenate([[0.0], np.cumsum(weights[order] * high)])
        before = ones[:-1] - ones[np.searchsorted(group, group)]
        total += float((weights[order] * (1 - high) * before).sum())
    return total


def _mid_ranks(values: NDArray[np.int_], weights: Floats) -> Floats:
    # Counting is faster than sorting: two thousand prompts are ranked a hundred times.
    counts = np.bincount(values, weights)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[values])

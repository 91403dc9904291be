"""Position bias of pairwise judges, from pairs shown in both orders, with the sign test and McNemar's test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr

from rewardlab.stats.interval import LEVEL, Floats, Quantity, Undefined
from rewardlab.stats.ratio import cluster_codes, cluster_sums, share_of_items


@dataclass(frozen=True, slots=True)
class PositionBias:
    """How a judge's preferences depend on which response is shown first.

    `consistency` is the share of pairs with the same verdict in both orders; `hard_flips` the share whose winner is
    reversed; `first_picks` the share of decisive verdicts, over both orders, for the response shown first (0.5 for an
    unbiased judge). `primacy` and `recency` count the pairs in which the response shown first, or second, won in both
    orders; `tie_changes` counts those with a tie in one order only. `p_value` is two-sided, for primacy and recency
    being equally likely; `first_picks_p` for a decisive verdict falling on either position equally often.
    """

    pairs: int
    consistency: Quantity
    hard_flips: Quantity
    first_picks: Quantity
    first_picks_p: float
    primacy: int
    recency: int
    tie_changes: int
    p_value: float


def position_bias(
    values: Floats, swapped: Floats, clusters: ArrayLike | None = None, *, level: float = LEVEL
) -> PositionBias | Undefined:
    """The position bias of a pairwise judge.

    Arguments: `values` (pairs,), the preference for the second response in the first order: 0, 1, or 0.5 for a tie;
    `swapped`, the preference for the same response with the order swapped, so that equal values mean consistency; NaN
    in either leaves a pair out; `clusters` (pairs,), the prompt of each pair.
    Identity: a judge that decides by position has value 0 and swapped 1 (primacy), or 1 and 0 (recency). `p_value` is
    the exact sign test over prompts of primacy against recency. `first_picks_p` is the exact binomial test over
    decisive verdicts; it is conservative where each prompt has one pair, since a consistent judge picks the first
    position in exactly one of the two orders.
    At the edges: undefined without a pair judged in both orders; p is 1 where nothing flipped.
    Source: Shi et al. (2024), arXiv:2406.07791 (position consistency); McNemar's exact test for the flips.
    """
    kept = np.isfinite(values) & np.isfinite(swapped)
    if not kept.any():
        return Undefined("no pair was judged in both orders")
    values, swapped = values[kept], swapped[kept]
    codes = cluster_codes(None if clusters is None else np.asarray(clusters)[kept], len(values))
    primacy, recency = (values == 0) & (swapped == 1), (values == 1) & (swapped == 0)
    # The second response is shown second in the first order and first in the swapped one.
    firsts = np.concatenate([_first(1 - values), _first(swapped)])
    net = cluster_sums(primacy.astype(float) - recency, codes)
    return PositionBias(
        pairs=len(values),
        consistency=share_of_items(values == swapped, codes, level=level),
        hard_flips=share_of_items(primacy | recency, codes, level=level),
        first_picks=share_of_items(firsts, np.tile(codes, 2), level=level),
        first_picks_p=sign_test(int((firsts == 1).sum()), int((firsts == 0).sum())),
        primacy=int(primacy.sum()),
        recency=int(recency.sum()),
        tie_changes=int(((values == 0.5) != (swapped == 0.5)).sum()),
        p_value=sign_test(int((net > 0).sum()), int((net < 0).sum())),
    )


def _first(chosen: Floats) -> Floats:
    """1 where the first position won, 0 where the second did, NaN for a tie."""
    return np.where(np.isin(chosen, (0.0, 1.0)), chosen, np.nan)


def sign_test(ups: int, downs: int) -> float:
    """The two-sided exact p-value of `ups` and `downs` being equally likely; 1 when there are neither."""
    return min(1.0, 2 * float(bdtr(min(ups, downs), ups + downs, 0.5)))


@dataclass(frozen=True, slots=True)
class McNemar:
    """Whether two raters of the same items say yes equally often. `p_value` is exact and two-sided."""

    statistic: float
    corrected_statistic: float
    p_value: float


def mcnemar(table: ArrayLike) -> McNemar | Undefined:
    """McNemar's test of a 2 x 2 table of counts, rows one rater's answers, columns the other's.

    Identity: with b and c the two counts off the diagonal, chi2 = (b - c)^2 / (b + c), corrected (|b - c| - 1)^2 /
    (b + c); exact p = 2 P(Binomial(b + c, 1/2) <= min(b, c)), at most 1.
    At the edges: undefined without a disagreement. Raises ValueError for another shape or negative counts.
    Source: McNemar (1947), Psychometrika 12:153; correction, Edwards (1948), Psychometrika 13:185.
    """
    counts = np.asarray(table)
    if counts.shape != (2, 2) or (counts < 0).any():
        raise ValueError("a 2 x 2 table of counts is needed")
    one, other = int(counts[0, 1]), int(counts[1, 0])
    if one + other == 0:
        return Undefined("the two never disagree")
    apart, total = abs(one - other), one + other
    return McNemar(apart**2 / total, max(apart - 1, 0) ** 2 / total, sign_test(one, other))

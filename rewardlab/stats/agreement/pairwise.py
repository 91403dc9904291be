"""Agreement of every pair of raters of a panel, and of the panel with each rater left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rewardlab.stats.agreement.alpha import alpha_of
from rewardlab.stats.agreement.concordance import kendall_tau
from rewardlab.stats.agreement.gwet import percent_agreement
from rewardlab.stats.agreement.kappa import cohen_kappa
from rewardlab.stats.agreement.table import MOST_CATEGORIES, Coefficient, Level, Table
from rewardlab.stats.interval import Floats, Undefined


@dataclass(frozen=True, slots=True)
class Pair:
    """Two raters, by number, and their agreement on the `units` that both rated.

    `kappa` is Cohen's (None on a continuous scale), `weighted` is kappa with the level's weights (None where the level
    has none), `tau` is Kendall's tau-b with its p-value (None at the nominal level).
    """

    first: int
    second: int
    units: int
    agreement: Coefficient | Undefined
    alpha: float | Undefined
    kappa: Coefficient | Undefined | None
    weighted: Coefficient | Undefined | None
    tau: tuple[float, float] | Undefined | None


@dataclass(frozen=True, slots=True)
class Member:
    """One rater: the number of ratings, their mean (None at the nominal level), and alpha of the other raters."""

    ratings: int
    mean: float | None
    alpha_without: float | Undefined


def pairs_of(table: Table, level: Level, *, weights: Floats | None) -> tuple[Pair, ...]:
    """Every pair of the table's raters, first before second; `weights` (values, values) of the weighted kappa."""
    raters = table.codes.shape[1]
    return tuple(
        _pair(table, first, second, level, weights) for first in range(raters) for second in range(first + 1, raters)
    )


def members_of(table: Table, level: Level) -> tuple[Member, ...]:
    """Each rater of the table."""
    return tuple(_member(table, number, level) for number in range(table.codes.shape[1]))


def decided_agreement(
    first: NDArray[np.generic], second: NDArray[np.generic], tie: object
) -> tuple[float | Undefined, int]:
    """Among the pairs on which neither judge called a tie: the share on which the two agree, and the number of pairs.

    Arguments: preferences of two judges on the same pairs, (pairs,); `tie` is how a tie is written.
    At the edges: undefined when there is no such pair. Source: Zheng et al. (2023), arXiv:2306.05685, set-up S2.
    """
    decided = (first != tie) & (second != tie)
    count = int(np.count_nonzero(decided))
    if not count:
        return Undefined("the two judges decided no pair together"), 0
    return float(np.mean(first[decided] == second[decided])), count


def _pair(table: Table, first: int, second: int, level: Level, weights: Floats | None) -> Pair:
    two = table.of_raters([first, second])
    shared = two.chosen(~(two.codes < 0).any(axis=1))
    one, other = (table.values[codes] for codes in shared.codes.T)
    return Pair(
        first,
        second,
        len(shared.codes),
        percent_agreement(shared),
        alpha_of(shared, level),
        cohen_kappa(shared) if len(table.values) <= MOST_CATEGORIES else None,
        None if weights is None else cohen_kappa(shared, weights=weights),
        None if level == "nominal" else kendall_tau(one, other, weights=shared.weight),
    )


def _member(table: Table, number: int, level: Level) -> Member:
    own = table.codes[:, number]
    given = own >= 0
    mean = None
    if level != "nominal" and given.any():
        largest = float(np.abs(table.values).max()) or 1.0  # ratings up to the largest float: no sum overflows
        mean = largest * float(np.average(table.values[own[given]] / largest, weights=table.weight[given]))
    rest = table.of_raters([other for other in range(table.codes.shape[1]) if other != number])
    without = alpha_of(rest, level) if rest.codes.shape[1] > 1 else Undefined("fewer than two raters are left")
    return Member(int(np.count_nonzero(given)), mean, without)

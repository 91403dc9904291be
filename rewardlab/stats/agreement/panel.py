"""All agreement measures of a panel of raters, computed at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rewardlab.stats.agreement.concordance import Concordance, kendall_w
from rewardlab.stats.agreement.fleiss import fleiss_own_kappa
from rewardlab.stats.agreement.gwet import Partial, agreement_weights, chance_corrected, percent_agreement
from rewardlab.stats.agreement.icc import intraclass_correlations
from rewardlab.stats.agreement.pairwise import Member, Pair, members_of, pairs_of
from rewardlab.stats.agreement.resampling import Method, alpha_with_interval
from rewardlab.stats.agreement.table import MOST_CATEGORIES, Coefficient, Level, Table
from rewardlab.stats.interval import LEVEL, Floats, Quantity, Undefined

#: With more raters than this, pairs of raters are not compared.
MOST_RATERS = 24
#: Skew is reported if AC exceeds alpha by at least SKEW_GAP, one value makes up at least SKEW_SHARE of the ratings, and
#: percent agreement is at least SKEW_AGREED.
SKEW_GAP, SKEW_SHARE, SKEW_AGREED = 0.2, 0.7, 0.8


@dataclass(frozen=True, slots=True)
class Skew:
    """The kappa paradox: one value dominates, raters agree, and alpha is low because chance agreement is high.

    `value` is the dominant value, `share` its share of the ratings, `gap` AC less alpha.
    """

    value: float
    share: float
    gap: float


@dataclass(frozen=True, slots=True)
class Panel:
    """The agreement of raters on units. A measure that the level or the scale does not allow is None or empty.

    With sampling weights, coefficients and raters' means estimate the population's; counts are the sample's.

    `pairable` counts the units with at least two ratings, `given` maps each value to how often it was given (empty for
    more than 64 values). `fleiss` is Gwet's generalisation to unequal numbers of ratings per unit; `fleiss_own` is
    Fleiss' own generalisation, None where the two agree. `ac1` is unweighted; `ac2` has quadratic or linear weights on
    the values or, at the ordinal level, on their ranks. `orders` is Kendall's W.
    """

    level: Level
    units: int
    pairable: int
    clusters: int
    raters: int
    ratings: int
    distinct: int
    given: Mapping[float, int]
    alpha: Coefficient | Undefined
    agreement: Coefficient | Undefined
    fleiss: Coefficient | Undefined | None
    fleiss_own: float | None
    ac1: Coefficient | Undefined | None
    ac2: Coefficient | Undefined | None
    brennan_prediger: Coefficient | Undefined | None
    icc: Mapping[str, Quantity] | Undefined | None
    orders: Concordance | Undefined | None
    pairs: tuple[Pair, ...]
    members: tuple[Member, ...]
    skew: Skew | None


def agreement_of(
    values: ArrayLike,
    level: Level,
    *,
    rng: np.random.Generator,
    cluster: ArrayLike | None = None,
    scale: Sequence[float] = (),
    method: Method = "jackknife",
    named: bool = True,
    weights: ArrayLike | None = None,
    partial: Partial = "quadratic",
    confidence: float = LEVEL,
) -> Panel:
    """Measure the agreement of `values` (units, raters), NaN where a rating is missing.

    Arguments: `cluster` (units,), the cluster of each unit, such as its prompt; `scale`, all values that could have
    been given (default: those that were); `method` of alpha's interval; `named`, whether each column is one rater
    throughout: if not, measures that depend on who rated (pairs, members, ICC, W) are left out; `weights` (units,),
    one over the probability with which each unit was sampled: where they differ, alpha's interval is the jackknife's,
    and ICC and W are undefined because their F intervals and chi-square assume equal weights; `partial`, how AC2 and
    the weighted kappa weight partial agreement.
    Raises: InputError for infinite ratings, and negative ones at the ratio level.
    """
    table = Table.of(values, cluster=cluster, scale=scale, weights=weights)
    found = table.totals
    categories = len(table.values) <= MOST_CATEGORIES
    places = np.arange(len(table.values), dtype=float) if level == "ordinal" else table.values
    near = None if level == "nominal" or not categories else agreement_weights(places, partial)
    alpha = alpha_with_interval(table, level, rng=rng, method=method, confidence=confidence)
    ac1 = chance_corrected(table, "gwet", confidence=confidence) if categories else None
    ac2 = None if near is None else chance_corrected(table, "gwet", weights=near, confidence=confidence)
    agreed = percent_agreement(table, confidence=confidence)
    known = np.count_nonzero((table.codes >= 0).any(axis=0))
    few = named and 2 <= known <= MOST_RATERS
    return Panel(
        level=level,
        units=len(table.codes),
        pairable=len(table.pairable().codes),
        clusters=table.clusters,
        raters=table.codes.shape[1],
        ratings=int(found.sum()),
        distinct=int(np.count_nonzero(found)),
        given={float(v): int(n) for v, n in zip(table.values, found, strict=True)} if categories else {},
        alpha=alpha,
        agreement=agreed,
        fleiss=chance_corrected(table, "fleiss", confidence=confidence) if categories else None,
        fleiss_own=fleiss_own_kappa(table) if categories else None,
        ac1=ac1,
        ac2=ac2,
        brennan_prediger=chance_corrected(table, "brennan-prediger", confidence=confidence) if categories else None,
        icc=_icc(table, level, named=named, confidence=confidence),
        orders=_orders(table) if named and level != "nominal" else None,
        pairs=pairs_of(table, level, weights=near) if few else (),
        members=members_of(table, level) if few else (),
        skew=_skew(table, alpha, ac1 if near is None else ac2, agreed),
    )


def _icc(table: Table, level: Level, *, named: bool, confidence: float) -> Mapping[str, Quantity] | Undefined | None:
    if not named or level not in {"interval", "ratio"}:
        return None
    if table.clusters < len(table.codes):
        return Undefined("several units belong to one cluster, and its F intervals take units as independent")
    if table.is_weighted:
        return Undefined("the units stand for unequal numbers of others, and its F intervals take them as alike")
    return intraclass_correlations(_ratings(table), confidence=confidence)


def _orders(table: Table) -> Concordance | Undefined:
    if table.is_weighted:
        return Undefined("the units stand for unequal numbers of others: their ranks are not those of the whole")
    return kendall_w(_ratings(table))


def _ratings(table: Table) -> Floats:
    return np.where(table.codes >= 0, table.values[table.codes], np.nan) if len(table.values) else np.empty((0, 0))


def _skew(
    table: Table,
    alpha: Coefficient | Undefined,
    ac: Coefficient | Undefined | None,
    agreed: Coefficient | Undefined,
) -> Skew | None:
    if isinstance(agreed, Undefined) or agreed.value < SKEW_AGREED:
        return None
    if not isinstance(alpha, Coefficient) or not isinstance(ac, Coefficient):
        return None
    share = table.shares
    most, gap = int(share.argmax()), ac.value - alpha.value
    if gap < SKEW_GAP or share[most] < SKEW_SHARE:
        return None
    return Skew(float(table.values[most]), float(share[most]), gap)

"""Intervals for alpha: the jackknife with t, or the bootstrap, over clusters such as prompts."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewardlab.errors import InputError
from rewardlab.stats.agreement.alpha import Drawn, drawn_alpha, value_of
from rewardlab.stats.agreement.counted import Counted
from rewardlab.stats.agreement.ends import ends_of, without_spread
from rewardlab.stats.agreement.sums import Sums
from rewardlab.stats.agreement.table import Coefficient, Level, Table
from rewardlab.stats.agreement.weighted import GROUPS, MOST_COUNTED, weighted_alpha
from rewardlab.stats.cluster import jackknife_error, t_quantile
from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Quantity, Undefined

Method: TypeAlias = Literal["jackknife", "bootstrap"]

RESAMPLES = 5000
#: The most cells of resampling weights held at a time.
CHUNK = 4_000_000
#: With more than this many clusters per kind, drawing multinomial counts of the kinds is faster than drawing clusters.
MANY = 8
#: The bootstrap gives no interval when more than this share of its resamples has no variation.
MOST_EMPTY = 0.05


def alpha_interval(
    values: ArrayLike,
    level: Level,
    *,
    rng: np.random.Generator,
    cluster: ArrayLike | None = None,
    method: Method = "jackknife",
    confidence: float = LEVEL,
) -> Quantity:
    """Krippendorff's alpha of `values` (units, raters) with an interval over clusters.

    Arguments: `cluster` (units,), the prompt of each unit, where several units share one (default: each unit is its own
    cluster); `confidence`, the interval's nominal coverage. Units with fewer than two ratings are left out first.
    Identity: jackknife, half = t_{C-1} sqrt((C-1)/C sum (alpha_(-c) - mean)^2) over the C clusters; the upper limit
    adds it on alpha's own scale, the lower limit on the scale of log(1 - alpha) (`ends_of`). With many values and
    clusters (`Counted`), 100 random groups of clusters are left out in turn. Bootstrap: percentiles of 5,000 resamples
    of clusters, without those that have no variation. Both are cut at -1 and 1, alpha's range.
    At the edges: undefined where alpha is, and with one cluster. If all C clusters agree perfectly, at most a share of
    1 - ((1 - confidence)/2)^(1/C) of the population's clusters disagrees; if all disagree fully, at most that share
    agrees (`without_spread`). The width is never 0.
    Source: Efron & Stein (1981), Ann. Stat. 9:586; coverage beside Krippendorff's own bootstrap, Hughes (2022),
    arXiv:2210.13265, and STATISTICS 0.3. Kott (2001), J. Off. Stat. 17:521, for the delete-a-group jackknife.
    """
    found = alpha_with_interval(Table.of(values, cluster=cluster), level, rng=rng, method=method, confidence=confidence)
    return found if isinstance(found, Undefined) else found.interval


def alpha_with_interval(
    table: Table,
    level: Level,
    *,
    rng: np.random.Generator,
    method: Method = "jackknife",
    confidence: float = LEVEL,
) -> Coefficient | Undefined:
    """Alpha of a ready table with its standard error and interval; otherwise as `alpha_interval`.

    With sampling weights it estimates the population's alpha, with the jackknife's interval (`weighted_alpha`).
    """
    return (
        weighted_alpha(table, level, rng=rng, confidence=confidence)
        if table.is_weighted
        else _unweighted(table, level, rng=rng, method=method, confidence=confidence)
    )


def _unweighted(
    table: Table, level: Level, *, rng: np.random.Generator, method: Method, confidence: float
) -> Coefficient | Undefined:
    drawn = drawn_alpha(table, level)
    if isinstance(drawn, Undefined):
        return drawn
    value = value_of(drawn)
    if isinstance(value, Undefined):
        return value
    if len(drawn.kind) < 2:
        return Coefficient(value, None, Undefined("one unit alone: no interval"))
    often = np.bincount(drawn.kind, minlength=drawn.kinds).astype(float)
    if found := without_spread(value, drawn, often, len(drawn.kind), confidence):
        return found
    if method == "jackknife":
        return _jackknife(drawn, value, rng=rng, confidence=confidence)
    return _bootstrap(drawn, value, rng=rng, confidence=confidence)


def alphas_of_draws(
    values: ArrayLike, level: Level, draws: NDArray[np.integer], *, cluster: ArrayLike | None = None
) -> Floats:
    """Alpha of each resample of clusters, (resamples,); NaN where a resample has no variation.

    Arguments: `values` (units, raters); `draws` (resamples, clusters drawn), the numbers of the drawn clusters. These
    are numbered in ascending order of their ids, counting only clusters with a unit of two ratings or more.
    Raises: InputError when alpha itself is undefined.
    """
    drawn = drawn_alpha(Table.of(values, cluster=cluster), level)
    if isinstance(drawn, Undefined):
        raise InputError(f"alpha is undefined ({drawn.reason})", expected="ratings that vary")
    kept = max(1, CHUNK // max(drawn.kinds, draws.shape[1]))
    parts = [draws[start : start + kept] for start in range(0, len(draws), kept)]
    return np.concatenate([drawn.alphas(_times(drawn, part)) for part in parts])


def _times(drawn: Drawn, draws: NDArray[np.integer]) -> Floats:
    """How often each kind was drawn, (resamples, kinds)."""
    flat = drawn.kind[draws] + drawn.kinds * np.arange(len(draws))[:, None]
    return np.bincount(flat.ravel(), minlength=len(draws) * drawn.kinds).reshape(len(draws), -1).astype(float)


def _jackknife(drawn: Drawn, value: float, *, rng: np.random.Generator, confidence: float) -> Coefficient:
    match drawn:
        case Counted() if drawn.kinds > MOST_COUNTED:
            groups = rng.permutation(drawn.kinds) % GROUPS
            left_out = drawn.alphas((groups != np.arange(GROUPS)[:, None]).astype(float))
            over = f"{GROUPS} groups of units"
        case Sums():
            left_out, over = drawn.without_each(), "units"
        case _:
            left_out, over = drawn.alphas(1 - np.eye(drawn.kinds)), "units"
    if np.isnan(left_out).any():
        return Coefficient(value, None, Undefined("all variation lies in one unit: no interval"))
    error = jackknife_error(left_out)
    if error <= TINY:
        return Coefficient(value, None, Undefined("leaving any unit out changes nothing: no spread for an interval"))
    half = t_quantile(len(left_out) - 1, confidence) * error
    low, high = ends_of(value, half)
    return Coefficient(
        value, error, Estimate(value, low, high, confidence, f"jackknife over {over}, t", len(drawn.kind))
    )


def _bootstrap(drawn: Drawn, value: float, *, rng: np.random.Generator, confidence: float) -> Coefficient:
    kept = max(1, CHUNK // drawn.kinds)
    sizes = [min(kept, RESAMPLES - start) for start in range(0, RESAMPLES, kept)]
    found = np.concatenate([drawn.alphas(_resampled(drawn, size, rng)) for size in sizes])
    found = found[~np.isnan(found)]
    if len(found) < (1 - MOST_EMPTY) * RESAMPLES:
        return Coefficient(value, None, Undefined("too many resamples have no variation: no interval"))
    low, high = (float(end) for end in np.quantile(found, [(1 - confidence) / 2, (1 + confidence) / 2]))
    if high - low <= TINY:
        return Coefficient(value, None, Undefined("every resample says the same: no spread for an interval"))
    method = f"bootstrap over units, percentiles of {RESAMPLES}"
    return Coefficient(value, float(found.std(ddof=1)), Estimate(value, low, high, confidence, method, len(drawn.kind)))


def _resampled(drawn: Drawn, size: int, rng: np.random.Generator) -> Floats:
    """Draw as many clusters as there are, with replacement; return the count of each kind, (size, kinds)."""
    clusters = len(drawn.kind)
    if MANY * drawn.kinds < clusters:  # a binomial for each kind is less work than an index for each cluster
        return rng.multinomial(clusters, np.bincount(drawn.kind) / clusters, size=size).astype(float)
    return _times(drawn, rng.integers(0, clusters, (size, clusters), dtype=np.int32))

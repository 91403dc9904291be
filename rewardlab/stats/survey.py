"""Stratified sampling of a run's generations, and estimates for the whole run from the sample."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rewardlab.stats.cluster import t_quantile
from rewardlab.stats.interval import (
    LEVEL,
    TINY,
    Estimate,
    Floats,
    Quantity,
    Undefined,
    mean_over_prompts,
    modified_wilson,
    wilson,
)
from rewardlab.stats.ratio import cluster_codes, cluster_sums, share_of_items
from rewardlab.stats.weights import WEIGHTED, differ, effective_number

#: At least this many are sampled from each stratum that has them, since one shows no spread.
FEWEST_OF_STRATUM = 2
OUTSIDE = -1


def stratified_sample(strata: NDArray[np.int_], *, size: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which generations to judge: about `size` of them, drawn at random within each stratum.

    `strata` (prompts, generations): the stratum of each, -1 for those not to be judged (for lack of a response, say).
    Each stratum gets its share of `size` by largest remainders, and at least two where it has them, so that rare strata
    are seen. All members of a stratum have the same inclusion probability. A `size` above the total selects all.
    """
    flat = strata.ravel()
    members = [np.flatnonzero(flat == stratum) for stratum in np.unique(flat[flat != OUTSIDE])]
    chosen = np.zeros(flat.shape, bool)
    sizes = np.array([len(one) for one in members])
    for one, count in zip(members, allocation(sizes, size), strict=True):
        chosen[rng.choice(one, count, replace=False)] = True
    return chosen.reshape(strata.shape)


def allocation(sizes: NDArray[np.int_], total: int) -> NDArray[np.int_]:
    """How many to sample from each stratum: in proportion to `sizes` (strata,), at least two each, `total` in all.

    The total is exceeded only if two per stratum are already more.
    """
    if not len(sizes):
        return np.zeros(0, int)
    least = np.minimum(sizes, FEWEST_OF_STRATUM)
    counts = least.copy()
    open_ = max(min(total, int(sizes.sum())) - int(counts.sum()), 0)
    for _ in range(open_):
        # Give one at a time to the stratum furthest below its share (Sainte-Lague); strata are few.
        priority = np.where(counts < sizes, sizes / (2 * counts + 1), -1.0)
        counts[int(priority.argmax())] += 1
    return counts


def stratified_mean(
    values: Floats, strata: NDArray[np.int_], *, bounds: tuple[float, float] | None = (0.0, 1.0), level: float = LEVEL
) -> Quantity:
    """The mean over all generations of a run, from `values` (prompts, generations), NaN where not sampled.

    `strata` as in `stratified_sample`, for the whole run, so that their sizes are known. A sampled generation without a
    value (an unreadable verdict) counts as not sampled: it is assumed to be like the others of its stratum.
    Identity: sum_h W_h mean_h, W_h the stratum's share of the run. The interval is over prompts, each the cluster of
    its generations: variance C/(C-1) sum_c (sum over c's generations of (mean_h - mean)/N, and over its sampled ones of
    (value - mean_h)/(N pi_h))^2. The variance that the strata explain is thus counted once, over all generations, and
    only the residual variance is inflated by the inclusion probability pi_h. t has one degree of freedom fewer than the
    effective number of prompts, (sum w)^2 / sum w^2 with w a prompt's sampled weight.
    With bounds (0, 1) the limits are Wilson's on the effective sample size that the variance implies; else mean -+ t,
    cut at the bounds.
    At the edges: where all values are equal, at least a share a = (alpha/2)^(1/effective prompts) of the population is
    like these and the rest lies within the bounds (undefined without bounds). Undefined where a stratum has no value,
    and with values from fewer than two prompts.
    Source: Sarndal, Swensson & Wretman (1992), Model Assisted Survey Sampling, ch. 9 (two phases); Kish's effective
    number. The Wilson form: STATISTICS 2.3.
    """
    within = strata != OUTSIDE
    sampled = within & np.isfinite(values)
    if not sampled.any():
        return Undefined("nothing sampled has a value")
    names, codes = np.unique(strata[within], return_inverse=True)
    places = np.full(strata.shape, OUTSIDE)
    places[within] = codes
    taken = np.bincount(places[sampled], minlength=len(names))
    if not taken.all():
        return Undefined(f"no generation of stratum {names[int(taken.argmin())]} has a value")
    prompts, _ = np.nonzero(within)
    sampled_prompts, _ = np.nonzero(sampled)
    weights = np.bincount(codes)[places[sampled]] / taken[places[sampled]] / len(codes)
    known = values[sampled]
    means = np.bincount(places[sampled], known) / taken
    mean = float(weights @ known)
    influence = np.bincount(prompts, (means[codes] - mean) / len(codes), minlength=len(strata))
    influence = influence + np.bincount(
        sampled_prompts, weights * (known - means[places[sampled]]), minlength=len(strata)
    )
    shares = np.bincount(sampled_prompts, weights).astype(float)
    return _interval(mean, influence[within.any(axis=1)], shares[shares > 0], known, bounds=bounds, level=level)


def weighted_mean(
    values: Floats,
    probabilities: Floats,
    clusters: NDArray[Any] | None = None,
    *,
    bounds: tuple[float, float] | None = (0.0, 1.0),
    level: float = LEVEL,
) -> Quantity:
    """The mean over a run from sampled `values` (items,) and the probability with which each was sampled (items,).

    `clusters` (items,): the prompts. NaN in `values` leaves an item out. Meant for samples with many small strata (such
    as one per prompt); with few strata, `stratified_mean` gives a narrower interval.
    Identity: Hajek's ratio sum(value / pi) / sum(1 / pi), with the linearised variance C/(C-1) sum_c (sum of (value -
    mean) / pi)^2 / (sum 1/pi)^2 over prompts; limits and edges as in `stratified_mean`.
    Raises ValueError for a probability outside (0, 1].
    Source: Hajek (1971); linearisation, Binder (1983), Int. Stat. Rev. 51:279.
    """
    known = np.isfinite(values)
    if not ((probabilities[known] > 0) & (probabilities[known] <= 1)).all():
        raise ValueError("an inclusion probability lies in (0, 1]")
    if not known.any():
        return Undefined("nothing sampled has a value")
    codes = cluster_codes(None if clusters is None else clusters[known], int(known.sum()))
    weights = 1 / probabilities[known]
    weights = weights / weights.sum()
    mean = float(weights @ values[known])
    influence = cluster_sums(weights * (values[known] - mean), codes)
    return _interval(mean, influence, cluster_sums(weights, codes), values[known], bounds=bounds, level=level)


def weighted_share(
    hits: Floats, weights: Floats | None, clusters: NDArray[Any] | None = None, *, level: float = LEVEL
) -> Quantity:
    """The share of hits in a population from sampled `hits` (items,), 0, 1 or NaN, which leaves an item out.

    `weights` (items,): one over the probability with which each was sampled; only their ratios matter, and 0 leaves an
    item out. Where they differ, the result is `weighted_mean`; otherwise, or without weights, `share_of_items`.
    """
    known = np.isfinite(hits) if weights is None else np.isfinite(hits) & (weights > 0)
    if weights is None or not differ(weights[known]):
        return share_of_items(hits[known], None if clusters is None else clusters[known], level=level)
    given = weights[known]
    return weighted_mean(hits[known], given.min() / given, None if clusters is None else clusters[known], level=level)


def weighted_mean_over_prompts(
    values: Floats, trials: Floats, weights: Floats | None, *, level: float = LEVEL
) -> Quantity:
    """The mean over a population of prompts, from sampled per-prompt `values` (prompts,) in [0, 1].

    Arguments: `trials` (prompts,) as in `mean_over_prompts`; `weights` (prompts,), one over the probability of each.
    With equal weights the result is that of `mean_over_prompts`.
    Identity: m = sum W_p m_p / sum W_p, variance C/(C - 1) sum (W_p (m_p - m))^2 / (sum W)^2; modified Wilson on Kish's
    effective number of prompts, at most (sum W)^2 / sum (W^2 / trials) independent trials.
    Source: Hajek (1971); Kish (1965), Survey Sampling, section 11.7.
    """
    if weights is not None:
        values, trials, weights = values[weights > 0], trials[weights > 0], weights[weights > 0]
    if weights is None or not differ(weights):
        return mean_over_prompts(values, trials, level=level)
    prompts, total, effective = len(values), float(weights.sum()), max(effective_number(weights), 2.0)
    mean = float(weights @ values / total)
    variance = prompts / (prompts - 1) * float(np.square(weights * (values - mean)).sum()) / total**2
    most = max(total**2 / float((np.square(weights) / trials).sum()), effective)
    low, high = modified_wilson(
        np.array(mean), np.array(variance * effective), prompts=effective, most=most, level=level
    )
    return Estimate(mean, float(low), float(high), level, WEIGHTED + "modified Wilson over prompts", prompts)


def _interval(
    mean: float,
    influence: Floats,
    weights: Floats,
    values: Floats,
    *,
    bounds: tuple[float, float] | None,
    level: float,
) -> Quantity:
    """The interval of a weighted mean, from the `influence` of all prompts and the `weights` of those with a value."""
    units = len(weights)
    if units < 2:
        return Undefined("one prompt shows no spread")
    effective = float(weights.sum() ** 2 / np.square(weights).sum())
    method = "stratified sample over prompts"
    if np.ptp(values) <= TINY:
        if bounds is None:
            return Undefined(f"every value is the same, {mean:.4g}: no spread to build an interval on")
        mean = float(values[0])  # the weights' sum rounds
        least = ((1 - level) / 2) ** (1 / effective)
        low, high = (least * mean + (1 - least) * bound for bound in bounds)
        return Estimate(mean, low, high, level, method, units)
    variance = len(influence) / (len(influence) - 1) * float(np.square(influence).sum())
    quantile = t_quantile(max(effective - 1, 1.0), level)
    if bounds == (0.0, 1.0):
        worth = float(np.clip(mean * (1 - mean) / max(variance, TINY), min(effective, len(values)), None))
        low, high = map(float, wilson(np.array(mean), np.array(worth), quantile))
    elif variance <= TINY:
        return Undefined("no prompt differs from another: no spread to build an interval on")
    else:
        low, high = mean - quantile * variance**0.5, mean + quantile * variance**0.5
    if bounds is not None:
        low, high = max(low, bounds[0]), min(high, bounds[1])
    return Estimate(mean, low, high, level, method, units)

"""Percent agreement, and the chance-corrected coefficients AC1, AC2, Fleiss' kappa and Brennan-Prediger's.

The coefficients share the form (pa - pe)/(1 - pe) and the linearised variance, and differ only in pe, the agreement
expected by chance. Units with one rating count in the marginals. Notation as in Gwet: n units, q categories, r_ik
raters who put unit i into category k, weights w of partial agreement. With unequal sampling weights every mean over
units is the weighted one (Hajek's), which estimates the population's.
Source: Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., ch. 5; R package irrCAC 1.4 by the same author.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from rewardlab.stats.agreement.sums import unlike
from rewardlab.stats.agreement.table import NEAR, NO_VARIATION, Coefficient, Table, count_table
from rewardlab.stats.cluster import t_quantile
from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Undefined, modified_wilson
from rewardlab.stats.weights import effective_clusters, effective_number, method_of

Weights: TypeAlias = Literal["unweighted", "linear", "quadratic"]
Partial: TypeAlias = Literal["linear", "quadratic"]
Chance: TypeAlias = Literal["gwet", "fleiss", "brennan-prediger"]


def agreement_weights(places: Floats, kind: Weights) -> Floats:
    """How far two categories agree, (categories, categories): 1 on the diagonal, 0 between the ends.

    Arguments: `places` (categories,), each category's position: its rank for ordered labels, its value on an interval
    scale.
    Identity: linear 1 - |x - y|/range, quadratic 1 - (x - y)^2/range^2 (Cicchetti & Allison 1971; Fleiss & Cohen 1973).
    """
    if kind == "unweighted" or len(places) < 2:
        return np.eye(len(places))
    places = places / np.abs(places).max()  # ratings up to the largest float: no difference overflows
    apart = np.abs(places[:, None] - places) / np.ptp(places)
    weights: Floats = 1 - (apart if kind == "linear" else np.square(apart))
    return weights


def percent_agreement(table: Table, *, confidence: float = LEVEL) -> Coefficient | Undefined:
    """The share of pairs of raters that agree on a unit, averaged over units with at least two ratings.

    The interval is modified Wilson over clusters, which has a width even under perfect agreement; a unit of m ratings
    is worth m // 2 trials. With sampling weights, effective numbers replace the numbers of clusters and trials.
    At the edges: undefined when no unit has two ratings.
    """
    pairable = table.pairable()
    if not len(pairable.codes):
        return Undefined("no unit has two ratings")
    raters = (pairable.codes >= 0).sum(axis=1)
    agreed = 1 - unlike(pairable.codes) / raters
    weight, trials, clusters = pairable.weight, raters // 2, pairable.clusters
    observed = float(weight @ agreed / weight.sum())
    sums, sizes = (np.bincount(pairable.cluster, weights=one) for one in (weight * agreed, weight))
    if clusters < 2:
        return Coefficient(observed, None, Undefined("one unit alone: no interval"))
    influence = (sums - observed * sizes) / sizes.sum() * clusters
    variance = influence.var(ddof=1)
    effective = max(effective_clusters(pairable.cluster, weight), 2.0)
    most = float(trials.sum()) * effective_number(weight) / len(weight)
    low, high = modified_wilson(
        np.array(observed), variance * effective / clusters, prompts=effective, most=max(most, effective),
        level=confidence,
    )  # fmt: skip
    method = method_of("modified Wilson over units", weight)
    interval = Estimate(observed, float(low), float(high), confidence, method, clusters)
    return Coefficient(observed, float(np.sqrt(variance / clusters)), interval)


def chance_corrected(
    table: Table, chance: Chance, *, weights: Floats | None = None, confidence: float = LEVEL
) -> Coefficient | Undefined:
    """Agreement beyond chance, (pa - pe)/(1 - pe), with a t interval over clusters.

    Arguments: `weights` (values, values) of partial agreement, None for the unweighted coefficient; the table's values
    are the categories.
    Identity of pe, with pi_k the mean over units of r_ik/r_i and T the sum of the weights: "gwet" (AC1; AC2 with
    weights) T sum pi_k (1 - pi_k)/(q (q - 1)); "fleiss" sum w_kl pi_k pi_l; "brennan-prediger" T/q^2.
    Variance: sum the units' influences in each cluster, square, sum over clusters, divide by n^2, multiply by
    C/(C - 1); where each unit is its own cluster this is Gwet's. `null_error` is given for Fleiss' kappa with equally
    many raters per unit: Fleiss, Nee & Landis (1979), Psychol. Bull. 86:974; it is None with sampling weights or with
    clusters of several units. The limits are cut at -1 and 1.
    At the edges: undefined when no unit has two ratings, and when all ratings are the same, where the formulas of AC1
    and Brennan-Prediger would give 1. Where all units agree equally, the interval follows from that of pa (`alike`);
    with only one unit of two ratings there is no interval.
    """
    shared = _Shared.of(table, np.eye(len(table.values)) if weights is None else weights)
    if shared is None:
        return Undefined("no unit has two ratings")
    if np.count_nonzero(table.totals) < 2:
        return Undefined(NO_VARIATION)
    expected, each = _chance(shared, chance)
    if 1 - expected <= TINY:
        return Undefined(NEAR)
    value = (shared.observed - expected) / (1 - expected)
    alike_units = not table.is_weighted and table.clusters == len(table.codes)
    null = _null_error(shared) if chance == "fleiss" and weights is None and alike_units else None
    if np.count_nonzero(shared.paired) < 2 or table.clusters < 2:
        return Coefficient(value, None, Undefined("one unit of two ratings: no interval"), null)
    units, pairable = table.weight.sum(), table.weight @ shared.paired
    gained = units / pairable * shared.paired * (shared.agreed - expected) / (1 - expected)
    influence = gained - 2 * (1 - value) * (each - expected) / (1 - expected) - value
    error = clustered_error(influence, table)
    if min(error, shared.observed, 1 - shared.observed) <= TINY:
        return Coefficient(value, error, alike(value, shared.observed, expected, table, confidence), null)
    return Coefficient(value, error, linearised(value, error, table, confidence), null)


def linearised(value: float, error: float, table: Table, confidence: float) -> Estimate:
    """The t interval of a coefficient, cut at -1 and 1; degrees of freedom: the effective number of clusters - 1."""
    half = t_quantile(max(effective_clusters(table.cluster, table.weight) - 1, 1.0), confidence) * error
    method = method_of("linearised, t over units", table.weight)
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half), confidence, method, table.clusters)


def clustered_error(influence: Floats, table: Table) -> float:
    """The standard error of the mean of `influence` (units,) with independent clusters, corrected by C/(C - 1)."""
    sums = np.bincount(table.cluster, weights=table.weight * influence) / table.weight.sum()
    clusters = len(sums)
    return float(np.sqrt(clusters / (clusters - 1) * np.square(sums).sum()))


@dataclass(frozen=True, slots=True, eq=False)
class _Shared:
    """Terms that all coefficients use. Over units: `agreed` is pa_i, `paired` is 1 for at least two ratings, else 0."""

    weights: Floats
    shares: Floats
    raters: Floats
    agreed: Floats
    paired: Floats
    observed: float
    marginal: Floats

    @classmethod
    def of(cls, table: Table, weights: Floats) -> _Shared | None:
        """None when no unit has two ratings."""
        codes, index = table.patterns() if len(table.codes) else (table.codes, np.array([], int))
        counts = count_table(codes, len(table.values))
        raters = counts.sum(axis=1)
        pairs = raters * (raters - 1)
        agreed = np.divide(
            (counts * (counts @ weights - 1)).sum(axis=1), pairs, out=np.zeros(len(codes)), where=pairs > 0
        )
        shares, raters, agreed = (counts / raters[:, None])[index], raters[index], agreed[index]
        paired = (raters >= 2).astype(float)
        if not paired.any():
            return None
        stand = table.weight * paired
        observed, marginal = float(stand @ agreed / stand.sum()), table.weight @ shares / table.weight.sum()
        return cls(weights, shares, raters, agreed, paired, observed, marginal)


def _chance(shared: _Shared, chance: Chance) -> tuple[float, Floats]:
    """pe, and each unit's contribution to it; pe is the mean of the contributions."""
    total, q, marginal = float(shared.weights.sum()), len(shared.weights), shared.marginal
    match chance:
        case "gwet":
            scale = total / (q * (q - 1))
            return float(scale * (marginal * (1 - marginal)).sum()), scale * (shared.shares @ (1 - marginal))
        case "fleiss":
            return float(marginal @ shared.weights @ marginal), shared.shares @ (shared.weights @ marginal)
        case "brennan-prediger":
            return total / q**2, np.full(len(shared.shares), total / q**2)


def alike(value: float, observed: float, expected: float, table: Table, confidence: float) -> Estimate:
    """The interval of a coefficient where all units agree equally: fully, not at all, or each to the same degree.

    Identity: at most a share q = 1 - (alpha/2)^(1/effective clusters) of the population's clusters are unlike those
    seen, with any pa from 0 to 1: the limits are ((1 - q) pa - pe)/(1 - pe) and ((1 - q) pa + q - pe)/(1 - pe). With no
    agreement at all the lower limit is -1.
    """
    same = ((1 - confidence) / 2) ** (1 / effective_clusters(table.cluster, table.weight))
    low, high = ((share - expected) / (1 - expected) for share in (same * observed, same * observed + 1 - same))
    what = {True: "perfect agreement", False: "equal agreement"}[1 - observed <= TINY]
    if observed <= TINY:
        low, what = -1.0, "full disagreement"
    method = method_of(f"{what}, exact binomial over units", table.weight)
    return Estimate(value, max(-1.0, min(low, value)), min(1.0, max(high, value)), confidence, method, table.clusters)


def _null_error(shared: _Shared) -> float | None:
    raters, p = float(shared.raters[0]), shared.marginal
    if raters < 2 or np.ptp(shared.raters) > 0:
        return None
    spread = float((p * (1 - p)).sum())
    inner = spread**2 - float((p * (1 - p) * (1 - 2 * p)).sum())
    return float(np.sqrt(2 * max(inner, 0.0) / (len(shared.raters) * raters * (raters - 1))) / spread)

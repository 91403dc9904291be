"""Krippendorff's alpha of a population, from a sample whose units have unequal sampling weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rewardlab.stats.agreement.alpha import Drawn, drawn_alpha, value_of
from rewardlab.stats.agreement.counted import Counted
from rewardlab.stats.agreement.ends import ends_of, without_spread
from rewardlab.stats.agreement.table import Codes, Coefficient, Level, Table
from rewardlab.stats.cluster import jackknife_error, t_quantile
from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Undefined
from rewardlab.stats.weights import WEIGHTED, effective_clusters

#: The most cells of weights held at a time while clusters are left out.
CELLS = 4_000_000
#: If each leave-out recounts all ratings and there are more than MOST_COUNTED clusters, GROUPS groups of clusters are
#: left out in turn instead of single clusters.
GROUPS, MOST_COUNTED = 100, 400


def weighted_alpha(
    table: Table, level: Level, *, rng: np.random.Generator, confidence: float = LEVEL
) -> Coefficient | Undefined:
    """Alpha of the population from which the table's units were sampled, with its interval over clusters.

    Identity: as `alpha_of`; the jackknife leaves out one cluster at a time (with many values and clusters, one of 100
    random groups of clusters). t has one degree of freedom fewer than the effective number of clusters; the limits are
    cut at -1 and 1.
    At the edges: undefined where alpha is. There is no interval with one cluster, where one cluster holds all
    variation, and where leaving out any cluster changes nothing. Perfect agreement and full disagreement follow the
    rules of `alpha_interval`, with the effective number of clusters.
    """
    units = table.pairable()
    drawn = drawn_alpha(units.by_unit(), level)
    if isinstance(drawn, Undefined):
        return drawn
    value = value_of(drawn, units.weight)
    if isinstance(value, Undefined):
        return value
    whole: Floats = np.bincount(drawn.kind, units.weight, drawn.kinds).astype(float)
    effective = effective_clusters(units.cluster, units.weight)
    if units.clusters < 2:
        return Coefficient(value, None, Undefined("one prompt alone: no interval"))
    if (found := without_spread(value, drawn, whole, effective, confidence)) and isinstance(found.interval, Estimate):
        interval = replace(found.interval, method=WEIGHTED + found.interval.method, units=units.clusters)
        return replace(found, interval=interval)
    if isinstance(drawn, Counted) and units.clusters > MOST_COUNTED:
        groups = rng.permutation(units.clusters) % GROUPS
        grouped = replace(units, cluster=groups[units.cluster])
        return _jackknife(value, _left_out(drawn, grouped, whole), min(effective, GROUPS), units.clusters, confidence)
    return _jackknife(value, _left_out(drawn, units, whole), effective, units.clusters, confidence)


def _jackknife(value: float, left_out: Floats, effective: float, clusters: int, confidence: float) -> Coefficient:
    """The coefficient with its jackknife interval; `left_out` is alpha without each cluster (or group) in turn."""
    if np.isnan(left_out).any():
        return Coefficient(value, None, Undefined("all variation lies in one prompt: no interval"))
    error = jackknife_error(left_out)
    if error <= TINY:
        return Coefficient(value, None, Undefined("leaving any prompt out changes nothing: no spread for an interval"))
    half = t_quantile(max(effective - 1, 1.0), confidence) * error
    low, high = ends_of(value, half)
    over = "prompts" if len(left_out) == clusters else f"{len(left_out)} groups of prompts"
    method = f"{WEIGHTED}jackknife over {over}, t"
    return Coefficient(value, error, Estimate(value, low, high, confidence, method, clusters))


def _left_out(drawn: Drawn, units: Table, whole: Floats) -> Floats:
    """Alpha with each cluster left out in turn, (clusters,)."""
    kept = max(1, CELLS // drawn.kinds)
    starts = range(0, units.clusters, kept)
    return np.concatenate([
        drawn.alphas(whole - _weights_of(drawn, units, start, min(start + kept, units.clusters))) for start in starts
    ])  # fmt: skip


def _weights_of(drawn: Drawn, units: Table, start: int, stop: int) -> Floats:
    """The weight of each kind of unit in the clusters from `start` to `stop`, (clusters, kinds)."""
    inside = (units.cluster >= start) & (units.cluster < stop)
    flat: Codes = (units.cluster[inside] - start) * drawn.kinds + drawn.kind[inside]
    sums = np.bincount(flat, units.weight[inside], (stop - start) * drawn.kinds)
    return np.asarray(sums.reshape(stop - start, drawn.kinds), float)

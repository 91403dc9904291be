"""Rogan and Gladen's correction: the true pass rate, from a judge's pass rate and the judge's error rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from rewardlab.stats.cluster import t_quantile
from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Quantity, Undefined
from rewardlab.stats.ratio import cluster_codes, cluster_sums, effective_size
from rewardlab.stats.survey import weighted_share
from rewardlab.stats.weights import effective_clusters, effective_number, method_of, scaled

WORSE_THAN_CHANCE = "the judge is no better than chance: sensitivity + specificity is at most 1"


@dataclass(frozen=True, slots=True)
class Prevalence:
    """A corrected pass rate.

    `clipped`: the corrected rate fell outside [0, 1] and was cut, so verdicts and labels do not fit together. `error`
    is the standard error by the delta method, over both samples.
    """

    rate: Estimate
    apparent: Estimate
    sensitivity: Estimate
    specificity: Estimate
    error: float
    clipped: bool


def corrected(apparent: float, sensitivity: float, specificity: float) -> float:
    """theta = (p + Sp - 1) / (Se + Sp - 1), not clipped; NaN where Se + Sp <= 1.

    Source: Rogan & Gladen (1978), Am. J. Epidemiol. 107:71.
    """
    skill = sensitivity + specificity - 1
    return (apparent + specificity - 1) / skill if skill > TINY else float("nan")


def known_judge(apparent: Estimate, *, sensitivity: float, specificity: float) -> Quantity:
    """The corrected rate for known sensitivity and specificity; the estimate and limits are each corrected, clipped.

    Undefined where Se + Sp <= 1, or where no rate in [0, 1] is within the limits.
    Source: R RSurveillance::tp.
    """
    if sensitivity + specificity <= 1 + TINY:
        return Undefined(WORSE_THAN_CHANCE)
    value, low, high = (
        float(np.clip(corrected(one, sensitivity, specificity), 0, 1))
        for one in (apparent.estimate, apparent.low, apparent.high)
    )
    if high - low <= TINY:
        return Undefined("no pass rate gives this judge's verdicts: it is not as sensitive or specific as said")
    return Estimate(value, low, high, apparent.level, f"{apparent.method}, corrected", apparent.units)


def prevalence(
    labels: Floats,
    verdicts: Floats,
    unlabelled: Floats,
    *,
    clusters: tuple[NDArray[Any], NDArray[Any]] | None = None,
    weights: tuple[Floats, Floats] | None = None,
    level: float = LEVEL,
) -> Prevalence | Undefined:
    """The corrected pass rate of `unlabelled` verdicts (N,), with error rates from `labels` and `verdicts` (n,).

    All are 0, 1 or NaN, which leaves an item out; `clusters`: the prompts of the labelled and of the unlabelled items;
    `weights`, for the same two, one over the probability with which each was sampled from the population.
    Identity: `corrected`, clipped to [0, 1] and flagged; delta variance [p(1-p)/N + theta^2 Se(1-Se)/n1 + (1-theta)^2
    Sp(1-Sp)/n0] / (Se + Sp - 1)^2. The interval first adds Agresti and Coull's successes and failures (z^2/2 each to p,
    1 each to Se and Sp) and shifts the centre by 2 z^2 [theta Se(1-Se)/n1 - (1-theta) Sp(1-Sp)/n0], so that it has a
    width even if the judge made no error. With clusters, each sample size is the effective one that its clustered
    Wilson interval implies, and z is replaced by t on one less than the fewest prompts behind p, Se or Sp. With
    weights, p, Se and Sp are Hajek's ratios, and items and prompts are counted by Kish's effective numbers.
    At the edges: undefined where the labels hold only one class, where Se + Sp <= 1, without unlabelled verdicts, and
    (with clusters) where fewer than two prompts are behind p, Se or Sp.
    Raises ValueError for a label or verdict that is neither 0 nor 1.
    Source: Rogan & Gladen (1978), Am. J. Epidemiol. 107:71; interval, Lang & Reiczigel (2014), Prev. Vet. Med. 113:13.
    """
    known, asked = np.isfinite(labels) & np.isfinite(verdicts), np.isfinite(unlabelled)
    given, fitted = labels[known], verdicts[known]
    if not all(np.isin(one, (0.0, 1.0)).all() for one in (given, fitted, unlabelled[asked])):
        raise ValueError("labels and verdicts are 0 or 1: split averages at a threshold first")
    if not asked.any():
        return Undefined("no unlabelled item has a verdict")
    if len(np.unique(given)) < 2:
        return Undefined("the labels hold one class only: sensitivity and specificity need both")
    where = (np.arange(len(given)), np.arange(int(asked.sum())))
    if clusters is not None:
        where = clusters[0][known], clusters[1][asked]
    right = given == 1
    stand = (np.ones(len(given)), np.ones(len(where[1])))
    if weights is not None:
        stand = weights[0][known], weights[1][asked]
    parts = (
        _sample(unlabelled[asked], where[1], stand[1], level),
        _sample(fitted[right], where[0][right], stand[0][right], level),
        _sample(1 - fitted[~right], where[0][~right], stand[0][~right], level),
    )
    if any(isinstance(part.shown, Undefined) for part in parts):
        return Undefined("fewer than two prompts behind the pass rate, the sensitivity or the specificity")
    shown = [part.shown for part in parts if isinstance(part.shown, Estimate)]
    shares, sizes = np.array([one.estimate for one in shown]), np.array([part.size for part in parts])
    if shares[1] + shares[2] <= 1 + TINY:
        return Undefined(WORSE_THAN_CHANCE)
    rate, error = _delta(shares, sizes)
    fewest = min(one.units for one in shown)
    degrees = max(min(part.prompts for part in parts) - 1, 1.0)
    quantile = float(ndtri(0.5 + level / 2)) if clusters is None else t_quantile(degrees, level)
    value = float(np.clip(rate, 0, 1))
    low, high = _limits(shares, sizes, quantile)
    if high - low <= TINY:
        return Undefined("no pass rate gives these verdicts: labelled and unlabelled items are not alike")
    method = "Rogan-Gladen, Lang-Reiczigel" + (" over items" if clusters is None else " over prompts")
    method = method_of(method, np.concatenate(stand))
    estimate = Estimate(value, min(low, value), max(high, value), level, method, fewest)
    apparent, sensitivity, specificity = shown
    return Prevalence(estimate, apparent, sensitivity, specificity, error, clipped=abs(value - rate) > TINY)


@dataclass(frozen=True, slots=True)
class _Share:
    """A share with its interval, the independent trials it is worth, and the effective number of prompts behind it."""

    shown: Quantity
    size: float
    prompts: float


def _sample(hits: Floats, where: NDArray[Any], weights: Floats, level: float) -> _Share:
    codes = cluster_codes(where, len(hits))
    shown = weighted_share(hits, weights, codes, level=level)
    each = scaled(weights, np.ones(len(hits), bool))
    sizes = cluster_sums(each, codes)
    if len(sizes) < 2 or isinstance(shown, Undefined):
        return _Share(shown, float(len(sizes)), float(len(sizes)))
    influence = (cluster_sums(each * hits, codes) - shown.estimate * sizes) / each.sum()
    size = effective_size(shown.estimate, influence, sizes)
    return _Share(shown, min(size, effective_number(each)), effective_clusters(codes, each))


def _delta(shares: Floats, sizes: Floats) -> tuple[float, float]:
    """The corrected rate, not clipped, and its standard error, from the shares and sizes of p, Se and Sp."""
    rate = corrected(*map(float, shares))
    variances = shares * (1 - shares) / sizes
    slopes = np.array([1, -rate, 1 - rate]) / (shares[1] + shares[2] - 1)
    return rate, float(np.sqrt(np.square(slopes) @ variances))


def _limits(shares: Floats, sizes: Floats, quantile: float) -> tuple[float, float]:
    added = np.array([quantile**2, 2.0, 2.0])
    sizes, shares = sizes + added, (sizes * shares + added / 2) / (sizes + added)
    if shares[1] + shares[2] <= 1 + TINY:
        return 0.0, 1.0
    rate, error = _delta(shares, sizes)
    variances = shares * (1 - shares) / sizes
    shift = 2 * quantile**2 * (rate * variances[1] - (1 - rate) * variances[2])
    low, high = rate + shift - quantile * error, rate + shift + quantile * error
    return max(float(low), 0.0), min(float(high), 1.0)

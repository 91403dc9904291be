"""Calibration of a judge's probabilities: whether a judge that says 0.8 is right 8 times in 10."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from rewardlab.stats.interval import LEVEL, Floats, Quantity, Undefined
from rewardlab.stats.survey import weighted_share
from rewardlab.stats.weights import scaled

Rule: TypeAlias = Literal["equal width", "equal count"]


@dataclass(frozen=True, slots=True)
class Bin:
    """One point of the calibration curve: items whose probability lies from `low` to `high`.

    `predicted` is their mean probability, `observed` their share of outcomes 1 with its interval.
    """

    low: float
    high: float
    items: int
    predicted: float
    observed: float
    interval: Quantity


@dataclass(frozen=True, slots=True)
class Calibration:
    """Calibration errors, proper scores and the calibration curve.

    `expected_error` (ECE) and `maximum_error` (MCE) depend on the bins, so report them together with `rule`; `brier`
    and `log_loss` (in nats; infinite where an outcome of probability 0 occurred) do not.
    """

    expected_error: float
    maximum_error: float
    brier: float
    log_loss: float
    curve: tuple[Bin, ...]
    rule: str
    items: int


def calibration(
    probabilities: Floats,
    outcomes: Floats,
    *,
    bins: int = 10,
    rule: Rule = "equal width",
    clusters: NDArray[Any] | None = None,
    weights: Floats | None = None,
    level: float = LEVEL,
) -> Calibration | Undefined:
    """The calibration of `probabilities` (items,) in [0, 1] against `outcomes` (items,), 0 or 1; NaN leaves one out.

    `rule`: bins of equal width, [low, high) and the last closed; or of equal count, equal probabilities kept together.
    Empty bins are left out of the curve. `clusters` (items,): the prompt of each item. `weights` (items,): one over the
    probability with which each item was sampled; means, shares and bins of equal count then estimate the population's.
    Identity: ECE = sum_b n_b/n |mean outcome - mean probability|, MCE the greatest; Brier = mean (p - y)^2; log loss =
    -mean (y log p + (1 - y) log(1 - p)). Intervals are the clustered Wilson's.
    At the edges: undefined without items; a bin's interval with fewer than two prompts. Raises ValueError for a
    probability outside [0, 1] or fewer than one bin.
    Source: Guo et al. (2017), ICML (ECE, MCE); Brier (1950), Mon. Weather Rev. 78:1.
    """
    known = np.isfinite(probabilities) & np.isfinite(outcomes)
    chances, happened = probabilities[known], outcomes[known]
    if bins < 1 or (chances < 0).any() or (chances > 1).any():
        raise ValueError("probabilities lie in [0, 1], in at least one bin")
    if not len(chances):
        return Undefined("no item has a probability and an outcome")
    over = np.arange(len(chances)) if clusters is None else clusters[known]
    each = scaled(None if weights is None else weights[known], np.ones(len(chances), bool))
    edges = _edges(chances, each, bins, rule)
    places = np.clip(np.searchsorted(edges, chances, side="right") - 1, 0, len(edges) - 2)
    curve, sizes = [], []
    for place in np.unique(places):
        inside = places == place
        weight = each[inside]
        sizes.append(float(weight.sum()))
        curve.append(
            Bin(
                low=float(edges[place]),
                high=float(edges[place + 1]),
                items=int(inside.sum()),
                predicted=float(np.average(chances[inside], weights=weight)),
                observed=float(np.average(happened[inside], weights=weight)),
                interval=weighted_share(happened[inside], weight, over[inside], level=level),
            )
        )
    gaps = np.array([abs(one.observed - one.predicted) for one in curve])
    losses = xlogy(happened, chances) + xlogy(1 - happened, 1 - chances)
    return Calibration(
        expected_error=float(np.average(gaps, weights=sizes)),
        maximum_error=float(gaps.max()),
        brier=float(np.average(np.square(chances - happened), weights=each)),
        log_loss=0.0 - float(np.average(losses, weights=each)),
        curve=tuple(curve),
        rule=f"{bins} bins of {rule}",
        items=len(chances),
    )


def _edges(chances: Floats, weights: Floats, bins: int, rule: Rule) -> Floats:
    if rule == "equal width":
        return np.linspace(0, 1, bins + 1)
    inner = np.quantile(chances, np.arange(1, bins) / bins, method="inverted_cdf", weights=weights)
    return np.unique(np.concatenate([[0.0], inner, [1.0]]))

"""Estimates and their intervals for mean shares over prompts, where each prompt is a cluster of generations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, stdtrit

Floats: TypeAlias = NDArray[np.float64]

LEVEL = 0.95
#: Round-off below which a spread counts as none: far above float error in a mean, far below 1/(prompts * n).
TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval; `level` is the interval's nominal coverage, `units` the number of units behind it."""

    estimate: float
    low: float
    high: float
    level: float
    method: str
    units: int


@dataclass(frozen=True, slots=True)
class Undefined:
    """The result where the data do not define a number, with the reason."""

    reason: str


Quantity: TypeAlias = Estimate | Undefined


def wilson(share: Floats, effective: Floats, quantile: Floats | float) -> tuple[Floats, Floats]:
    """The Wilson score interval of a share seen on an effective number of independent trials.

    Identity: the two roots of (share - p)^2 = quantile^2 p (1 - p) / effective. Arrays broadcast.
    Source: Wilson (1927), JASA 22:209; with an effective size and a t quantile, R survey::svyciprop "wilson".
    """
    square = np.square(quantile)
    centre = (share + square / (2 * effective)) / (1 + square / effective)
    half = (
        quantile
        * np.sqrt(share * (1 - share) / effective + square / (4 * np.square(effective)))
        / (1 + square / effective)
    )
    return centre - half, centre + half


def modified_wilson(
    mean: Floats, variance: Floats, *, prompts: float, most: float, level: float = LEVEL
) -> tuple[Floats, Floats]:
    """The interval of a mean over prompts of values in [0, 1], each prompt counted as one cluster.

    Arguments: `mean` and `variance` (ddof 1) of the per-prompt values, of one shape; `prompts` at least 2; `most`, the
    number of independent trials there would be if prompts did not differ (prompts x generations).
    Identity: effective = mean (1 - mean) / (variance / prompts), clipped to [prompts, most]: a design effect between 1
    and the cluster size; then Wilson with the t quantile on prompts - 1 degrees of freedom.
    At the edges: every value 0 gives [0, 1 - (alpha/2)^(1/prompts)], valid for any correlation within prompts because
    P(value = 0) <= 1 - mean; every value 1 is the mirror image. The interval never has zero width.
    Source: R survey::svyciprop "wilson"; the clip and the edge rules are ours (STATISTICS 2.3).
    """
    alpha = 1 - level
    quantile = float(stdtrit(prompts - 1, 1 - alpha / 2))
    spread = mean * (1 - mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = np.where(variance > TINY, spread * prompts / variance, np.inf)
    low, high = wilson(mean, np.clip(effective, prompts, most), quantile)
    edge = 1 - (alpha / 2) ** (1 / prompts)
    zero, one = mean <= TINY, mean >= 1 - TINY
    low = np.where(zero, 0.0, np.where(one, 1 - edge, np.maximum(low, 0.0)))
    high = np.where(zero, edge, np.where(one, 1.0, np.minimum(high, 1.0)))
    return low, high


def mean_over_prompts(values: Floats, trials: Floats, *, level: float = LEVEL) -> Quantity:
    """The mean over prompts of per-prompt values in [0, 1], with its modified Wilson interval.

    Arguments: `values` (prompts,), `trials` (prompts,): the independent trials behind each value (its generations, or
    its disjoint groups), at least 1. Prompts weigh alike, whatever their trials (STATISTICS 2.2).
    At the edges: undefined with no prompt or one prompt, since the spread between prompts cannot be seen.
    """
    prompts = len(values)
    if prompts < 2:
        return Undefined("no prompt has enough scored generations" if prompts == 0 else "one prompt shows no spread")
    mean = values.mean()
    # With unequal clusters the variance of independent trials is p(1-p)/C^2 * sum(1/n_i): the harmonic mean counts.
    most = prompts * prompts / np.sum(1 / trials)
    low, high = modified_wilson(mean, values.var(ddof=1), prompts=prompts, most=float(most), level=level)
    return Estimate(float(mean), float(low), float(high), level, "modified Wilson over prompts", prompts)


def share_of_prompts(hits: NDArray[np.bool_], *, level: float = LEVEL) -> Quantity:
    """The share of prompts that are hits, with the exact binomial interval: the prompt is the only unit.

    Arguments: `hits` (prompts,). At the edges: undefined without a prompt.
    Source: Clopper & Pearson (1934), by the quantiles of the beta distribution. (scipy.stats has the same interval, but
    importing it takes longer than everything else in an audit of recorded generations.)
    """
    prompts = len(hits)
    if prompts == 0:
        return Undefined("no prompt has a scored generation")
    successes = int(np.count_nonzero(hits))
    alpha, failures = 1 - level, prompts - successes
    low = float(betaincinv(successes, failures + 1, alpha / 2)) if successes else 0.0
    high = float(betaincinv(successes + 1, failures, 1 - alpha / 2)) if failures else 1.0
    return Estimate(successes / prompts, low, high, level, "Clopper-Pearson over prompts", prompts)

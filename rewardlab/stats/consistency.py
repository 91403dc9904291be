"""A judge's self-consistency: how often its verdict changes when it is asked the same question again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rewardlab.stats.interval import LEVEL, Floats, Quantity, Undefined
from rewardlab.stats.survey import weighted_mean_over_prompts
from rewardlab.stats.weights import differ, scaled

#: Two verdicts this close are the same verdict.
SAME_VERDICT = 1e-9


@dataclass(frozen=True, slots=True)
class Consistency:
    """How a judge's repeats agree; each number is a mean over prompts.

    `flips` is the chance that a repeated verdict lies on the other side of the threshold than the first, `flips_near`
    the same where the first lies near the threshold. `pairwise` is the chance that two repeats give the same verdict,
    `unanimity` the share of generations whose repeats all do, `majority` the mean share of the most frequent verdict.
    `repeated` counts generations with at least two verdicts.
    """

    flips: Quantity
    flips_near: Quantity
    pairwise: Quantity
    unanimity: Quantity
    majority: float
    repeated: int


def consistency(
    repeats: Floats,
    *,
    threshold: float,
    margin: float = np.inf,
    weights: Floats | None = None,
    level: float = LEVEL,
) -> Consistency | Undefined:
    """The self-consistency of verdicts `repeats` (prompts, generations, times); NaN where there is no verdict.

    Arguments: a verdict at or above `threshold` counts as right; `margin`: a first verdict this close to the threshold
    is near it. On a scale of steps, put the threshold between two steps (3.5 with a margin of 0.5: 3 and 4 are near).
    Only the first verdict decides what is near: selecting by the repeats, which are also counted, would bias the flips.
    `weights` (prompts, generations): one over the probability with which each generation was asked again; where they
    differ, generations are weighted by them, and a prompt by the sum over its generations.
    Identity: per generation, the share of later verdicts that differ from the first, and the share of pairs of verdicts
    that agree; averaged over a prompt's generations, then over prompts. The interval is modified Wilson over prompts,
    each generation one trial.
    At the edges: undefined when no generation has two verdicts; each interval with fewer than two prompts.
    Source: repetition stability, Shi et al. (2024), arXiv:2406.07791; the threshold's flip rate is ours.
    """
    known = np.isfinite(repeats)
    counts = known.sum(axis=2)
    twice = counts >= 2
    if not twice.any():
        return Undefined("no generation has two verdicts")
    same = np.abs(repeats[..., :, None] - repeats[..., None, :]) <= SAME_VERDICT
    matches = same.sum(axis=3)
    agreeing = (matches.sum(axis=2) - counts) / np.maximum(counts * (counts - 1), 1)
    majority = matches.max(axis=2) / np.maximum(counts, 1)
    each = scaled(weights, twice)
    flips = _flips(repeats, threshold)
    again = np.isfinite(flips)
    near = again & (np.abs(repeats[..., 0] - threshold) <= margin + SAME_VERDICT)
    return Consistency(
        flips=_over_prompts(flips, each * again, "no first verdict was asked again", level=level),
        flips_near=_over_prompts(flips, each * near, "no first verdict is near the threshold", level=level),
        pairwise=_over_prompts(agreeing, each, "", level=level),
        unanimity=_over_prompts((majority == 1).astype(float), each, "", level=level),
        majority=_mean(majority, each),
        repeated=int(twice.sum()),
    )


def _flips(repeats: Floats, threshold: float) -> Floats:
    """Per generation, the share of later verdicts on the other side than the first; NaN without a first or a later."""
    known = np.isfinite(repeats)
    right = np.where(known, repeats, -np.inf) >= threshold - SAME_VERDICT
    later = known[..., 1:].sum(axis=2)
    changed = (known[..., 1:] & (right[..., 1:] != right[..., :1])).sum(axis=2)
    some = known[..., 0] & (later > 0)
    flips: Floats = np.divide(changed, later, out=np.full(later.shape, np.nan), where=some)
    return flips


def _means(values: Floats, weights: Floats) -> tuple[Floats, Floats, Floats | None]:
    """For each prompt with a weighted generation: its mean, its effective number of generations, and its weight.

    A prompt's weight is the sum of its generations' weights where these differ; otherwise None, for equal weights.
    """
    totals = weights.sum(axis=1)
    some = totals > 0
    means = (np.where(weights > 0, values, 0.0) * weights).sum(axis=1)[some] / totals[some]
    trials = totals[some] ** 2 / np.square(weights).sum(axis=1)[some]
    return means, trials, totals[some] if differ(weights) else None


def _mean(values: Floats, weights: Floats) -> float:
    means, _, stand = _means(values, weights)
    return float(np.average(means, weights=stand))


def _over_prompts(values: Floats, weights: Floats, reason: str, *, level: float) -> Quantity:
    if not weights.any():
        return Undefined(reason)
    return weighted_mean_over_prompts(*_means(values, weights), level=level)

"""Estimates how many further prompts decide a verdict, so that the advice to sample more holds true."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import ndtri

from rewardlab.probes.run.baseline import banded
from rewardlab.probes.run.question import Question
from rewardlab.ratings.alpha import Further
from rewardlab.runs.looks import level_of_next
from rewardlab.runs.tables import Bools
from rewardlab.stats.band import LEAST_PROMPTS, place
from rewardlab.stats.interval import TINY, Estimate, Quantity
from rewardlab.stats.looks import FIRST_LEVEL
from rewardlab.stats.planning import POWER, Plan
from rewardlab.stats.successes import cells_of

#: More than anybody samples: an estimate that needs this lies on its threshold.
HOPELESS_PROMPTS = 100_000
NINE_IN_TEN = float(ndtri(POWER))


def of_band(question: Question) -> Further | None:
    """The further prompts expected to decide the band with power 0.9; None when the estimate lies on an end of it.

    The share of unscored generations is taken to stay as it is. The verdict must hold without them, with them as
    failures and with them as successes: the slowest of the three decides.
    """
    measured, quantity = question.measured, banded(question)
    if not isinstance(quantity.scored, Estimate):
        return _of_all(question, float(LEAST_PROMPTS), measured.scored_prompts)
    scored = np.isfinite(question.answers.score)
    sampled = question.answers.row >= 0
    right = question.right & scored
    cases = [
        (quantity.scored, scored, right),
        (quantity.as_failures, sampled, right),
        (quantity.as_successes, sampled, right | (sampled & ~scored)),
    ]
    found: Further | None = Further(0, 0, 0)
    for one, counted, hits in cases[: 3 if (sampled & ~scored).any() else 1]:
        found = slower(found, _to_place(question, one, counted, hits))
    return found


def slower(one: Further | None, other: Further | None) -> Further | None:
    """The larger of two needs; None if either is unknown."""
    if one is None or other is None:
        return None
    high = None if one.high is None or other.high is None else max(one.high, other.high)
    return Further(max(one.units, other.units), max(one.low, other.low), high)


def _to_place(question: Question, quantity: Quantity, counted: Bools, hits: Bools) -> Further | None:
    """The further prompts that place this quantity inside or outside the band."""
    prompts = int(counted.any(axis=1).sum())
    if not isinstance(quantity, Estimate) or place(quantity, question.targets.band) != "undecided":
        return _of_all(question, float(LEAST_PROMPTS), prompts)
    edge = min(question.targets.band, key=lambda end: abs(quantity.estimate - end))
    samples, successes = counted.sum(axis=1).astype(float), hits.sum(axis=1).astype(float)
    kept = samples > 0
    if question.targets.band_on == "solved":
        samples, successes = kept.astype(float), (successes > 0).astype(float)
    if not TINY < quantity.estimate < 1 - TINY:
        alpha = (1 - _level_at(question, prompts)(2.0 * prompts)) / 2
        needed = math.log(alpha) / math.log1p(-abs(edge - quantity.estimate))
        return _of_all(question, needed, prompts)
    plan = Plan(cells_of(samples[kept], successes[kept]))
    away = math.copysign(NINE_IN_TEN * plan.error, quantity.estimate - edge)
    needs = [
        _needed(plan, quantity.estimate + off, edge, away, _level_at(question, prompts)) for off in (0.0, away, -away)
    ]
    return _further(question, needs, prompts)


def _needed(plan: Plan, true: float, edge: float, away: float, level_at: Callable[[float], float]) -> float:
    """The total of prompts that tell a mean from the edge; infinite if the mean would lie beyond it."""
    if (true - edge) * away <= 0:
        return math.inf
    return plan.prompts_to_tell(min(max(true, 0.0), 1.0), edge, level_at, most=HOPELESS_PROMPTS)


def of_signal(question: Question, share: Estimate) -> Further | None:
    """The further prompts expected to tell the share of informative groups from its target with power 0.9; None where
    it lies on the target.

    Identity: ((z_{1-a} + z_{power}) sd / (share - target))^2, the standard deviation of a prompt's share read back from
    the width of the interval, a that of the next look.
    """
    target = question.targets.min_informative
    reach = float(ndtri((1 + share.level) / 2))
    error = (share.high - share.low) / (2 * reach)
    deviation, level_at = error * math.sqrt(share.units), _level_at(question, share.units)
    gap = abs(share.estimate - target)
    needs = [_units(deviation, one, level_at) for one in (gap, gap + NINE_IN_TEN * error, gap - NINE_IN_TEN * error)]
    return _further(question, needs, share.units)


def _units(deviation: float, gap: float, level_at: Callable[[float], float]) -> float:
    if gap <= 0:
        return math.inf
    units = 1.0
    for _ in range(4):  # the level depends on how many there will be, a little
        units = ((float(ndtri((1 + level_at(units)) / 2)) + NINE_IN_TEN) * deviation / gap) ** 2
    return units


def _level_at(question: Question, prompts: int) -> Callable[[float], float]:
    """The level of the next look, given the total of prompts then; the first look is the first with enough prompts."""
    if question.measured.scored_prompts < LEAST_PROMPTS or not question.looks:
        return lambda _: FIRST_LEVEL
    return lambda wanted: level_of_next(question.looks, wanted / max(prompts, 1))


def _of_all(question: Question, needed: float, prompts: int) -> Further:
    found = _further(question, [needed] * 3, prompts)
    assert found is not None, "a number that is known"
    return found


def _further(question: Question, needs: list[float], prompts: int) -> Further | None:
    """Turn a total of prompts that count like these `prompts` into further prompts of the run."""
    every = question.measured.prompts / max(prompts, 1)

    def more(needed: float) -> int | None:
        whole = math.ceil(max(needed, LEAST_PROMPTS, prompts + 1) * every - TINY) if math.isfinite(needed) else math.inf
        return None if whole > HOPELESS_PROMPTS else max(int(whole) - question.measured.prompts, 1)

    units, low, high = (more(needed) for needed in needs)
    return None if units is None or low is None else Further(units, low, high)

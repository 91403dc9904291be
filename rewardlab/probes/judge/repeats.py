"""Does a judge say the same when it is asked the same again?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from rewardlab.findings import Finding, Severity
from rewardlab.judging.ratings import Ratings
from rewardlab.probes.judge.alpha import alpha_of_table
from rewardlab.probes.judge.effect import interval_of
from rewardlab.probes.judge.question import EXAMPLES, Question
from rewardlab.probes.judge.sample import asked_again
from rewardlab.probes.judge.verdicts import beside, level_of, span_of, value_text
from rewardlab.runs.tables import Floats
from rewardlab.stats.consistency import Consistency, consistency
from rewardlab.stats.interval import Estimate, Quantity, Undefined

#: A flip rate that surely exceeds the first is a warning, the second a blocker.
SMALL, DECISIVE = 0.02, 0.1
#: Alpha over repeats that surely lies under this is a warning: the scale is finer than the judge.
STEADY = 0.8
#: On a scale without steps, a verdict is near the threshold if it is within this share of the scale from it.
NEAR = 0.1
#: The fewest verdicts on one generation that can differ.
TWICE = 2


def repeats_of(ratings: Ratings) -> Floats:
    """The verdicts on repeated questions, (prompts, generations or pairs, times)."""
    pairs = ratings.pairs
    if pairs is None:
        return ratings.repeats
    rows, places = len(ratings.values), _place_in_prompt(pairs.prompt)
    table = np.full((rows, int(places.max(initial=0)) + 1, pairs.repeats.shape[1]), np.nan)
    table[pairs.prompt, places] = pairs.repeats
    return table


def _place_in_prompt(prompt: np.ndarray) -> np.ndarray:
    """For each pair how many pairs of its prompt come before it."""
    order = np.argsort(prompt, kind="stable")
    starts = np.searchsorted(prompt[order], prompt[order], side="left")
    places = np.empty(len(prompt), int)
    places[order] = np.arange(len(prompt)) - starts
    return places


def consistency_of(ratings: Ratings) -> Consistency | Undefined:
    """A judge's consistency with itself; near the threshold are the steps of the scale on both sides of it."""
    threshold, margin = threshold_of(ratings)
    return consistency(repeats_of(ratings), threshold=threshold, margin=margin, weights=weights_of_repeats(ratings))


def weights_of_repeats(ratings: Ratings) -> Floats | None:
    """What each repeated generation stands for, (prompts, generations); None where they weigh alike.

    Pairs do: they are drawn by prompt, without a look at the reward, sampled or not.
    """
    if ratings.pairs is not None:
        return None
    return asked_again(ratings.weights, np.isfinite(ratings.repeats).sum(axis=2) >= TWICE)


def threshold_of(ratings: Ratings) -> tuple[float, float]:
    """The threshold between a judge's right and wrong verdicts, and how far the nearest verdicts are from it."""
    judge = ratings.judge
    at = 0.5 if judge.kind == "pairwise" else judge.success_at
    if at is None:
        return float(min(judge.values)) + 0.5, np.inf
    below = [value for value in judge.values if value < at]
    if not judge.labels or not below:
        return at, NEAR * span_of(ratings)
    step = (at - max(below)) / 2
    return at - step, step


def retest_alpha(ratings: Ratings, *, seed: int) -> Quantity:
    """Alpha over the repeats of one judge, at its scale's level, the prompt as the cluster."""
    repeats = repeats_of(ratings)
    prompts = np.broadcast_to(np.arange(len(repeats))[:, None], repeats.shape[:2])
    weights = weights_of_repeats(ratings)
    return alpha_of_table(
        repeats.reshape(-1, repeats.shape[2]),
        prompts.ravel(),
        level_of(ratings),
        seed=seed,
        weights=None if weights is None else weights.ravel(),
    )


def ask(question: Question) -> Iterator[Finding]:
    """RL503: repeats that fall on the other side of the threshold, or verdicts that differ from repeat to repeat."""
    for ratings in question.panel:
        found = consistency_of(ratings)
        if isinstance(found, Undefined):
            continue
        changes = _changes(ratings, found)
        alpha = retest_alpha(ratings, seed=question.seed)
        unsteady = isinstance(alpha, Estimate) and alpha.high < STEADY
        if not isinstance(changes, Estimate) or (changes.estimate == 0 and not unsteady):
            continue
        severity: Severity = "blocker" if changes.low > DECISIVE else "warning"
        if changes.low <= SMALL and not unsteady:
            severity = "note"
        yield Finding("RL503", severity, _evidence(question, ratings, found, changes, alpha))


def _changes(ratings: Ratings, found: Consistency) -> Quantity:
    """The flip rate; where nothing is right or wrong, the chance that two askings differ."""
    if ratings.judge.success_at is not None or isinstance(found.pairwise, Undefined):
        return found.flips
    same = found.pairwise
    return Estimate(1 - same.estimate, 1 - same.high, 1 - same.low, same.level, same.method, same.units)


def _evidence(
    question: Question, ratings: Ratings, found: Consistency, changes: Estimate, alpha: Quantity
) -> dict[str, Any]:
    near, same = found.flips_near, found.unanimity
    return {
        "judge": ratings.judge.name,
        **interval_of("flip_rate", changes),
        "flip_rate_near_threshold": near.estimate if isinstance(near, Estimate) else None,
        "unanimous": same.estimate if isinstance(same, Estimate) else None,
        "retest_alpha": alpha.estimate if isinstance(alpha, Estimate) else None,
        "generations": found.repeated,
        "examples": _examples(question, ratings),
    }


def _examples(question: Question, ratings: Ratings) -> list[dict[str, Any]]:
    """Generations whose repeats differ most."""
    repeats = repeats_of(ratings)
    known = np.isfinite(repeats)
    spread = np.where(known, repeats, -np.inf).max(axis=2) - np.where(known, repeats, np.inf).min(axis=2)
    best = np.argmax(spread, axis=1)
    order = np.argsort(-spread[np.arange(len(spread)), best], kind="stable")[:EXAMPLES]
    return [_example(question, ratings, int(row), int(best[row])) for row in order if spread[row, best[row]] > 0]


def _example(question: Question, ratings: Ratings, row: int, place: int) -> dict[str, Any]:
    given = repeats_of(ratings)[row, place]
    said = [value_text(ratings, value) for value in given[np.isfinite(given)]]
    index = place
    if ratings.pairs is not None:
        index = int(ratings.pairs.first[np.flatnonzero(ratings.pairs.prompt == row)[place]])
    shown = beside(ratings, row, index)
    return question.example(
        row, index, **shown, before=said[0], after=next((one for one in said if one != said[0]), said[0])
    )

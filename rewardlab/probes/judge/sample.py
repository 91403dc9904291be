"""What each judged generation stands for, where the judges saw a sample of the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rewardlab.judging.design import SAME, pair_weights
from rewardlab.judging.ratings import Ratings
from rewardlab.probes.judge.question import Question
from rewardlab.runs.tables import Bools, Floats
from rewardlab.stats.interval import Quantity, Undefined
from rewardlab.stats.weights import differ

#: What a method ends with where an estimate is of what was judged and not of the run.
OF_SAMPLE = ", over the judged sample"


def stands_for(judges: Sequence[Ratings], *, seen: int) -> Floats:
    """How many generations of the run each stands for that at least `seen` of the judges were to see; 0 for others.

    One over its inclusion probability, (prompts, generations). Samples of one run are nested (`judging.design.draw`):
    what some judges saw is of the sample that the last of them saw, so that its weight is theirs, smallest first.
    """
    return smallest(np.stack([one.weights for one in judges]), seen=seen)


def smallest(weights: Floats, *, seen: int) -> Floats:
    """The smallest but `seen` - 1 of the positive `weights` (judges, ...); 0 where there are fewer."""
    found = np.sort(np.where(weights > 0, weights, np.inf), axis=0)[seen - 1]
    return np.where(np.isfinite(found), found, 0.0)


def pairs_stand_for(question: Question, weights: Floats) -> Floats | Undefined | None:
    """How many pairs of one prompt's generations each judged pair stands for (`judging.design.pair_weights`).

    None where each judged generation stands for itself alone, by its weight (prompts, generations). Equal weights are
    not enough: of pairs that the reward calls alike, and of others, unequal shares were drawn.
    """
    if not (weights > 1 + SAME).any():
        return None
    return pair_weights(weights, question.answers.row >= 0, question.success.of(question.answers.score))


def asked_again(weights: Floats, repeated: Bools) -> Floats | None:
    """What each generation that was asked about again stands for; None where no judged one stands for more than others.

    Of the judged generations, of weight (prompts, generations), those to ask again are drawn by prompt, without a look
    at the reward: each stands for the judged ones of its prompt in equal parts, its own weight times their number over
    that of the repeated.
    """
    if not differ(weights):
        return None
    judged, again = (weights > 0).sum(axis=1, keepdims=True), repeated.sum(axis=1, keepdims=True)
    share = np.divide(judged, again, out=np.zeros(again.shape), where=again > 0)
    return np.where(repeated, weights * share, 0.0)


def of_sample(found: Quantity, ratings: Ratings) -> Quantity:
    """The quantity, its method naming the sample as what it is about, where that was not drawn alike from the run."""
    if isinstance(found, Undefined) or not differ(ratings.weights):
        return found
    return replace(found, method=found.method + OF_SAMPLE)

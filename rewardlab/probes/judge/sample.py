"""Weights if the judges saw only a sample: how many generations of the run each judged one stands for."""

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

#: Appended to the name of a method if the estimate is of what was judged and not of the run.
OF_SAMPLE = ", over the judged sample"


def stands_for(judges: Sequence[Ratings], *, seen: int) -> Floats:
    """How many generations of the run each one stands for that at least `seen` judges were to see; 0 for others.

    One over its inclusion probability, (prompts, generations). Samples of one run are nested (`judging.design.draw`),
    so what at least k judges were to see is the k-th largest of their samples, and has its weight.
    """
    return smallest(np.stack([one.weights for one in judges]), seen=seen)


def smallest(weights: Floats, *, seen: int) -> Floats:
    """The smallest but `seen` - 1 of the positive `weights` (judges, ...); 0 where there are fewer."""
    found = np.sort(np.where(weights > 0, weights, np.inf), axis=0)[seen - 1]
    return np.where(np.isfinite(found), found, 0.0)


def pairs_stand_for(question: Question, weights: Floats) -> Floats | Undefined | None:
    """How many pairs of one prompt's generations each judged pair stands for (`judging.design.pair_weights`).

    None if each judged generation stands for itself alone, by its weight (prompts, generations). That weights are equal
    is not enough: pairs that the reward calls alike and other pairs were drawn in unequal shares.
    """
    if not (weights > 1 + SAME).any():
        return None
    return pair_weights(weights, question.answers.row >= 0, question.success.of(question.answers.score))


def asked_again(weights: Floats, repeated: Bools) -> Floats | None:
    """What each generation that was asked about again stands for; None if all judged ones stand for equally many.

    Those to ask again are drawn by prompt from the judged ones, without regard to the reward. Each stands for an equal
    part of its prompt's judged ones: its own weight times their number over the number asked again.
    """
    if not differ(weights):
        return None
    judged, again = (weights > 0).sum(axis=1, keepdims=True), repeated.sum(axis=1, keepdims=True)
    share = np.divide(judged, again, out=np.zeros(again.shape), where=again > 0)
    return np.where(repeated, weights * share, 0.0)


def of_sample(found: Quantity, ratings: Ratings) -> Quantity:
    """The quantity; if it is about a sample that was not drawn alike from the run, its method says so."""
    if isinstance(found, Undefined) or not differ(ratings.weights):
        return found
    return replace(found, method=found.method + OF_SAMPLE)

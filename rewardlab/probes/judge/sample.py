"""What each judged generation stands for, where the judges saw a sample of the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rewardlab.answers import Bools, Floats
from rewardlab.judging.ratings import Ratings
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


def of_own_prompt(weights: Floats, present: Bools) -> Floats:
    """Weights that add up, in each prompt with a judged generation, to its number of `present` ones.

    For what compares generations within their prompt: how likely the prompt itself was to be seen is no part of it.
    Where the `weights` (prompts, generations) are all alike they stay as they are.
    """
    if not differ(weights):
        return weights
    totals = weights.sum(axis=1, keepdims=True)
    sizes = present.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(weights * sizes, totals, out=np.zeros(weights.shape), where=totals > 0))


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

"""Converts a judge's verdicts into comparable ones: shares of its scale, before and after an alteration."""

from __future__ import annotations

from typing import get_args

import numpy as np

from rewardlab.judging.judgments import PLAIN
from rewardlab.judging.ratings import Pairs, Ratings
from rewardlab.judging.scale import Level
from rewardlab.runs.tables import Floats

#: A pairwise judge's verdict on two responses that are as good.
TIE = 0.5
#: Fewer verdicts that are all the same prove nothing.
ENOUGH = 20
LEVELS: tuple[Level, ...] = get_args(Level)


def span_of(ratings: Ratings) -> float:
    """The width of a judge's scale, in its own units."""
    return max(ratings.judge.values) - min(ratings.judge.values)


def level_of(ratings: Ratings) -> Level:
    """The level of measurement at which verdicts are compared; a preference with ties is ordered."""
    if ratings.judge.kind == "pairwise":
        return "ordinal"
    return next(level for level in LEVELS if level == ratings.judge.level)


def is_coded(ratings: Ratings) -> bool:
    """Whether the judge's values are codes that only name labels: more or less of them means nothing."""
    return ratings.judge.kind == "label" and ratings.judge.success_at is None


def before_and_after(ratings: Ratings, variant: str, *, base: str = PLAIN) -> tuple[Floats, Floats]:
    """The plain and the altered verdicts of the generations shown in a variant, as shares of the scale.

    Both (prompts, generations), NaN where either is missing; 0 is the lowest verdict and 1 the highest. Of a pairwise
    judge the preference for the response that was altered; of a judge whose values only name labels, whether it gave
    the last of its labels. `base` names another variant to stand in place of the plain question.
    """
    before, after = (_shares(ratings, name) for name in (base, variant))
    both = np.isfinite(before) & np.isfinite(after)
    return np.where(both, before, np.nan), np.where(both, after, np.nan)


def _shares(ratings: Ratings, variant: str) -> Floats:
    """The verdicts on the plain question or on a variant, as shares of the scale; (prompts, generations)."""
    low, high = min(ratings.judge.values), max(ratings.judge.values)
    values = ratings.variants.get(variant, np.full(ratings.values.shape, np.nan))
    if variant == PLAIN:
        values = ratings.values if ratings.pairs is None else _first_shown(ratings.pairs, ratings.values.shape)
    if ratings.judge.kind == "pairwise":
        return 1 - values
    if is_coded(ratings):
        return np.where(np.isnan(values), np.nan, values == high)
    return np.asarray((values - low) / (high - low))


def _first_shown(pairs: Pairs, shape: tuple[int, ...]) -> Floats:
    """Preferences for the second response, stored at the response shown first, which is first in one pair only."""
    table = np.full(shape, np.nan)
    table[pairs.prompt, pairs.first] = pairs.value
    return table


def beside(ratings: Ratings, prompt: int, first: int) -> dict[str, int]:
    """The response that a pairwise judge was shown second, as evidence; nothing for a judge of single responses."""
    pairs = ratings.pairs
    if pairs is None:
        return {}
    return {"other": int(pairs.second[np.flatnonzero((pairs.prompt == prompt) & (pairs.first == first))[0]])}


def right_of(ratings: Ratings, share: Floats) -> Floats:
    """Right (1) and wrong (0) from verdicts as shares of the scale; of a pair whether the altered response won."""
    judge = ratings.judge
    if judge.kind == "pairwise" or judge.success_at is None:
        passed = share > 0.5
    else:
        low = min(judge.values)
        # The share is exact but for rounding, and a step of the scale is far wider than this.
        passed = share >= (judge.success_at - low) / span_of(ratings) - 1e-9
    return np.where(np.isnan(share), np.nan, passed)


def only_verdict(ratings: Ratings) -> str | float | None:
    """The one verdict that a judge gives on everything; None if verdicts differ or are few.

    A pairwise judge counts only if it sees nothing but ties: one that always names one place is found by the other
    order.
    """
    pairs = ratings.pairs
    given = ratings.values if pairs is None else np.concatenate([pairs.value, pairs.swapped])
    given = given[np.isfinite(given)]
    if len(given) < ENOUGH or np.ptp(given) > 0 or (pairs is not None and given[0] != TIE):
        return None
    return value_text(ratings, given[0])


def verdict_text(ratings: Ratings, share: float) -> str | float:
    """A verdict as the judge wrote it, from its share of the scale."""
    judge = ratings.judge
    if judge.kind == "pairwise":
        return "not preferred" if share < 0.5 else "preferred" if share > 0.5 else "tie"
    if is_coded(ratings):
        return judge.labels[int(np.argmax(judge.values))] if share == 1 else "another label"
    value = min(judge.values) + share * span_of(ratings)
    if not judge.labels:
        return value
    return judge.labels[int(np.argmin(np.abs(np.array(judge.values) - value)))]


def value_text(ratings: Ratings, value: float) -> str | float:
    """A verdict as the judge wrote it, from its value."""
    labels = ratings.judge.labels
    return labels[int(np.argmin(np.abs(np.array(ratings.judge.values) - value)))] if labels else float(value)

"""Which groups and generations of a run are looked at: the worst, the flat, near misses, those where opinions part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from rewardlab.measurement.scores import FlatReason
from rewardlab.runs.tables import Bools
from rewardlab.viewing.contents import Contents
from rewardlab.viewing.groups import near_miss_of

#: The kinds of flat groups by the names of `--flat`, in words.
FLAT: Mapping[FlatReason, str] = {
    "all_right": "groups whose generations are all right",
    "all_wrong": "groups whose generations are all wrong",
    "all_truncated": "groups whose generations were all cut off",
    "all_unscored": "groups without any score",
    "constant_reward": "groups of a reward that always gives the same",
}


def worst(contents: Contents) -> list[int]:
    """The rows by their mean score, the lowest first; groups without a score come before them."""
    score = contents.answers.score
    known = np.isfinite(score)
    totals = np.asarray(np.where(known, score, 0.0).sum(axis=1))
    means = np.where(known.any(axis=1), totals / np.maximum(known.sum(axis=1), 1), -np.inf)
    sampled = np.asarray((contents.answers.row >= 0).any(axis=1))
    return [int(row) for row in np.argsort(means, kind="stable") if sampled[row]]


def flat(contents: Contents, kind: FlatReason) -> list[int]:
    """The rows of the flat groups of this kind."""
    return [int(row) for row in np.flatnonzero(contents.flat[kind])]


def parting(contents: Contents) -> list[int]:
    """The rows on which judges part from each other, or the reward from labels or judges; those with most first."""
    counts = np.zeros(len(contents.prompts), int)
    for apart in _parted(contents):
        counts += apart.sum(axis=1)
    return [int(row) for row in np.argsort(-counts, kind="stable") if counts[row] > 0]


def _parted(contents: Contents) -> Iterator[Bools]:
    answers = contents.answers
    scored = np.isfinite(answers.score)
    if answers.labels is not None:
        known = scored & np.isfinite(answers.labels) & (answers.labels != 0.5)
        yield known & ((answers.labels > 0.5) != contents.right)
    said = [ratings.right for ratings in contents.panel]
    if not said:
        return
    verdicts = np.stack(said)
    given = np.isfinite(verdicts)
    says_right, says_wrong = (given & (verdicts == 1)).sum(axis=0), (given & (verdicts == 0)).sum(axis=0)
    yield (says_right > 0) & (says_wrong > 0)
    yield scored & (says_right != says_wrong) & ((says_right > says_wrong) != contents.right)


def near_misses(contents: Contents) -> list[tuple[int, int]]:
    """The generations whose text and score part, in the order of the run."""
    rows, columns = np.nonzero(contents.answers.row >= 0)
    places = ((int(row), int(column)) for row, column in zip(rows, columns, strict=True))
    return [place for place in places if near_miss_of(contents, *place) is not None]


#: What each option without a value selects, and its name in words.
SELECTIONS: Mapping[str, tuple[Callable[[Contents], list[int]], str]] = {
    "worst": (worst, "the groups with the lowest mean scores"),
    "parting": (parting, "groups on which judges part, or the reward from labels or judges"),
}

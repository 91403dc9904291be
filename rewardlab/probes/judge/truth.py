"""What the judges are held against: labels where there are any, else the reward, else what most judges say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from rewardlab.judging.ratings import Ratings
from rewardlab.probes.judge.question import Question
from rewardlab.probes.run.labels import right_of, sides_of, ties_of
from rewardlab.runs.tables import Floats

Source: TypeAlias = Literal["labels", "reward", "consensus"]


@dataclass(frozen=True, slots=True)
class Truth:
    """What counts as right (1) and wrong (0), (prompts, generations), NaN where it is not known; and who says so.

    Labels are taken for true; where annotators are evenly split, it is not known (`ties` counts those). The reward is
    under audit itself, and a consensus hides what all judges get wrong: a finding against either is no blocker.
    """

    right: Floats
    source: Source
    ties: int = 0

    @property
    def varies(self) -> bool:
        """Whether both right and wrong occur."""
        return bool((self.right == 1).any() and (self.right == 0).any())


def truth_of(question: Question) -> Truth | None:
    """The best truth there is; None without labels, scores and judges."""
    labelled = right_of(question.answers)
    if labelled is not None:
        return Truth(labelled, "labels", ties_of(question.answers))
    score = question.answers.score
    if np.isfinite(score).any():
        return Truth(np.where(np.isfinite(score), question.success.of(score), np.nan), "reward")
    judges = deciding(question.panel)
    return Truth(majority(judges), "consensus") if judges else None


def annotations_right(question: Question) -> Floats | None:
    """Each annotator's labels as right (1) and wrong (0): above or below the middle of all labels' range; NaN at it."""
    table = question.annotations
    return None if table is None or not np.isfinite(table).any() else sides_of(table)


def rests_on_one_person(question: Question) -> bool:
    """Whether most labels are those of one named annotator, whose slips look like errors that all judges share.

    Labels without an annotator's name are taken for known truth.
    """
    right = annotations_right(question)
    if right is None or question.annotators == ("",):
        return False
    given = np.isfinite(right).sum(axis=2)
    return bool(np.median(given[given > 0]) < 2)


def deciding(panel: Sequence[Ratings]) -> tuple[Ratings, ...]:
    """The judges that call single responses right or wrong and have given a verdict."""
    return tuple(one for one in panel if one.judge.kind != "pairwise" and np.isfinite(one.right).any())


def majority(judges: Sequence[Ratings]) -> Floats:
    """What more than half of the judges that gave a verdict say; NaN at a tie and where none gave one.

    Arguments: at least one judge.
    """
    verdicts = np.stack([ratings.right for ratings in judges])
    given = np.isfinite(verdicts).sum(axis=0)
    share = np.divide(np.nansum(verdicts, axis=0), given, out=np.full(given.shape, 0.5), where=given > 0)
    return np.where(share == 0.5, np.nan, share > 0.5)

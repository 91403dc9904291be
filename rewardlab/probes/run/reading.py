"""Which sampled answers read as the reference, and which as another value: by their text, whatever they scored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rewardlab.answers.reading.reader import Reader, Reason, SideRead
from rewardlab.measurement.evidence import Earned
from rewardlab.runs.tables import Answers
from rewardlab.stats.spread import SAME_SCORE
from rewardlab.task import Prompt

#: The most generations read: whole prompts, evenly over the file. Reading one takes microseconds, a million take long.
MOST_READ = 20_000
#: Texts without the format count as read by the reward if so many are on each side, and right ones earn more so often.
LEAST_OTHERS, MOSTLY = 10, 0.75


@dataclass(frozen=True, slots=True)
class Read:
    """A generation, by its row and column in the answers' tables, that reads as right or as wrong.

    `reason` says why it is wrong in every notation; None if the reward may know one in which it is right.
    """

    row: int
    column: int
    side: SideRead
    reason: Reason | None = None


def read(prompts: Sequence[Prompt], answers: Answers, form: tuple[str, str] | None) -> list[Read]:
    """Read every scored generation, or about MOST_READ of them, and keep those that are plainly right or wrong.

    Texts without the format `form` are read by their end if the right ones among them earn more than the wrong ones:
    the reward then reads more than that format, and without them only one format's scores would be known.
    """
    if not prompts:
        return []
    step = max(1, answers.score.size // MOST_READ)
    cells = [cell for row in range(0, len(prompts), step) for cell in _cells(answers, row)]
    told = list(_read(prompts, answers, Reader(prompts, form), cells))
    if form is None:
        return told
    known = {(one.row, one.column) for one in told}
    others = list(_read(prompts, answers, Reader(prompts, None), [cell for cell in cells if cell not in known]))
    return sorted([*told, *others], key=_place) if _are_read(answers, others) else told


def _cells(answers: Answers, row: int) -> Iterator[tuple[int, int]]:
    """The scored generations of a row that were not cut off."""
    for column in np.flatnonzero(np.isfinite(answers.score[row]) & ~answers.cut[row] & (answers.row[row] >= 0)):
        yield row, int(column)


def _read(
    prompts: Sequence[Prompt], answers: Answers, reader: Reader, cells: Sequence[tuple[int, int]]
) -> Iterator[Read]:
    known: dict[tuple[int, str], tuple[SideRead, Reason | None] | None] = {}
    for row, column in cells:
        cell = row, answers.texts[int(answers.row[row, column])].as_py()
        if cell not in known:
            known[cell] = reader.read(prompts[row], cell[1])
        if (found := known[cell]) is not None:
            yield Read(row, column, *found)


def _are_read(answers: Answers, others: Sequence[Read]) -> bool:
    """Whether the reward reads these texts: the right ones mostly earn more than the wrong ones."""
    right, wrong = (
        np.array([answers.score[one.row, one.column] for one in others if one.side == side], float)
        for side in ("right", "wrong")
    )
    if min(len(right), len(wrong)) < LEAST_OTHERS:
        return False
    below = np.searchsorted(np.sort(wrong), right - SAME_SCORE)
    return float(below.mean() / len(wrong)) >= MOSTLY


def _place(one: Read) -> tuple[int, int]:
    return one.row, one.column


def earned_of(answers: Answers, reads: Sequence[Read]) -> tuple[list[Earned], list[Earned]]:
    """What the answers that read as right earned, and those that read as wrong."""
    right, wrong = [], []
    for one in reads:
        identifier, score = answers.prompt_ids[one.row], float(answers.score[one.row, one.column])
        if one.side == "right":
            right.append(Earned(identifier, "read", score))
        else:
            wrong.append(Earned(identifier, "misread", score))
    return right, wrong

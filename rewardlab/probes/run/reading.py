"""Which sampled answers read as the reference, and which as another value: by their text, whatever they scored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rewardlab.answers import Answers
from rewardlab.evidence import Earned
from rewardlab.probes.reward.reader import Reader, SideRead
from rewardlab.task import Prompt

#: So many generations are read, whole prompts, evenly over the file: reading takes microseconds, a million take long.
MOST_READ = 20_000


@dataclass(frozen=True, slots=True)
class Read:
    """A generation, by its row and column in the answers' tables, and which side its text is on."""

    row: int
    column: int
    side: SideRead


def read(prompts: Sequence[Prompt], answers: Answers, form: tuple[str, str] | None) -> list[Read]:
    """Every scored generation, or MOST_READ of them, whose text tells its side."""
    if not prompts:
        return []
    reader = Reader(prompts, form)
    step = max(1, answers.score.size // MOST_READ)
    return list(_read(prompts, answers, reader, range(0, len(prompts), step)))


def _read(prompts: Sequence[Prompt], answers: Answers, reader: Reader, rows: Sequence[int]) -> Iterator[Read]:
    for row in rows:
        for column in np.flatnonzero(np.isfinite(answers.score[row]) & ~answers.cut[row]):
            place = int(answers.row[row, column])
            side = reader.side(prompts[row], answers.texts[place].as_py()) if place >= 0 else None
            if side is not None:
                yield Read(row, int(column), side)


def earned_of(answers: Answers, reads: Sequence[Read]) -> tuple[list[Earned], list[Earned]]:
    """What answers that read right and wrong earned."""
    right, wrong = [], []
    for one in reads:
        identifier, score = answers.prompt_ids[one.row], float(answers.score[one.row, one.column])
        if one.side == "right":
            right.append(Earned(identifier, "read", score))
        else:
            wrong.append(Earned(identifier, "misread", score))
    return right, wrong

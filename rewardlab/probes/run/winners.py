"""The generations of a run that succeed: their texts, and the share of them that are of some kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from rewardlab.probes.run.question import Question
from rewardlab.stats.interval import Estimate, mean_over_prompts

#: The most generations looked at: whole prompts, evenly over the file.
MOST_READ = 20_000
EXAMPLES = 3


class Cell(Protocol):
    """A generation by its place in the answers' tables."""

    @property
    def row(self) -> int: ...
    @property
    def column(self) -> int: ...


@dataclass(frozen=True)
class Winners:
    """The generations that succeed and were not cut off, of some prompts where there are very many."""

    question: Question

    @cached_property
    def rows(self) -> dict[int, list[int]]:
        """The columns of those that succeed, by row; no row without one."""
        answers = self.question.answers
        step = max(1, answers.row.size // MOST_READ)
        told = self.question.right & ~answers.cut & (answers.row >= 0)
        every = {row: np.flatnonzero(told[row]).tolist() for row in range(0, len(self.question.prompts), step)}
        return {row: columns for row, columns in every.items() if columns}

    @property
    def count(self) -> int:
        return sum(map(len, self.rows.values()))

    def texts(self) -> Iterator[tuple[int, int, str]]:
        """The row, the column and the text of each."""
        answers = self.question.answers
        for row, columns in self.rows.items():
            for column in columns:
                yield row, column, answers.texts[int(answers.row[row, column])].as_py()

    def share(self, found: Sequence[Cell]) -> Estimate | None:
        """The share of these among all that succeed, with the prompt as the unit; None where there is none."""
        held = Counter(one.row for one in found)
        if not held or not self.rows:
            return None
        counts = np.array([len(columns) for columns in self.rows.values()], float)
        shares = np.array([held[row] for row in self.rows], float) / counts
        estimate = mean_over_prompts(shares, counts)
        return estimate if isinstance(estimate, Estimate) else None

    def examples(self, found: Sequence[Cell]) -> list[dict[str, Any]]:
        """Some of these, each of another prompt, with the reference."""
        question = self.question
        return [
            question.answers.example(one.row, one.column) | {"reference": question.prompts[one.row].reference}
            for one in list({one.row: one for one in found}.values())[:EXAMPLES]
        ]

"""The sampled generations of a run as rows: one for each, in the order of the prompts, then of the indexes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Bools, Indexes
from rewardlab.visible import visible

#: The most generations on a page; of a larger run it shows a sample of whole groups and says so.
MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Cells:
    """The generations on the page: `prompt` and `index` are the row and the column of each in the question's tables.

    `total` counts the run's generations, `prompts_total` its prompts with generations; `shown` holds the prompts on the
    page, ascending. `names` are the ids of all prompts, made visible.
    """

    prompt: Indexes
    index: Indexes
    shown: Indexes
    total: int
    prompts_total: int
    names: tuple[str, ...]

    def of(self, table: Any) -> Any:
        """The values of a table (prompts, generations), one for each row."""
        return table[self.prompt, self.index]

    def __len__(self) -> int:
        return len(self.prompt)


def cells_of(question: Question, *, wanted: Bools, most: int = MOST_ROWS) -> Cells:
    """The generations to show: all of them, or whole groups, those of `wanted` prompts before others.

    At least half of a sample is spread evenly over all prompts, so that it also shows what no finding is about.
    """
    sampled = question.answers.row >= 0
    sizes = sampled.sum(axis=1)
    rows = np.flatnonzero(sizes)
    total = int(sizes.sum())
    shown = rows if total <= most else _sample(rows, sizes, wanted, most)
    mask = np.zeros(len(sizes), bool)
    mask[shown] = True
    prompt, index = np.nonzero(sampled & mask[:, None])
    return Cells(prompt, index, shown, total, len(rows), tuple(map(visible, question.answers.prompt_ids)))


def _sample(rows: Indexes, sizes: Indexes, wanted: Bools, most: int) -> Indexes:
    step = max(1, round(2 * sizes[rows].sum() / most))
    order = list(dict.fromkeys([*rows[::step].tolist(), *rows[wanted[rows]].tolist(), *rows.tolist()]))
    fits = np.cumsum(sizes[order]) <= most
    return np.sort(np.array(order)[fits if fits.any() else slice(0, 1)])


def texts_at(column: pa.ChunkedArray, places: Indexes) -> list[str]:
    """The texts of a column at these rows; an empty one where the column has none."""
    return [text or "" for text in column.take(pa.array(places)).to_pylist()]

"""A run's generations as tables of (prompts, generations), for the probes that look at each one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rewardlab.task import Prompt

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Indexes: TypeAlias = NDArray[np.intp]

SHOWN_CHARACTERS = 160
#: The finish reasons by which servers say that a generation ended with a tool call.
CALLS = ("tool_calls", "tool_use", "function_call", "tool_call")


@dataclass(frozen=True, slots=True)
class Answers:
    """What was sampled and scored. Every table is (prompts, generations), with NaN where a number is missing.

    `cut` marks generations that ended at the token limit. `length` is in characters. `components` holds each named
    metric of the reward. `scorings` is (prompts, generations, times): the first time is `score`, the others are the
    same generations scored again, for the few chosen for that. `labels` is the mean over annotators, None if no labels
    were given. `row` is each generation's row in `texts` and `calls`, -1 if it was not sampled. `called` marks
    generations that called a tool, None if that is not known; `calls` is null where there is no call.
    """

    prompt_ids: tuple[str, ...]
    score: Floats
    cut: Bools
    length: Floats
    components: Mapping[str, Floats]
    scorings: Floats
    labels: Floats | None
    texts: pa.ChunkedArray
    row: NDArray[np.int64]
    called: Bools | None = None
    calls: pa.ChunkedArray | None = None

    def example(self, prompt: int, generation: int) -> dict[str, Any]:
        """One generation as an example: prompt id, index, score (None if it has none) and how its text begins."""
        score = float(self.score[prompt, generation])
        row = int(self.row[prompt, generation])
        text = self.texts[row].as_py() if row >= 0 else ""
        shown = text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 4] + " ..."
        return {
            "prompt_id": self.prompt_ids[prompt],
            "index": generation,
            "score": score if math.isfinite(score) else None,
            "text": shown,
        }


def cells_of(ids: pa.Array, rows: pa.Table, width: int) -> tuple[Bools, Indexes, Indexes]:
    """Which rows belong to a table of these prompts and that many columns, and the row and column of each."""
    row = pc.fill_null(pc.index_in(rows["prompt_id"], value_set=ids), -1).to_numpy()
    column = rows["index"].to_numpy()
    known = (row >= 0) & (column < width)
    return known, row[known], column[known]


def gather(
    prompts: Sequence[Prompt],
    generations: pa.Table,
    scores: pa.Table,
    rescores: pa.Table,
    *,
    num_generations: int,
    labels: Mapping[tuple[str, int], float] | None = None,
) -> Answers:
    """The tables of a run, from its parts (rewardlab.runs.parts); `labels` by prompt id and index."""
    ids = pa.array([prompt.id for prompt in prompts], pa.string())
    shape = (len(prompts), num_generations)
    known, row, column = cells_of(ids, generations, num_generations)
    length, numbers = np.full(shape, np.nan), np.full(shape, -1, np.int64)
    length[row, column] = pc.utf8_length(generations["text"]).to_numpy()[known]
    cut = np.zeros(shape, bool)
    cut[row, column] = pc.fill_null(pc.equal(generations["finish_reason"], "length"), False).to_numpy()[known]  # noqa: FBT003
    called = np.zeros(shape, bool)
    ended = pc.is_in(generations["finish_reason"], value_set=pa.array(CALLS, pa.string()))
    called[row, column] = pc.or_(ended, pc.is_valid(generations["tool_calls"])).to_numpy()[known]
    numbers[row, column] = np.flatnonzero(known)
    score = _table(ids, scores, scores["score"].to_numpy(), shape)
    times = int(pc.max(rescores["time"]).as_py() or 0) if rescores.num_rows else 0
    again = [
        _table(ids, one, one["score"].to_numpy(), shape)
        for one in (rescores.filter(pc.equal(rescores["time"], time)) for time in range(1, times + 1))
    ]
    return Answers(
        prompt_ids=tuple(ids.to_pylist()),
        score=score,
        cut=cut,
        length=length,
        components=_components(ids, scores, shape),
        scorings=np.stack([score, *again], axis=2),
        labels=_labels(ids, labels, shape) if labels is not None else None,
        texts=generations["text"],
        row=numbers,
        called=called,
        calls=generations["tool_calls"],
    )


def _table(ids: pa.Array, rows: pa.Table, values: Floats, shape: tuple[int, int]) -> Floats:
    table = np.full(shape, np.nan)
    known, row, column = cells_of(ids, rows, shape[1])
    table[row, column] = values[known]
    return table


def _components(ids: pa.Array, scores: pa.Table, shape: tuple[int, int]) -> dict[str, Floats]:
    """Each component's table; where a reward gave a name twice, the last value counts."""
    lists = scores["components"].combine_chunks()
    parents, flat = pc.list_parent_indices(lists), pc.list_flatten(lists)
    if not len(flat):
        return {}
    names, values = flat.field("name"), flat.field("value").to_numpy(zero_copy_only=False)
    found = {}
    for name in pc.unique(names).to_pylist():
        mine = pc.equal(names, name).to_numpy(zero_copy_only=False)
        rows = scores.take(parents.filter(pa.array(mine)))
        found[name] = _table(ids, rows, values[mine], shape)
    return found


def _labels(ids: pa.Array, labels: Mapping[tuple[str, int], float], shape: tuple[int, int]) -> Floats:
    table = np.full(shape, np.nan)
    place = {identifier: number for number, identifier in enumerate(ids.to_pylist())}
    for (prompt_id, index), label in labels.items():
        if prompt_id in place and index < shape[1]:
            table[place[prompt_id], index] = label
    return table

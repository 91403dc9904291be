"""Finds rows in a run directory's parts that rewardlab cannot have written: the part is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: Columns that are never null, and columns that are never negative. NUMBERS, below, are finite or null.
NEVER_NULL = {"prompt_id", "index", "time", "variant"}
FROM_ZERO = {"index", "time", "prompt_tokens", "completion_tokens", "seconds"}
#: The largest values: `time` sets the size of a table, and no call takes thirty years.
MOST = {"time": 1000, "seconds": 10**9}
#: A larger score is refused when the reward gives it (rewards/code/shim.py): trainers hold rewards in float32.
LARGEST = float(np.finfo(np.float32).max)
NUMBERS = {"score", "seconds", "value", "expected"}
#: The largest number on a judge's scale (judging/scale.py), and the columns that stand on one.
LARGEST_JUDGED, JUDGED = 1e30, {"value", "expected"}


def impossible(rows: pa.Table) -> str | None:
    """Why a part cannot hold these rows, in a few words; None if it can."""
    return next(chain(_of_columns(rows), _of_texts(rows), _of_scores(rows), _of_components(rows)), None)


def _of_columns(rows: pa.Table) -> Iterator[str]:
    for name in rows.column_names:
        column = rows[name]
        if name in NEVER_NULL and column.null_count:
            yield f"{name} is missing"
        if name in FROM_ZERO and pc.any(pc.less(column, 0)).as_py():
            yield f"{name} is below 0"
        if name in MOST and pc.any(pc.greater(column, MOST[name])).as_py():
            yield f"{name} is above {MOST[name]:,}"
        if name == "score" and pc.any(pc.greater(pc.abs(column), LARGEST)).as_py():
            yield f"{name} is beyond the largest float32"
        if name in JUDGED and pc.any(pc.greater(pc.abs(column), LARGEST_JUDGED)).as_py():
            yield f"{name} is beyond 1e30, where a judge's scale ends"
        if name in NUMBERS and pc.all(pc.is_finite(column)).as_py() is False:
            yield f"{name} is not finite"


def _of_texts(rows: pa.Table) -> Iterator[str]:
    """A generation has a text, if an empty one; a judge that was not asked has none."""
    names = set(rows.column_names)
    if "text" in names and "variant" not in names and rows["text"].null_count:
        yield "text is missing"


def _of_scores(rows: pa.Table) -> Iterator[str]:
    names = set(rows.column_names)
    if {"score", "reason"} <= names and pc.any(pc.equal(pc.is_null(rows["score"]), pc.is_null(rows["reason"]))).as_py():
        yield "a score and a reason why there is none, or neither"
    if {"score", "seconds"} <= names and rows["seconds"].null_count:
        yield "seconds is missing"


def _of_components(rows: pa.Table) -> Iterator[str]:
    if "components" not in rows.column_names:
        return
    parts = pc.list_flatten(rows["components"].combine_chunks())
    if parts.null_count or parts.field("name").null_count:
        yield "a component has no name"
    values = parts.field("value")
    if values.null_count or pc.all(pc.less_equal(pc.abs(values), LARGEST)).as_py() is False:
        yield "a component is no number that a float32 holds"

"""Which rows of a run directory's parts nothing can have written."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

#: Columns without which a row says nothing, that count from 0 on, and of measured numbers, finite where there is one.
NEVER_NULL = {"prompt_id", "index", "time", "variant"}
FROM_ZERO = {"index", "time", "prompt_tokens", "completion_tokens", "seconds"}
NUMBERS = {"score", "seconds", "value", "expected"}


def impossible(rows: pa.Table) -> str | None:
    """What of the rows of a part cannot be, in a few words; None where all of it can."""
    for name in rows.column_names:
        column = rows[name]
        if name in NEVER_NULL and column.null_count:
            return f"{name} is missing"
        if name in FROM_ZERO and pc.any(pc.less(column, 0)).as_py():
            return f"{name} is below 0"
        if name in NUMBERS and pc.all(pc.is_finite(column)).as_py() is False:
            return f"{name} is not finite"
    return _of_components(rows["components"].combine_chunks()) if "components" in rows.column_names else None


def _of_components(lists: pa.ListArray) -> str | None:
    parts = pc.list_flatten(lists)
    if parts.null_count or parts.field("name").null_count:
        return "a component has no name"
    values = parts.field("value")
    if values.null_count or pc.all(pc.is_finite(values)).as_py() is False:
        return "a component is not finite"
    return None

"""The shipped form of recorded generations, as Arrow batches: some tenths of a microsecond a row, and no row by itself.

Arrow's parser refuses half of a surrogate pair, bytes that are no UTF-8 and a key that stands twice. Whatever it
refuses, and whatever this module is not sure of, is read row by row (`generations.py`), which says what is wrong where.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from rewardlab.readers.fast import read_fast
from rewardlab.readers.opened import BROKEN, open_file

BLOCK_BYTES = 16 * 2**20
COUNTS = ("index", "prompt_tokens", "completion_tokens")
KNOWN = {
    "index": pa.int64(),
    "text": pa.string(),
    "finish_reason": pa.string(),
    "prompt_tokens": pa.int64(),
    "completion_tokens": pa.int64(),
    "token_ids": pa.list_(pa.int64()),
}
#: Extra columns of other types may hold what a row is refused for.
SIMPLE = (pa.types.is_string, pa.types.is_boolean, pa.types.is_int64, pa.types.is_null, pa.types.is_timestamp)
#: Read row by row: what they hold has rules of its own.
ODD = ("tool_calls", "scores")


def read_batches(path: Path) -> pa.Table | None:
    """All recorded generations of a file as one table, prompt ids as texts; None where any of it is in doubt."""
    try:
        with open_file(path, what="generations") as file:
            tables = []
            for block in _blocks(file):
                found = _read(block)
                if found is None:
                    return None
                tables.append(found)
    except BROKEN:
        return None
    if not tables:
        return None
    table = pa.concat_tables(tables)
    return _indexed(table)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """The file in pieces of whole lines."""
    rest = b""
    while data := file.read(BLOCK_BYTES):
        lines, end, after = data.rpartition(b"\n")
        yield from (rest + lines + end,) if end else ()
        rest = after if end else rest + after
    if rest.strip():
        yield rest + b"\n"


def _read(block: bytes) -> pa.Table | None:
    first = block[: block.find(b"\n") + 1]
    try:
        row = read_fast(first)
    except ValueError:
        return None
    if not isinstance(row, dict) or type(row.get("prompt_id")) not in {str, int} or not _is_a_line_each(block):
        return None
    ids = pa.string() if isinstance(row["prompt_id"], str) else pa.int64()
    schema = pa.schema([("prompt_id", ids), *KNOWN.items()])
    parsing = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="infer")
    try:
        reading = pj.ReadOptions(use_threads=False, block_size=len(block) + 1)
        table = pj.read_json(io.BytesIO(block), read_options=reading, parse_options=parsing)
    except (pa.ArrowException, UnicodeDecodeError):
        return None
    if table.num_rows != block.count(b"\n") or not _is_sure(table, block):
        return None
    return table.select(schema.names).set_column(0, "prompt_id", table["prompt_id"].cast(pa.string()))


def _is_a_line_each(block: bytes) -> bool:
    """Whether each line begins and ends as an object does: then no object goes over a line's end."""
    lines = block.count(b"\n")
    return block.startswith(b"{") and block.endswith(b"}\n") and block.count(b"}\n{") == lines - 1


def _is_sure(table: pa.Table, block: bytes) -> bool:
    for name in ("prompt_id", "text"):
        if table[name].null_count:
            return False
    for name in COUNTS:
        column = table[name]
        if column.null_count == len(column):
            # Null where nothing stands, and where null stands, which an index must not.
            if name == "index" and b'"index"' in block:
                return False
            continue
        if name == "index" and column.null_count:
            return False
        ends = pc.min_max(column)
        if ends["min"].as_py() < 0 or ends["max"].as_py() >= 2**31:
            return False
    if table["token_ids"].null_count < table.num_rows:
        held = pc.list_flatten(table["token_ids"])
        ends = pc.min_max(held)
        if held.null_count or (len(held) and (ends["min"].as_py() < 0 or ends["max"].as_py() >= 2**31)):
            return False
    others = [one for one in table.schema if one.name not in KNOWN and one.name != "prompt_id"]
    return all(one.name not in ODD and (_is_simple(one.type) or _is_finite(table[one.name])) for one in others)


def _is_simple(kind: pa.DataType) -> bool:
    return any(check(kind) for check in SIMPLE)


def _is_finite(column: pa.ChunkedArray) -> bool:
    """Whether these are numbers that JSON has: Arrow's parser takes NaN and infinity too."""
    return pa.types.is_float64(column.type) and pc.all(pc.is_finite(column)).as_py() is not False


def _indexed(table: pa.Table) -> pa.Table | None:
    """The table with an index in every row; None where one stands twice."""
    indexes = table["index"]
    if indexes.null_count == table.num_rows:
        counted: dict[str, int] = {}
        numbers = []
        for name in table["prompt_id"].to_pylist():
            numbers.append(counted.get(name, 0))
            counted[name] = numbers[-1] + 1
        return table.set_column(1, "index", pa.array(numbers, pa.int64()))
    if indexes.null_count or table.group_by(["prompt_id", "index"]).aggregate([]).num_rows < table.num_rows:
        return None
    return table

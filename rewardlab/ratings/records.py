"""Reads rows of JSON values from JSON lines, a JSON document or Parquet, each with its place in the file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from rewardlab.errors import InputError
from rewardlab.strict import read_json

Record: TypeAlias = Mapping[str, Any]
NOT_ROWS = "an array of objects, one for each row"


class Placed:
    """Rows with a place: a line or row of a file, or of one of several files."""

    __slots__ = ()
    source: str
    lines: Sequence[int]
    place: str
    sources: Sequence[str]

    def where(self, row: int) -> str:
        """`file:line` of a row."""
        return place_of(self.sources[row] if self.sources else self.source, self.lines[row], self.place)

    @property
    def files(self) -> tuple[str, ...]:
        """The files from which the rows come."""
        return tuple(dict.fromkeys(self.sources)) or (self.source,)


@dataclass(frozen=True, slots=True)
class Records(Placed):
    """Rows as JSON values.

    `lines` (rows,) is where each row begins, as a line or as a row number; `whole` is the object that contained the
    rows; `sources` (rows,) is the file of each row, if there are several files.
    """

    source: str
    rows: Sequence[Record]
    lines: Sequence[int]
    place: str = "line"
    whole: Record | None = None
    sources: Sequence[str] = ()


def place_of(source: str, number: int, place: str) -> str:
    """`file:line`, or `file, row N`."""
    return f"{source}:{number}" if place == "line" else f"{source}, row {number}"


def json_lines(source: str, text: str) -> Records:
    """Read one object per line; empty lines are skipped.

    Raises: InputError for a line that is not a JSON object, or has a key twice.
    """
    rows: list[Record] = []
    lines: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            where = f"{source}:{number}"
            found = _parsed(line, where, "one object a line")
            if not isinstance(found, dict):
                raise InputError("is no JSON object", where=where, expected="one object a line")
            rows.append(found)
            lines.append(number)
    return Records(source, rows, lines)


def json_document(source: str, text: str) -> Records:
    """The rows of a JSON document: an array of objects, an array of lists with a header, or one of pandas' forms.

    If the document is an object with exactly one array of objects, as in exports, the array has the rows, and the
    object is kept in `whole`.
    Raises: InputError for a text that is not JSON, has a key twice, or has no rows.
    """
    found = _parsed(text, source, "JSON")
    whole = found if isinstance(found, dict) else None
    rows = _rows_of(found, source)
    lines = _lines_of_items(text) if isinstance(found, list) else []
    if len(lines) != len(rows):
        return Records(source, rows, range(1, len(rows) + 1), "row", whole)
    return Records(source, rows, lines, "line", whole)


def _rows_of(found: Any, source: str) -> list[Record]:
    if isinstance(found, list):
        if found and all(isinstance(one, list) for one in found):
            return _under(found[0], found[1:], source)
        wrong = next((place for place, one in enumerate(found, 1) if not isinstance(one, dict)), None)
        if wrong is not None:
            raise InputError("is no JSON object", where=f"{source}, row {wrong}", expected=NOT_ROWS)
        return found
    if not isinstance(found, dict):
        raise InputError("holds no rows", where=source, expected=NOT_ROWS)
    if isinstance(found.get("columns"), list) and isinstance(found.get("data"), list):
        return _under(found["columns"], found["data"], source)
    lists = [one for one in found.values() if _objects(one)]
    return _of_columns(found) or (lists[0] if len(lists) == 1 else [found])


def _of_columns(found: dict[str, Any]) -> list[Record] | None:
    """The rows of an object of columns (lists, or objects by row number), or of an object of rows by unit."""
    held = list(found.values())
    if held and all(isinstance(one, list) and not _objects(one) for one in held) and len({*map(len, held)}) == 1:
        return [dict(zip(found, cells, strict=True)) for cells in zip(*held, strict=True)]
    if not held or not all(isinstance(one, dict) for one in held):
        return None
    keys = dict.fromkeys(key for one in held for key in one)
    if keys and all(key.isdigit() for key in keys):
        return [{name: column.get(key) for name, column in found.items()} for key in keys]
    if len(found) > 2 and not any(isinstance(cell, dict | list) for one in held for cell in one.values()):
        return [{"unit": unit, **one} for unit, one in found.items()]
    return None


def _objects(found: Any) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(one, dict) for one in found)


def _under(header: Sequence[Any], rows: Sequence[Any], source: str) -> list[Record]:
    names = [str(name) for name in header]
    for place, row in enumerate(rows, 1):
        if not isinstance(row, list) or len(row) != len(names):
            raise InputError("is no row of the table", where=f"{source}, row {place}", expected=f"{len(names)} cells")
    if len(set(names)) < len(names):
        raise InputError("two columns of one name", where=source, expected="a header of different names")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _lines_of_items(text: str) -> list[int]:
    """The line on which each element of a JSON array begins."""
    decoder = json.JSONDecoder()
    lines: list[int] = []
    position, line, counted = text.index("[") + 1, 1, 0
    while True:
        while position < len(text) and text[position] in " \t\r\n,":
            position += 1
        if position >= len(text) or text[position] == "]":
            return lines
        line += text.count("\n", counted, position)
        counted = position
        lines.append(line)
        _, position = decoder.raw_decode(text, position)


def parquet(source: str, data: bytes) -> Records:
    """The rows of a Parquet file.

    Raises: InputError for a file that is not Parquet, or has two columns with the same name.
    """
    try:
        table = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"is no Parquet file ({str(error).splitlines()[0]})", where=source) from None
    names = table.column_names
    if doubled := [name for name in names if names.count(name) > 1]:
        raise InputError(f"two columns {doubled[0]!r}", where=source, expected="columns of different names")
    columns = [_values(table[name]) for name in names]
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    return Records(source, rows, range(1, table.num_rows + 1), "row")


def _values(column: pa.ChunkedArray) -> list[Any]:
    """A column's values; times with a finer resolution than Python's become text."""
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError, pa.ArrowException, ImportError):
        return list(column.cast(pa.string()).to_pylist())


def _parsed(text: str, where: str, expected: str) -> Any:
    try:
        return read_json(text, nan=True)
    except json.JSONDecodeError as error:
        place = where if ":" in where.rsplit("/", 1)[-1] else f"{where}:{error.lineno}"
        raise InputError(f"is not JSON ({error})", where=place, expected=expected) from None
    except ValueError as error:
        raise InputError(f"is not JSON ({error})", where=where, expected=expected) from None


def cell_of(value: Any) -> str:
    """A value as the text that a CSV file would contain."""
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case bool():
            return str(value).lower()
        case bytes():
            return value.decode("utf-8", "backslashreplace").strip()
        case _:
            return str(value)

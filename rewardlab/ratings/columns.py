"""The columns of a file of ratings: CSV with any common delimiter, JSON lines or Parquet."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rewardlab.errors import InputError

DELIMITERS = ",;\t|"
EXPECTED = "CSV with a header (delimited by commas, semicolons or tabs), JSON lines, or Parquet"
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells as text, "" where there is nothing: `cells` by column name, `lines` (rows,) the line each row is on."""

    source: str
    cells: Mapping[str, Sequence[str]]
    lines: Sequence[int]
    decimal_comma: bool

    def where(self, row: int) -> str:
        """`file:line` of a row."""
        return f"{self.source}:{self.lines[row]}"


def read_columns(path: Path) -> Columns:
    """The columns of a file; `-` is standard input, told apart by its first bytes.

    Raises: InputError with file:line for what cannot be read, is not UTF-8, has no header, a row of another length, two
    columns of one name, or no row.
    """
    source, data = _bytes_of(path)
    if data[:4] == b"PAR1":
        columns = _parquet(source, data)
    else:
        text = _decoded(source, data)
        columns = _json_lines(source, text) if text.lstrip()[:1] == "{" else _csv(source, text)
    if not columns.lines:
        raise InputError("holds no rating", where=source, expected=EXPECTED)
    return columns


def _bytes_of(path: Path) -> tuple[str, bytes]:
    if str(path) == STDIN:
        return "<stdin>", sys.stdin.buffer.read()
    try:
        return str(path), path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), expected=EXPECTED) from None


def _decoded(source: str, data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + data.count(b"\n", 0, error.start)
        raise InputError(
            f"is not UTF-8 (byte {error.start})", where=f"{source}:{line}", expected=EXPECTED, do="save it as UTF-8"
        ) from None
    if "\0" in text:
        raise InputError("holds a NUL character", where=source, expected=EXPECTED)
    return text


def _csv(source: str, text: str) -> Columns:
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=_outside_quotes(first).count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] | None = None
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if names is None:
                names = cells
            elif len(cells) != len(names):
                raise InputError(
                    f"{len(cells)} fields",
                    where=f"{source}:{reader.line_num}",
                    expected=f"{len(names)}, as in the header",
                )
            else:
                rows.append(cells)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise InputError(f"is not CSV ({error})", where=f"{source}:{reader.line_num}", expected=EXPECTED) from None
    names = names or []
    _no_doubles(source, names)
    cells_by_column = zip(*rows, strict=True) if rows else ((),) * len(names)
    return Columns(source, dict(zip(names, cells_by_column, strict=True)), lines, delimiter != ",")


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _no_doubles(source: str, names: Sequence[str]) -> None:
    doubled = [name for name in names if names.count(name) > 1]
    if doubled:
        raise InputError(f"two columns {doubled[0]!r}", where=f"{source}:1", expected="a header of different names")


def _json_lines(source: str, text: str) -> Columns:
    rows: list[dict[str, str]] = []
    lines: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            rows.append(_object(line, f"{source}:{number}"))
            lines.append(number)
    names = dict.fromkeys(name for row in rows for name in row)
    return Columns(source, {name: [row.get(name, "") for row in rows] for name in names}, lines, decimal_comma=False)


def _object(line: str, where: str) -> dict[str, str]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"is not JSON ({error})", where=where, expected="one object a line") from None
    if not isinstance(found, dict):
        raise InputError("is no JSON object", where=where, expected="one object a line")
    return {name: _cell(value) for name, value in found.items()}


def _cell(value: Any) -> str:
    """A value as the text a CSV file would hold."""
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case dict() | list():
            return json.dumps(value)
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def _parquet(source: str, data: bytes) -> Columns:
    try:
        table = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"is no Parquet file ({str(error).splitlines()[0]})", where=source) from None
    _no_doubles(source, table.column_names)
    cells = {name: [_cell(value) for value in table[name].to_pylist()] for name in table.column_names}
    return Columns(source, cells, range(1, table.num_rows + 1), decimal_comma=False)

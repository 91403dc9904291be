"""Reads the columns of a file of ratings: CSV with any common delimiter, JSON lines, JSON or Parquet."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rewardlab.errors import InputError
from rewardlab.ratings.records import Placed, Records, cell_of, json_document, json_lines, parquet

DELIMITERS = ",;\t|"
EXPECTED = "CSV with a header (delimited by commas, semicolons or tabs), JSON lines, JSON, or Parquet"
STDIN = "-"
OF_PROMPTFOO = "read promptfoo's JSON instead: `promptfoo export eval latest -o results.json`"
#: The first bytes of files that people pass in although they are not tables.
FOREIGN = {
    b"PK\x03\x04": "a zip archive: of a workbook (.xlsx) save the sheet as CSV, of an export unpack it, of an Inspect "
    "log (.eval) write `inspect log dump FILE > log.json`",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save the sheet as CSV",
    b"\x1f\x8b": "compressed: unpack it with `gunzip FILE`, or pipe it: `zcat FILE | rewardlab agree -`",
    b"SQLite format 3\0": "an SQLite database: export the table as CSV",
}


@dataclass(frozen=True, slots=True)
class Columns(Placed):
    """Cells as text, "" where empty: `cells` by column name, `lines` (rows,) the line of each row.

    `records` are the rows as JSON values, if the file has such; `sources` (rows,) is the file of each row, if there are
    several files.
    """

    source: str
    cells: Mapping[str, Sequence[str]]
    lines: Sequence[int]
    decimal_comma: bool
    place: str = "line"
    records: Records | None = None
    sources: Sequence[str] = ()


def read_columns(path: Path) -> Columns:
    """The columns of a file; `-` is standard input, whose format is recognised by its first bytes.

    Raises: InputError with file:line for a file that cannot be read, is not UTF-8, or has no header, a row of another
    length, two columns with the same name, or no row.
    """
    source, data = _bytes_of(path)
    if data[:4] == b"PAR1":
        columns = columns_of(parquet(source, data))
    else:
        _no_foreign(source, data)
        columns = _of_text(source, _decoded(source, data), path.suffix.lower())
    if not columns.lines or not columns.cells:
        raise InputError("holds no rating", where=source, expected=EXPECTED)
    return columns


def columns_of(records: Records) -> Columns:
    """The columns of records (rows of JSON values)."""
    names = dict.fromkeys(name for row in records.rows for name in row)
    cells = {name: [cell_of(row.get(name)) for row in records.rows] for name in names}
    return Columns(records.source, cells, records.lines, decimal_comma=False, place=records.place, records=records)


def _of_text(source: str, text: str, suffix: str) -> Columns:
    begin = text.lstrip()[:1]
    if begin == "{":
        first, _, rest = text.strip().partition("\n")
        lines = rest.strip() and first.rstrip().endswith("}")
        return columns_of(json_lines(source, text) if lines else _one_or_many(source, text))
    array = re.match(r"\s*\[\s*[\[{\]]", text)  # and no header such as promptfoo's "[openai:gpt-4o] prompt"
    if suffix == ".json" or (array and suffix not in {".csv", ".tsv", ".txt"}):
        return columns_of(json_document(source, text))
    return _csv(source, text)


def _one_or_many(source: str, text: str) -> Records:
    """Read one JSON object on one line or on many; otherwise read JSON lines, whose error names the wrong line."""
    try:
        return json_document(source, text)
    except InputError:
        return json_lines(source, text)


def _bytes_of(path: Path) -> tuple[str, bytes]:
    if str(path) == STDIN:
        return "<stdin>", sys.stdin.buffer.read()
    try:
        return str(path), path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), expected=EXPECTED) from None


def _no_foreign(source: str, data: bytes) -> None:
    for begin, what in FOREIGN.items():
        if data.startswith(begin):
            raise InputError(f"is {what}", where=source, expected=EXPECTED)


def _decoded(source: str, data: bytes) -> str:
    try:
        text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + data.count(b"\n", 0, error.start)
        raise InputError(
            f"is not UTF-8 (byte {error.start})", where=f"{source}:{line}", expected=EXPECTED, do="save it as UTF-8"
        ) from None
    if "\0" in text:
        raise InputError("holds a NUL character", where=source, expected=EXPECTED)
    return text


def _csv(source: str, text: str) -> Columns:
    start = text.lstrip("\r\n")
    said = re.match(r'"?sep=([,;|\t])"?\r?\n', start)
    first = start.split("\n", 1)[0]
    delimiter = said[1] if said else max(DELIMITERS, key=_outside_quotes(first).count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] | None = None
    rows: list[list[str]] = []
    lines: list[int] = []
    limit = csv.field_size_limit(max(len(text), 1 << 17))  # a cell may hold a whole conversation
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells) or (said and names is None and cells[0].startswith("sep=")):
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
    finally:
        csv.field_size_limit(limit)
    names = names or []
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    kept = [(name, cells) for name, cells in zip(names, columns, strict=True) if name or any(cells) or not rows]
    _no_doubles(source, [name for name, _ in kept])
    return Columns(source, dict(kept), lines, delimiter != ",")


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _no_doubles(source: str, names: Sequence[str]) -> None:
    doubled = [name for name in names if names.count(name) > 1]
    if doubled:
        raise InputError(
            f"two columns {doubled[0]!r}",
            where=f"{source}:1",
            expected="a header of different names",
            do=OF_PROMPTFOO if "Grader Reason" in names else None,
        )

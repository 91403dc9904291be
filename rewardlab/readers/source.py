"""The rows behind a path, whatever holds them: JSONL, JSON, CSV, Parquet, Arrow, a log's archive; packed or not."""

from __future__ import annotations

import itertools
import json
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any, TypeAlias

from rewardlab.errors import InputError, UsageError
from rewardlab.readers.conversation import kind_of_json
from rewardlab.readers.fast import read_fast
from rewardlab.readers.files import SAVED, SPLITS, files_of
from rewardlab.readers.inspect_ai import samples_of
from rewardlab.readers.opened import BROKEN, open_file
from rewardlab.readers.reading import Reading, Row
from rewardlab.readers.rows import BOM, Rows, first_line
from rewardlab.readers.table import arrow_rows, csv_rows, delimiter_of, parquet_rows, saved_rows

Json: TypeAlias = Any

#: As much of a text tells what it is.
HEAD_BYTES = 65_536
#: Where a document holds its rows, in the order in which they are looked for.
LISTS = (
    "results",
    "samples",
    "request_states",
    "data",
    "rows",
    "prompts",
    "generations",
    "examples",
    "instances",
    "test_cases",
)


def rows_of(path: Path, *, what: str, reading: Reading, nan: bool = False) -> Generator[Row, None, None]:
    """The rows of a file, of the files in a folder or of those that fit a pattern; a folder of `datasets` is one table.

    Whoever does not read to the end closes it, or the file stays open.
    Raises: InputError with file:line for what cannot be read as any of these; UsageError for a split where there are
    none.
    """
    if path.is_dir() and ((path / SPLITS).is_file() or (path / SAVED).is_file()):
        yield from saved_rows(path, split=reading.split)
        return
    if reading.split is not None:
        raise UsageError(f"{path} has no splits", where="--split", expected="a DatasetDict that save_to_disk wrote")
    for file in files_of(path, what=what):
        yield from _file_rows(file, what=what, nan=nan)


def _file_rows(path: Path, *, what: str, nan: bool) -> Iterator[Row]:
    with open_file(path, what=what) as file:
        try:
            head = file.peek(HEAD_BYTES)[:HEAD_BYTES] if hasattr(file, "peek") else b""
        except BROKEN as error:
            raise InputError(f"cannot be read ({first_line(error)})", where=str(path), expected=what) from None
        if head.startswith(b"PAR1"):
            yield from parquet_rows(path)
        elif head.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
            yield from arrow_rows(path)
        elif head.startswith(b"PK\x03\x04"):
            yield from samples_of(path)
        else:
            yield from _text_rows(path, file, head.removeprefix(BOM), what=what, nan=nan)


def _text_rows(path: Path, file: IO[bytes], head: bytes, *, what: str, nan: bool) -> Iterator[Row]:
    start = head.lstrip()[:1]
    if start in {b"[", b"{"} and not _is_line(head):
        document = _document(path, nan=nan)
        if document is not None:
            yield from _document_rows(document, path, what=what)
            return
    elif start and start not in {b"[", b"{"}:
        delimiter = delimiter_of(_whole_lines(head))
        if delimiter is not None:
            yield from csv_rows(file, str(path), delimiter)
            return
    shown = str(path)
    rows = Rows(path, what, nan).of(file)
    first = next(rows, None)
    if first is None:
        return
    begun = [first]
    if _listed(first[1]) is not None:
        begun += itertools.islice(rows, 1)
        if len(begun) == 1:  # one line, of which the head did not tell that it is a document
            yield from _document_rows(first[1], path, what=what)
            return
    for line, values in itertools.chain(begun, rows):
        yield Row(f"{shown}:{line}", line, values)


def _is_line(head: bytes) -> bool:
    """Whether the first line of a text is an object by itself, as in JSONL; one too long to be seen whole is."""
    stripped = head.lstrip()
    line, end, rest = stripped.partition(b"\n")
    if not end and len(head) >= HEAD_BYTES - len(BOM):
        return stripped.startswith(b"{")
    try:
        value = read_fast(line, nan=True)
    except ValueError:
        return False
    # A list on a line of its own, with more behind it, is a mistake in a JSONL file.
    return (isinstance(value, dict) and not _is_wrapped(value, rest)) or (
        isinstance(value, list) and bool(rest.strip())
    )


def _is_wrapped(value: dict[str, Json], rest: bytes) -> bool:
    """Whether the only object of a file is one that holds rows."""
    return not rest.strip() and _listed(value) is not None


def _document(path: Path, *, nan: bool) -> Json:
    """The value of a file that is one JSON text; None where it is none."""
    with open_file(path, what="rows") as file:
        try:
            return read_fast(file.read().removeprefix(BOM), nan=nan)
        except (*BROKEN, ValueError):
            return None


def _document_rows(document: Json, path: Path, *, what: str) -> Iterator[Row]:
    listed = document if isinstance(document, list) else _listed(document)
    rows = listed if listed is not None else [document]
    if not any(isinstance(values, dict) for values in rows):
        raise InputError(f"a JSON {kind_of_json(document)}", where=f"{path}:1", expected=what)
    for number, values in enumerate(rows, start=1):
        if not isinstance(values, dict):
            raise InputError(f"row {number} is a JSON {kind_of_json(values)}", where=f"{path}:{number}", expected=what)
        yield Row(f"{path}:{number}", number, values)


def _listed(document: Json) -> list[Json] | None:
    """The rows that a document holds: a list of objects under a name that is known, or in the object under it."""
    for name in LISTS:
        held = document.get(name) if isinstance(document, dict) else None
        if isinstance(held, list) and held and all(isinstance(one, dict) for one in held):
            return held
        if isinstance(held, dict) and (inside := _listed(held)) is not None:
            return inside
    return None


def _whole_lines(head: bytes) -> str:
    """The text of a beginning, without its last line where that may be cut."""
    whole = head if len(head) < HEAD_BYTES - len(BOM) else head.rpartition(b"\n")[0]
    return whole.decode("utf-8", errors="replace")


def readable(values: Json) -> str:
    """The names of a row's columns, a few of them."""
    names = [json.dumps(name, ensure_ascii=False)[1:-1] for name in values]
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "") or "none"


def first_row(path: Path, *, what: str, reading: Reading) -> Row | None:
    """The first row behind a path; None where there is none.

    Raises: InputError, as `rows_of`.
    """
    with closing(rows_of(path, what=what, reading=reading, nan=True)) as rows:
        return next(rows, None)

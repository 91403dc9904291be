"""Rows of columns: Parquet, Arrow, a folder of `datasets`, CSV and TSV."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from rewardlab.errors import InputError, UsageError
from rewardlab.readers.files import SAVED, SPLITS
from rewardlab.readers.filled import is_content
from rewardlab.readers.opened import BROKEN
from rewardlab.readers.reading import Row
from rewardlab.readers.rows import first_line
from rewardlab.strict import read_json

Json: TypeAlias = Any

BATCH_ROWS = 8192
#: Also texts that are no UTF-8, and times that Python has none for.
UNREADABLE = (*BROKEN, ValueError, OverflowError)
#: Rows whose width tells whether a text is a table.
LOOKED_AT = 20


def parquet_rows(path: Path) -> Iterator[Row]:
    """The rows of a Parquet file, which is read a batch at a time.

    Raises: InputError where it cannot be read, or holds what is no JSON: bytes, say.
    """
    try:
        with pq.ParquetFile(path) as file:
            yield from _batch_rows(file.iter_batches(batch_size=BATCH_ROWS), str(path))
    except UNREADABLE as error:
        raise InputError(f"cannot be read ({first_line(error)})", where=str(path), expected="a Parquet file") from None


def arrow_rows(path: Path, *, first: int = 1) -> Iterator[Row]:
    """The rows of an Arrow file or stream, as `datasets` saves one; they count from `first`.

    Raises: InputError, as above.
    """
    try:
        with pa.memory_map(str(path)) as file:
            is_file = file.read(6) == b"ARROW1"
            file.seek(0)
            if is_file:
                whole = pa.ipc.open_file(file)
                batches = (whole.get_batch(number) for number in range(whole.num_record_batches))
            else:
                batches = iter(pa.ipc.open_stream(file))
            yield from _batch_rows(batches, str(path), first=first)
    except UNREADABLE as error:
        raise InputError(f"cannot be read ({first_line(error)})", where=str(path), expected="an Arrow file") from None


def saved_rows(folder: Path, *, split: str | None) -> Iterator[Row]:
    """The rows of a folder that `datasets` wrote with save_to_disk; of a DatasetDict, those of a split.

    Raises: InputError where its files cannot be read; UsageError for a split that is not there, and for several.
    """
    if (folder / SPLITS).is_file():
        folder /= _split_of(folder, split)
    elif split is not None:
        raise UsageError("this dataset has no splits", where="--split", do="leave it out")
    count = 1
    for path in _shards(folder):
        for row in arrow_rows(path, first=1):
            yield Row(row.where, count, row.values)
            count += 1


def _split_of(folder: Path, split: str | None) -> str:
    names = _listed(folder / SPLITS, "splits", lambda one: one)
    if split is None and len(names) == 1:
        return names[0]
    if split not in names:
        what = f"the dataset has the splits {', '.join(names)}" if split is None else f"no split {split!r}"
        raise UsageError(what, where=str(folder), expected=f"one of {', '.join(names)}", do=f"--split {names[0]}")
    return split


def _shards(folder: Path) -> list[Path]:
    return [folder / name for name in _listed(folder / SAVED, "_data_files", lambda one: one["filename"])]


def _listed(path: Path, key: str, name_of: Any) -> list[str]:
    try:
        names = [name_of(one) for one in read_json(path.read_bytes())[key]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"cannot be read ({first_line(error)})"
        raise InputError(what, where=str(path), expected="what datasets' save_to_disk wrote") from None
    # Names, never paths: a dataset that was downloaded may say anything here.
    if not all(isinstance(name, str) and name and Path(name).name == name for name in names):
        raise InputError(f"{key} holds what is no name", where=str(path), expected="what datasets' save_to_disk wrote")
    return names


def _batch_rows(batches: Iterator[pa.RecordBatch], shown: str, *, first: int = 1) -> Iterator[Row]:
    for batch in batches:
        names = batch.schema.names
        if len(set(names)) < len(names):
            doubled = next(name for name in names if names.count(name) > 1)
            raise InputError(f"the column {doubled!r} stands there twice", where=shown, expected="each column once")
        for values in batch.to_pylist():
            where = f"{shown}:{first}"
            yield Row(where, first, {name: _plain(value, name, where) for name, value in values.items()})
            first += 1


def _plain(value: Json, name: str, where: str) -> Json:
    """A value of a cell as JSON has it. Fields of an object that are null are absent: a column of objects has them all.

    Raises: InputError for bytes, and for half of a surrogate pair.
    """
    if isinstance(value, str):
        if not value.isascii() and not value.isprintable():
            _check_text(value, name, where)
        return value
    if isinstance(value, Mapping):
        return {
            key: _plain(one, name, where)
            for key, one in value.items()
            if one is not None or (key == "content" and is_content(key, value))
        }
    if isinstance(value, list | tuple):
        return [_plain(one, name, where) for one in value]
    if not isinstance(value, bytes):
        return _scalar(value)
    raise InputError(
        f"the column {name!r} holds bytes, which JSON cannot",
        where=where,
        expected="texts, numbers, lists and objects",
        do=f"write the file without {name!r}",
    )


def _scalar(value: Json) -> Json:
    match value:
        case float() if value - value != 0:
            return None  # Python's writers put NaN where there is nothing
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
    return value


def _check_text(value: str, name: str, where: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InputError(f"the column {name!r} holds half of a surrogate pair", where=where) from None


def delimiter_of(head: str) -> str | None:
    """What separates the columns of a text: a comma, a tab, or a semicolon; None where it is no table.

    It is one where its first rows have the same number of columns, of which there are two or more.
    """
    for delimiter in (",", "\t", ";"):
        try:
            rows = [row for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, strict=True) if row]
        except csv.Error:
            continue
        widths = {len(row) for row in rows[:LOOKED_AT]}
        if len(rows) > 1 and len(widths) == 1 and widths.pop() > 1:
            return delimiter
    return None


def csv_rows(file: IO[bytes], shown: str, delimiter: str) -> Iterator[Row]:
    """The rows of a CSV file with a header; a blank cell is absent, one that holds a list or an object is that.

    Raises: InputError for what is no UTF-8, no CSV, a name that stands twice in the header, and a row of another width.
    """
    try:
        with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text, _long_cells():
            reader = csv.reader(text, delimiter=delimiter, strict=True)
            header = next(reader, [])
            _check_header(header, shown)
            line = reader.line_num + 1
            for cells in reader:
                if cells:
                    yield _csv_row(cells, header, f"{shown}:{line}", line)
                line = reader.line_num + 1
    except UnicodeDecodeError as error:
        what = f"not UTF-8 (byte {error.object[error.start]:#04x})"
        raise InputError(what, where=shown, expected="a CSV file", do="save the file as UTF-8") from None
    except csv.Error as error:
        raise InputError(f"no CSV ({first_line(error)})", where=shown, expected="a CSV file with a header") from None


@contextmanager
def _long_cells() -> Iterator[None]:
    """A response may be longer than the module's limit, which is the process's."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _check_header(header: Sequence[str], shown: str) -> None:
    doubled = [name for name in header if header.count(name) > 1]
    if doubled:
        raise InputError(
            f"the column {doubled[0]!r} stands there twice", where=f"{shown}:1", expected="each column once"
        )


def _csv_row(cells: Sequence[str], header: Sequence[str], where: str, line: int) -> Row:
    if len(cells) != len(header):
        what = f"{len(cells)} cells under a header of {len(header)}"
        raise InputError(what, where=where, expected="as many as the header has", do="quote cells that hold commas")
    filled = {name: _cell(cell) for name, cell in zip(header, cells, strict=True) if cell.strip()}
    return Row(where, line, filled)


def _cell(text: str) -> Json:
    """A cell's text; the value of one that holds a JSON list or object of objects, as tables of conversations do."""
    if text.lstrip().startswith(("[{", '{"')):
        try:
            return read_json(text)
        except (ValueError, json.JSONDecodeError):
            return text
    return text

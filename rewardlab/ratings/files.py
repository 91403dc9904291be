"""Reads the columns of one file of ratings or of several, which are one file per rater, or parts of one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rewardlab.errors import InputError
from rewardlab.ratings.columns import Columns, read_columns
from rewardlab.ratings.names import RATERS
from rewardlab.ratings.records import Record, Records

#: The name of the added column with each row's file, if no column of the files names the rater.
RATER = "rater"
#: The columns that name the rater, including those of exports.
_SAY_WHO = {*RATERS, "_annotator_id", "_session_id", "annotations", "completions", "responses", "gradingresult"}


def read_files(paths: Sequence[Path]) -> Columns:
    """The columns of a file, or of several files joined under one header.

    If no column names the rater, each file counts as one rater's, named after the file.
    Raises: InputError as `read_columns` does, for files that are not tables, and for a file named twice.
    """
    tables = [read_columns(path) for path in paths]
    if len(tables) == 1:
        return tables[0]
    for table in tables:
        whole = table.records.whole if table.records is not None else None
        if whole is not None and {"samples", "results"} & set(whole):
            raise InputError(
                "is a log, not a table", where=table.source, expected="tables, where several files are named"
            )
    names = list(dict.fromkeys(name for table in tables for name in table.cells))
    cells = {
        name: [cell for table in tables for cell in table.cells.get(name, [""] * len(table.lines))] for name in names
    }
    said = any(name.casefold().replace(" ", "_") in _SAY_WHO and any(cells[name]) for name in names)
    raters = None if said else _stems(paths)
    if raters is not None:
        cells[RATER] = [rater for rater, table in zip(raters, tables, strict=True) for _ in table.lines]
    return Columns(
        ", ".join(table.source for table in tables),
        cells,
        [line for table in tables for line in table.lines],
        decimal_comma=any(table.decimal_comma for table in tables),
        place=tables[0].place,
        records=_records(tables, raters),
        sources=[table.source for table in tables for _ in table.lines],
    )


def _stems(paths: Sequence[Path]) -> list[str]:
    stems = [path.stem for path in paths]
    names = stems if len(set(stems)) == len(stems) else [str(path) for path in paths]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError("is named twice", where=twice, expected="a file for each rater")
    return names


def _records(tables: Sequence[Columns], raters: Sequence[str] | None) -> Records | None:
    held = [table.records for table in tables]
    if not all(held):
        return None
    rows: list[Record] = []
    lines: list[int] = []
    sources: list[str] = []
    for number, one in enumerate(filter(None, held)):
        rows += [row if raters is None else {**row, RATER: raters[number]} for row in one.rows]
        lines += one.lines
        sources += [one.source] * len(one.rows)
    first = next(filter(None, held))
    return replace(first, source=", ".join(dict.fromkeys(sources)), rows=rows, lines=lines, sources=sources)

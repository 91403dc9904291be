"""Collects the cells with ratings and builds the table of units by raters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rewardlab.errors import InputError
from rewardlab.ratings.cells import is_missing
from rewardlab.ratings.columns import Columns
from rewardlab.ratings.naming import Naming
from rewardlab.stats.agreement.table import Codes
from rewardlab.stats.interval import Floats

#: The most cells of a table of units by raters; for a larger table, it is not kept who gave which rating.
CELLS = 20_000_000
MOST_COUNTED = 1_000_000


@dataclass(frozen=True, slots=True)
class RatingCells:
    """All rating cells, each with its row and its rater."""

    cells: Sequence[str]
    rows: Sequence[int]
    raters: Sequence[str]


def long_cells(columns: Columns, naming: Naming) -> RatingCells:
    """One rating per row, or per slot of each row; a slot with neither rater nor rating is skipped.

    Raises: InputError for a rating in a slot without its rater.
    """
    if len(naming.rater) == 1:
        (rater,), (rating,) = naming.rater, naming.rating
        return RatingCells(columns.cells[rating], range(len(columns.lines)), columns.cells[rater])
    found: list[tuple[str, int, str]] = []
    for rater, rating in zip(naming.rater, naming.rating, strict=True):
        for row, (who, cell) in enumerate(zip(columns.cells[rater], columns.cells[rating], strict=True)):
            if who and not is_missing(who):
                found.append((cell, row, who))
            elif not is_missing(cell):
                raise InputError(f"a {rating} without its {rater}", where=columns.where(row), expected="who rated")
    cells, rows, raters = zip(*found, strict=True) if found else ((), (), ())
    return RatingCells(cells, rows, raters)


def wide_cells(columns: Columns, naming: Naming) -> RatingCells:
    """One rating per row and rater's column."""
    rows = range(len(columns.lines))
    cells = [cell for name in naming.raters for cell in columns.cells[name]]
    return RatingCells(cells, list(rows) * len(naming.raters), [name for name in naming.raters for _ in rows])


def counted_cells(columns: Columns, naming: Naming) -> RatingCells:
    """Expand each count of a category into that many ratings, with raters numbered within the unit.

    Raises: InputError for a cell that is not a count, for more than a million ratings, and for none.
    """
    counts = wide_cells(columns, naming)
    ratings: list[str] = []
    rows: list[int] = []
    raters: list[str] = []
    given: dict[int, int] = {}
    for cell, row, category in zip(counts.cells, counts.rows, counts.raters, strict=True):
        count = 0 if is_missing(cell) else _count(cell, columns.where(row))
        if len(ratings) + count > MOST_COUNTED:
            raise InputError("more than a million ratings", where=columns.where(row), expected="counts of ratings")
        start = given.get(row, 0)
        given[row] = start + count
        ratings += [category] * count
        rows += [row] * count
        raters += [str(start + number) for number in range(count)]
    if not ratings:
        raise InputError("holds no rating", where=columns.source)
    return RatingCells(ratings, rows, raters)


def _count(cell: str, where: str) -> int:
    if not (cell.isascii() and cell.isdigit() and len(cell) < 10):
        raise InputError(f"count {cell[:40]!r}", where=where, expected="how many raters chose the category, from 0")
    return int(cell)


def unit_ids(columns: Columns, naming: Naming) -> list[tuple[str, ...]]:
    """The unit of each row.

    Raises: InputError for a row without a unit, and for two rows of one unit if each row should be a unit.
    """
    if not naming.unit:
        return [(str(row),) for row in range(1, len(columns.lines) + 1)]
    ids = list(zip(*(columns.cells[name] for name in naming.unit), strict=True))
    for row, one in enumerate(ids):
        if not all(one):
            raise InputError("a row without its unit", where=columns.where(row), expected=f"a {naming.unit[0]}")
    if (naming.layout != "long" or len(naming.rater) > 1) and len(set(ids)) < len(ids):
        row, first = next(repeated(ids))
        raise InputError(
            f"unit {'/'.join(ids[row])!r} is on {_other(columns, first)} already",
            where=columns.where(row),
            do="name the column that tells units apart (--unit COLUMN), or the rating columns (--raters A,B)",
        )
    return ids


def _other(columns: Columns, row: int) -> str:
    """The place of another row: its line, or file and line if there are several files."""
    return columns.where(row) if columns.sources else f"{columns.place} {columns.lines[row]}"


def repeated(ids: Sequence[object]) -> Iterator[tuple[int, int]]:
    """Each index whose value has occurred before, with the index of its first occurrence."""
    seen: dict[object, int] = {}
    for row, one in enumerate(ids):
        if one in seen:
            yield row, seen[one]
        seen.setdefault(one, row)


def parts_of(columns: Columns, name: str | None, unit: Codes, units: int, what: str) -> tuple[tuple[str, ...], Codes]:
    """The distinct names in a column, and the index of each unit's name.

    Raises: InputError for a unit with two names.
    """
    if name is None:
        return (), np.zeros(units, int)
    names = list(dict.fromkeys(columns.cells[name]))
    number = {one: place for place, one in enumerate(names)}
    rows = np.array([number[one] for one in columns.cells[name]])
    found = np.zeros(units, int)
    found[unit[::-1]] = rows[::-1]  # the first row of a unit decides
    wrong = np.flatnonzero(found[unit] != rows)
    if len(wrong):
        row = int(wrong[0])
        both = f"{columns.cells[name][row]!r} and {names[found[unit[row]]]!r}"
        raise InputError(f"its unit is in two {what} of {name!r}: {both}", where=columns.where(row), expected="one")
    return tuple(one or "(none)" for one in names), found


def table_of(
    columns: Columns, cells: RatingCells, unit: Codes, numbers: Floats, *, units: int
) -> tuple[Floats, tuple[str, ...]]:
    """The table of units by raters; if that is too large, by the first, second, ... rating of each unit.

    Raises: InputError with file:line for a unit that a rater rated twice, and for a table that is too large either way.
    """
    names = list(dict.fromkeys(cells.raters))
    place = {name: number for number, name in enumerate(names)}
    rater = np.array([place[name] for name in cells.raters])
    known = ~np.isnan(numbers)
    unit, rater, numbers = unit[known], rater[known], numbers[known]
    key = unit * len(names) + rater
    if len(np.unique(key)) < len(key):
        row, first = next(repeated(key.tolist()))
        rows = np.asarray(cells.rows)[known]
        raise InputError(
            f"one unit is rated twice by {names[rater[row]]!r}",
            where=columns.where(int(rows[row])),
            expected=f"one rating; the other is on {_other(columns, int(rows[first]))}",
            do="where several columns tell units apart, name them all: --unit A,B",
        )
    if units * len(names) <= CELLS:
        table = np.full((units, len(names)), np.nan)
        table[unit, rater] = numbers
        return table, tuple(names)
    order = np.argsort(unit, kind="stable")
    sizes = np.bincount(unit, minlength=units)
    nth = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    if units * int(sizes.max()) > CELLS:
        raise InputError(
            f"{units} units, one of them with {sizes.max()} ratings", where=columns.source, expected="fewer"
        )
    table = np.full((units, int(sizes.max())), np.nan)
    table[unit[order], nth] = numbers[order]
    return table, ()

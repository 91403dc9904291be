"""Which column is what: long files (a row for each rating), wide ones (a column for each rater), and counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import numpy as np

from rewardlab.errors import InputError, UsageError
from rewardlab.ratings.columns import Columns, read_columns
from rewardlab.ratings.scale import Scale, is_missing, read_scale
from rewardlab.stats.agreement.table import Codes
from rewardlab.stats.interval import Floats

Layout: TypeAlias = Literal["long", "wide", "counts"]

#: What columns are called, where they are not named; the first that a file has counts.
UNITS = ("unit", "unit_id", "item", "item_id", "id", "subject", "target", "task", "example", "")
RATERS = ("rater", "rater_id", "judge", "annotator", "annotator_id", "coder", "worker", "worker_id", "user")
RATINGS = ("rating", "value", "score", "label", "verdict", "answer")
#: Cells of a table of units by raters that is held; with more, who gave which rating is forgotten.
CELLS = 20_000_000
MOST_COUNTED = 1_000_000


@dataclass(frozen=True, slots=True)
class Naming:
    """The columns as the user named them; None or empty where that is left to the file."""

    unit: tuple[str, ...] = ()
    rater: str | None = None
    rating: str | None = None
    raters: tuple[str, ...] = ()
    by: str | None = None
    cluster: str | None = None
    layout: Layout | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """Ratings of units by raters: `values` (units, raters), NaN where missing; `cluster` and `slice` of each unit.

    `raters` are the columns' names, empty when a column is not one rater throughout. `missing` counts the cells that
    said that there is no rating.
    """

    values: Floats
    raters: tuple[str, ...]
    units: int
    cluster: Codes | None
    slices: tuple[str, ...]
    slice: Codes
    scale: Scale
    layout: Layout
    missing: int


@dataclass(frozen=True, slots=True)
class _Cells:
    """All rating cells: the row each stands in, its unit and its rater."""

    cells: Sequence[str]
    rows: Sequence[int]
    raters: Sequence[str]


def read_ratings(path: Path, naming: Naming, *, level: str | None = None, order: Sequence[str] = ()) -> Ratings:
    """The ratings of a file, `-` being standard input.

    Arguments: `naming` says which column is what; `level` of measurement; `order`, the scale from lowest to highest.
    A file is long when it has a column for the rater and one for the rating, else wide: a column for the unit and one
    for each rater. The file of `--labels` (prompt_id, index, annotator, label) is long, its cluster the prompt.
    Raises: UsageError for a column that is not there; InputError with file:line for a unit that a rater rated twice, a
    unit in two slices or clusters, no two ratings to compare, and what `read_columns` and `read_scale` find.
    """
    columns = read_columns(path)
    layout = naming.layout or _guess(columns, naming)
    naming = _found(columns, naming, layout)
    cells = _long(columns, naming) if layout == "long" else _wide(columns, naming)
    if layout == "counts":
        cells = _expanded(columns, cells)
    scale, numbers = read_scale(columns, cells.cells, cells.rows, level=level, order=order)
    missing = int(np.isnan(numbers).sum())
    if missing == len(numbers):
        raise InputError("holds no rating", where=columns.source)
    ids = _unit_ids(columns, naming)
    names = list(dict.fromkeys(ids))
    number = {name: place for place, name in enumerate(names)}
    unit = np.array([number[one] for one in ids])
    slices, slice_ = _of_units(columns, naming.by, unit, len(names), "slices")
    clusters, cluster = _of_units(columns, naming.cluster, unit, len(names), "clusters")
    cell_unit = unit[np.asarray(cells.rows, int)]
    values, raters = _table(columns, cells, cell_unit, numbers, units=len(names))
    return Ratings(
        values=values,
        raters=() if layout == "counts" else raters,
        units=len(names),
        cluster=cluster if clusters else None,
        slices=slices,
        slice=slice_,
        scale=scale,
        layout=layout,
        missing=0 if layout == "counts" else missing,
    )


def _guess(columns: Columns, naming: Naming) -> Layout:
    if naming.raters:
        return "wide"
    rater = naming.rater or _first(columns, RATERS)
    rating = naming.rating or _first(columns, RATINGS)
    if naming.rater or naming.rating:
        return "long"
    return "long" if rater and rating else "wide"


def _first(columns: Columns, names: Sequence[str]) -> str | None:
    """The first of the names that is a column's, whatever its case."""
    by_name = {name.lower().replace(" ", "_"): name for name in reversed(list(columns.cells))}
    return next((by_name[name] for name in names if name in by_name), None)


def _found(columns: Columns, naming: Naming, layout: Layout) -> Naming:
    """The naming with what the file's own names settle.

    Raises: UsageError for a column that is not there, or cannot be told.
    """
    _known(columns, naming)
    unit, cluster = naming.unit, naming.cluster
    if not unit and {"prompt_id", "index"} <= set(columns.cells):
        unit, cluster = ("prompt_id", "index"), cluster or "prompt_id"
    if not unit and (known := _first(columns, UNITS)) is not None and known not in naming.raters:
        unit = (known,)
    if layout == "long":
        return _found_long(columns, replace(naming, unit=unit, cluster=cluster, layout=layout))
    if not unit and not naming.raters:
        unit = tuple(columns.cells)[:1]
    taken = {*unit, naming.by, cluster}
    raters = naming.raters or tuple(name for name in columns.cells if name not in taken)
    if len(raters) < 2:
        raise InputError(
            f"{len(raters)} column of ratings beside {', '.join(unit)}",
            where=f"{columns.source}:1",
            expected="a column for each of two or more raters, or the columns unit, rater and rating",
        )
    return replace(naming, unit=unit, raters=raters, cluster=cluster, layout=layout)


def _known(columns: Columns, naming: Naming) -> None:
    """Raises: UsageError when a column that was named is not there."""
    named: tuple[tuple[str, Sequence[str | None]], ...] = (
        ("--unit", naming.unit),
        ("--rater", (naming.rater,)),
        ("--rating", (naming.rating,)),
        ("--raters", naming.raters),
        ("--by", (naming.by,)),
        ("--cluster", (naming.cluster,)),
    )
    for option, said in named:
        for name in said:
            if name is not None and name not in columns.cells:
                what = f"no column {name!r} in {columns.source}"
                raise UsageError(what, where=option, expected=f"one of {', '.join(columns.cells)}")


def _found_long(columns: Columns, naming: Naming) -> Naming:
    rater = naming.rater or _first(columns, RATERS)
    rating = naming.rating or _first(columns, RATINGS)
    for what, name in (("unit", naming.unit), ("rater", rater), ("rating", rating)):
        if not name:
            expected, do = f"one of {', '.join(columns.cells)}", f"name it: --{what} COLUMN"
            raise UsageError(f"no column says the {what}", where=columns.source, expected=expected, do=do)
    return replace(naming, rater=rater, rating=rating)


def _long(columns: Columns, naming: Naming) -> _Cells:
    assert naming.rating is not None
    assert naming.rater is not None
    return _Cells(columns.cells[naming.rating], range(len(columns.lines)), columns.cells[naming.rater])


def _wide(columns: Columns, naming: Naming) -> _Cells:
    rows = range(len(columns.lines))
    cells = [cell for name in naming.raters for cell in columns.cells[name]]
    return _Cells(cells, list(rows) * len(naming.raters), [name for name in naming.raters for _ in rows])


def _expanded(columns: Columns, cells: _Cells) -> _Cells:
    """Each count of a category as so many ratings; the raters are numbered within the unit."""
    ratings: list[str] = []
    rows: list[int] = []
    raters: list[str] = []
    given: dict[int, int] = {}
    for cell, row, category in zip(cells.cells, cells.rows, cells.raters, strict=True):
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
    return _Cells(ratings, rows, raters)


def _count(cell: str, where: str) -> int:
    if not (cell.isascii() and cell.isdigit() and len(cell) < 10):
        raise InputError(f"count {cell[:40]!r}", where=where, expected="how many raters chose the category, from 0")
    return int(cell)


def _unit_ids(columns: Columns, naming: Naming) -> list[tuple[str, ...]]:
    if not naming.unit:
        return [(str(row),) for row in range(1, len(columns.lines) + 1)]
    ids = list(zip(*(columns.cells[name] for name in naming.unit), strict=True))
    for row, one in enumerate(ids):
        if not all(one):
            raise InputError("a row without its unit", where=columns.where(row), expected=f"a {naming.unit[0]}")
    if naming.layout != "long" and len(set(ids)) < len(ids):
        row, first = next(_repeated(ids))
        raise InputError(
            f"unit {'/'.join(ids[row])!r} is on line {columns.lines[first]} already",
            where=columns.where(row),
            do="name the column that tells units apart (--unit COLUMN), or the rating columns (--raters A,B)",
        )
    return ids


def _repeated(ids: Sequence[object]) -> Iterator[tuple[int, int]]:
    seen: dict[object, int] = {}
    for row, one in enumerate(ids):
        if one in seen:
            yield row, seen[one]
        seen.setdefault(one, row)


def _of_units(columns: Columns, name: str | None, unit: Codes, units: int, what: str) -> tuple[tuple[str, ...], Codes]:
    """The names in a column and the number of each unit's.

    Raises: InputError for a unit that has two.
    """
    if name is None:
        return (), np.zeros(units, int)
    names = list(dict.fromkeys(columns.cells[name]))
    number = {one: place for place, one in enumerate(names)}
    rows = np.array([number[one] for one in columns.cells[name]])
    found = np.zeros(units, int)
    found[unit[::-1]] = rows[::-1]  # the first row of a unit says it
    wrong = np.flatnonzero(found[unit] != rows)
    if len(wrong):
        row = int(wrong[0])
        both = f"{columns.cells[name][row]!r} and {names[found[unit[row]]]!r}"
        raise InputError(f"its unit is in two {what} of {name!r}: {both}", where=columns.where(row), expected="one")
    return tuple(one or "(none)" for one in names), found


def _table(
    columns: Columns, cells: _Cells, unit: Codes, numbers: Floats, *, units: int
) -> tuple[Floats, tuple[str, ...]]:
    """The table of units by raters, or, when that is too large, by the first, second, ... rating of a unit."""
    names = list(dict.fromkeys(cells.raters))
    place = {name: number for number, name in enumerate(names)}
    rater = np.array([place[name] for name in cells.raters])
    known = ~np.isnan(numbers)
    unit, rater, numbers = unit[known], rater[known], numbers[known]
    key = unit * len(names) + rater
    if len(np.unique(key)) < len(key):
        row, first = next(_repeated(key.tolist()))
        rows = np.asarray(cells.rows)[known]
        raise InputError(
            f"one unit is rated twice by {names[rater[row]]!r}",
            where=columns.where(int(rows[row])),
            expected=f"one rating; the other is on line {columns.lines[int(rows[first])]}",
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


def layouts() -> tuple[str, ...]:
    """The names of the layouts."""
    return get_args(Layout)

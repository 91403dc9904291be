"""Reads ratings of units by raters from any layout: a row per rating (long), a column per rater (wide), or counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rewardlab.errors import InputError, UsageError
from rewardlab.ratings.columns import Columns
from rewardlab.ratings.exported import exported
from rewardlab.ratings.files import read_files
from rewardlab.ratings.longform import is_long, long_roles, slots_in
from rewardlab.ratings.lookalikes import no_counts, no_rows_of_people
from rewardlab.ratings.names import UNITS, first_of
from rewardlab.ratings.naming import Layout, Naming
from rewardlab.ratings.roles import Role, Roles, raters_of
from rewardlab.ratings.scale import Scale, Wanted, read_scale
from rewardlab.ratings.table import counted_cells, long_cells, parts_of, table_of, unit_ids, wide_cells
from rewardlab.stats.agreement.table import Codes
from rewardlab.stats.interval import Floats

#: Names of rows that summarise the other rows.
SUMS = frozenset(("average", "avg", "mean", "total", "sum", "median", "overall", "all", "std", "sd"))
#: Names for units that are just as often names for something that units have in common.
VAGUE = frozenset(("task", "subject", "target", "sample", "instance", "record", "example"))


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """Ratings of units by raters: `values` (units, raters), NaN where missing; `cluster` and `slice` of each unit.

    `raters` are the columns' names, empty if a column is not the same rater throughout. `missing` counts the cells with
    a missing rating. `notes` say how the file was read, where its header does not make it obvious.
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
    notes: tuple[str, ...]


def read_ratings(paths: Sequence[Path], naming: Naming, wanted: Wanted | None = None) -> Ratings:
    """The ratings of a file (`-` is standard input) or of several, which are one file per rater, or parts of one table.

    Arguments: `naming` holds what the user said about the columns; `wanted`, about the level, the scale's order, and
    how to read cells.
    A file is long if it has one column for the rater and one for the rating, else wide: one column for the unit and one
    for each rater. The file of `--labels` (prompt_id, index, annotator, label) is long, and the prompt is its cluster.
    Raises: UsageError for a column that does not exist; UnclearError if it is unclear which columns hold ratings;
    InputError with file:line for a unit that a rater rated twice, a unit in two slices or clusters, no two ratings to
    compare, and for what `read_columns` and `read_scale` refuse.
    """
    columns, found = columns_and_roles(paths, naming)
    naming = found.naming
    assert naming.layout is not None
    reader = {"long": long_cells, "wide": wide_cells, "counts": counted_cells}[naming.layout]
    cells = reader(columns, naming)
    scale, numbers = read_scale(columns, cells.cells, cells.rows, wanted or Wanted())
    missing = int(np.isnan(numbers).sum())
    if missing == len(numbers):
        raise InputError("holds no rating", where=columns.source)
    ids = unit_ids(columns, naming)
    names = list(dict.fromkeys(ids))
    number = {name: place for place, name in enumerate(names)}
    unit = np.array([number[one] for one in ids])
    slices, slice_ = parts_of(columns, naming.by, unit, len(names), "slices")
    clusters, cluster = parts_of(columns, naming.cluster, unit, len(names), "clusters")
    cell_unit = unit[np.asarray(cells.rows, int)]
    values, raters = table_of(columns, cells, cell_unit, numbers, units=len(names))
    return Ratings(
        values=values,
        raters=() if naming.layout == "counts" else raters,
        units=len(names),
        cluster=cluster if clusters else None,
        slices=slices,
        slice=slice_,
        scale=scale,
        layout=naming.layout,
        missing=0 if naming.layout == "counts" else missing,
        notes=(*found.notes, *_sums(ids), *scale.notes),
    )


def _sums(ids: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The note about a last row that may summarise the others."""
    last = ids[-1][0]
    if last.casefold().strip(" :") in SUMS:
        yield f"The last unit is called {last!r}: if that row sums up the others, delete it."


def columns_and_roles(paths: Sequence[Path], naming: Naming) -> tuple[Columns, Roles]:
    """The columns of files and their roles; for a tool's export the columns are unit, rater and rating.

    Raises: as `read_ratings`.
    """
    columns = read_files(paths)
    return exported(columns, naming) or (columns, roles_of(columns, naming))


def roles_of(columns: Columns, naming: Naming) -> Roles:
    """The role of each column of a file, and the resulting naming and layout.

    Raises: as `read_ratings`.
    """
    _known(columns, naming)
    naming = _with_prompts(columns, naming)
    slots = None if naming.layout in {"wide", "counts"} or naming.rater or naming.rating else slots_in(columns, naming)
    naming = slots or naming
    layout = naming.layout or ("wide" if naming.raters else "long" if is_long(columns, naming) else "wide")
    if layout == "long":
        return long_roles(columns, replace(naming, layout=layout))
    naming = replace(naming, layout=layout)
    said = naming.unit
    if not naming.unit:
        known = [name for name in first_of(list(columns.cells), UNITS) if name not in naming.raters]
        whole = [name for name in known if len(set(columns.cells[name])) == len(columns.lines)]
        clear = [name for name in known if name.casefold() not in VAGUE]
        sure = [name for name in whole if name in clear] or whole or clear
        naming = replace(naming, unit=tuple(sure[:1]))
    if naming.raters:
        return Roles(naming, tuple(_said(columns, naming)))
    if layout == "counts":
        return _categories(columns, naming)
    found = raters_of(columns, naming)
    if not said:
        no_rows_of_people(columns, found)
    no_counts(columns, found)
    return found


def _with_prompts(columns: Columns, naming: Naming) -> Naming:
    """The naming for a file of `audit --labels`, whose units are the generations of prompts."""
    if naming.unit or not {"prompt_id", "index"} <= set(columns.cells):
        return naming
    return replace(naming, unit=("prompt_id", "index"), cluster=naming.cluster or "prompt_id")


def _categories(columns: Columns, naming: Naming) -> Roles:
    unit = naming.unit or tuple(columns.cells)[:1]
    taken = {*unit, naming.by, naming.cluster}
    raters = tuple(name for name in columns.cells if name not in taken)
    if len(raters) < 2:
        raise InputError(
            f"{len(raters)} column of counts beside {', '.join(unit)}",
            where=f"{columns.source}:1",
            expected="a column for each of two or more categories",
        )
    naming = replace(naming, unit=unit, raters=raters)
    return Roles(naming, tuple(_said(columns, naming)))


def _said(columns: Columns, naming: Naming) -> list[Role]:
    what = "category" if naming.layout == "counts" else "rater"
    taken = {**dict.fromkeys(naming.unit, "unit"), **dict.fromkeys(naming.raters, what)}
    taken |= {name: role for name, role in ((naming.by, "slice"), (naming.cluster, "cluster")) if name}
    why = {"left out": "you named others"}
    return [
        Role(name, role := taken.get(name, "left out"), why.get(role, "by its name, or because you said so"))
        for name in columns.cells
    ]


def _known(columns: Columns, naming: Naming) -> None:
    """Check that every named column exists.

    Raises: UsageError when one does not.
    """
    named: tuple[tuple[str, Sequence[str | None]], ...] = (
        ("--unit", naming.unit),
        ("--rater", naming.rater),
        ("--rating", naming.rating),
        ("--raters", naming.raters),
        ("--by", (naming.by,)),
        ("--cluster", (naming.cluster,)),
    )
    for option, said in named:
        for name in said:
            if name is not None and name not in columns.cells:
                what = f"no column {name!r} in {columns.source}"
                raise UsageError(what, where=option, expected=f"one of {', '.join(columns.cells)}")

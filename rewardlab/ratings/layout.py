"""Ratings of units by raters: from a row for each rating (long), a column for each rater (wide), or counts."""

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

#: What rows are called that sum up the others.
SUMS = frozenset(("average", "avg", "mean", "total", "sum", "median", "overall", "all", "std", "sd"))
#: Names of units that are as often names of something that units have in common.
VAGUE = frozenset(("task", "subject", "target", "sample", "instance", "record", "example"))


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """Ratings of units by raters: `values` (units, raters), NaN where missing; `cluster` and `slice` of each unit.

    `raters` are the columns' names, empty when a column is not one rater throughout. `missing` counts the cells that
    said that there is no rating. `notes` say how the file was read, where that is more than its header says.
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
    """The ratings of a file, `-` being standard input, or of several: a file for each rater, or parts of one table.

    Arguments: `naming` says which column is what; `wanted`, the level, the scale's order, and how cells are read.
    A file is long when it has a column for the rater and one for the rating, else wide: a column for the unit and one
    for each rater. The file of `--labels` (prompt_id, index, annotator, label) is long, its cluster the prompt.
    Raises: UsageError for a column that is not there; UnclearError where it is not clear which columns hold ratings;
    InputError with file:line for a unit that a rater rated twice, a unit in two slices or clusters, no two ratings to
    compare, and what `read_columns` and `read_scale` find.
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
    """The note on a last row that sums up the others."""
    last = ids[-1][0]
    if last.casefold().strip(" :") in SUMS:
        yield f"The last unit is called {last!r}: if that row sums up the others, delete it."


def columns_and_roles(paths: Sequence[Path], naming: Naming) -> tuple[Columns, Roles]:
    """The columns of files and what each is taken for; those of a tool's export are unit, rater and rating.

    Raises: as `read_ratings`.
    """
    columns = read_files(paths)
    return exported(columns, naming) or (columns, roles_of(columns, naming))


def roles_of(columns: Columns, naming: Naming) -> Roles:
    """What each column of a file is taken for, and the naming and layout that come of it.

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
    """The naming of the file of `audit --labels`, whose units are a prompt's generations."""
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
    """Raises: UsageError when a column that was named is not there."""
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

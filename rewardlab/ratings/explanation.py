"""Explains for what each column of a file is taken: the output of `rewardlab agree FILE --columns`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rewardlab.ratings.columns import Columns
from rewardlab.ratings.exported import exported
from rewardlab.ratings.files import read_files
from rewardlab.ratings.layout import roles_of
from rewardlab.ratings.naming import Naming
from rewardlab.ratings.roles import Role, UnclearError
from rewardlab.visible import visible, visible_lines

#: How many cells of a column are shown, and how many characters of each.
SHOWN = 3
WIDTH = 18


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation as text, and whether it is clear which columns hold ratings."""

    text: str
    clear: bool


def explain_columns(paths: Sequence[Path], naming: Naming) -> Explanation:
    """Explain for what each column of the files is taken, and why.

    Raises: as `read_ratings`, except for unclear columns, which are part of the explanation.
    """
    columns = read_files(paths)
    try:
        table = exported(columns, naming)
        found = table[1] if table else roles_of(columns, naming)
    except UnclearError as error:
        said = visible_lines(str(error)).rstrip()
        return Explanation(f"{_table(columns, error.roles)}\nNot clear: {said}\n", clear=False)
    layout = {
        "long": "a row for each rating",
        "wide": "a column for each rater",
        "counts": "a column for each category",
    }
    notes = "".join(f"{visible(note)}\n" for note in found.notes if not note.startswith("Left out"))
    layout_of = found.naming.layout or "wide"
    return Explanation(f"{_table(columns, found.roles)}\n{layout_of}: {layout[layout_of]}\n{notes}", clear=True)


def _table(columns: Columns, roles: Sequence[Role]) -> str:
    rows: list[tuple[str, ...]] = [("column", "taken for", "why", "cells")]
    rows += [(one.column or "(no name)", one.taken, one.why, _cells(columns, one.column)) for one in roles]
    rows = [tuple(map(visible, row)) for row in rows]
    widths = [max(len(row[place]) for row in rows) for place in range(3)]
    lines = (
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]) for row in rows
    )
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _cells(columns: Columns, name: str) -> str:
    given = list(dict.fromkeys(filter(None, columns.cells.get(name, ()))))
    shown = [cell if len(cell) <= WIDTH else f"{cell[: WIDTH - 1]}…" for cell in given[:SHOWN]]
    return ", ".join(shown) + (", …" if len(given) > SHOWN else "")

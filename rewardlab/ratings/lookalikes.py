"""Refuses tables that look like one column per rater but are not: one row per person, or counts of categories."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rewardlab.ratings.columns import Columns
from rewardlab.ratings.names import rates, tokens_of
from rewardlab.ratings.naming import command_for
from rewardlab.ratings.roles import Roles, UnclearError

#: Words in the name of a column that says who answered.
PEOPLE = frozenset(
    (
        "email",
        "respondent",
        "participant",
        "rater",
        "annotator",
        "judge",
        "coder",
        "worker",
        "user",
        "username",
        "expert",
    )
)


def no_rows_of_people(columns: Columns, found: Roles) -> None:
    """Refuse a table with one row per person and one column for each thing that was rated.

    Raises: UnclearError with the command that transposes such a table.
    """
    unit = found.naming.unit[0] if len(found.naming.unit) == 1 else ""
    if not {*tokens_of(unit)} & PEOPLE:
        return
    left = [role.column for role in found.roles if role.taken == "left out"]
    raise UnclearError(
        f"each row is one {unit}'s, and the columns {', '.join(found.naming.raters[:3])}, ... may be what was rated",
        where=f"{columns.source}:1",
        commands=[_turn(columns, unit, left), command_for(columns.files, ("--unit", (unit,)))],
        roles=[replace(role, taken="unclear") if role.taken in {"unit", "rater"} else role for role in found.roles],
    )


def _turn(columns: Columns, unit: str, left: Sequence[str]) -> str:
    """The command that transposes a file with one row per person."""
    reader = {".parquet": "read_parquet({0!r})", ".json": "read_json({0!r})", ".jsonl": "read_json({0!r}, lines=True)"}
    read = reader.get(
        Path(columns.source).suffix.lower(), "read_csv({0!r}, sep=';')" if columns.decimal_comma else "read_csv({0!r})"
    )
    drop = f".drop(columns={[*left]!r})" if left else ""
    code = f"import pandas as pd; t = pd.{read.format(columns.source)}{drop}.set_index({unit!r}).T; "
    write = "t.to_csv('turned.csv', index_label='unit')"
    quoted = shlex.quote(code + write) if {*'"$`\\!'} & {*code} else f'"{code}{write}"'
    return f"python -c {quoted} && rewardlab agree turned.csv"


def no_counts(columns: Columns, found: Roles) -> None:
    """Refuse a table whose rows are counts of categories.

    Raises: UnclearError if the cells are whole numbers with the same sum in every row.
    """
    raters = found.naming.raters
    if len(columns.lines) < 8 or any(
        trait.isdigit() or rates(name) for name in raters for trait in tokens_of(name)[-1:]
    ):
        return
    rows = list(zip(*(columns.cells[name] for name in raters), strict=True))
    if not all(cell.isascii() and cell.isdigit() and len(cell) < 6 for row in rows for cell in row):
        return
    sums = {sum(map(int, row)) for row in rows}
    if len(sums) > 1 or max(sums) < 2 or not any(cell == "0" for row in rows for cell in row):
        return
    unit = [("--unit", found.naming.unit)] if found.naming.unit else []
    raise UnclearError(
        f"each row of {', '.join(raters)} adds up to {sums.pop()}: counts of categories, or raters' ratings",
        where=f"{columns.source}:1",
        commands=[
            command_for(columns.files, *unit, ("--layout", ("counts",))),
            command_for(columns.files, *unit, ("--raters", raters)),
        ],
        roles=[replace(role, taken="unclear") if role.taken == "rater" else role for role in found.roles],
    )


def _is_numbered(name: str) -> bool:
    """Whether a column has the name of one of several raters, and not of a category."""
    return rates(name) or (tokens_of(name)[-1:] != () and tokens_of(name)[-1].isdigit())

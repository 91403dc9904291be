"""Reads the export of an annotation or evaluation tool into the columns unit, rater and rating, one row per rating."""

from __future__ import annotations

from dataclasses import replace

from rewardlab.errors import InputError, UsageError
from rewardlab.ratings.columns import Columns
from rewardlab.ratings.exports import (
    argilla,
    doccano,
    inspect_log,
    label_studio,
    mt_bench,
    nested,
    prodigy,
    promptfoo,
)
from rewardlab.ratings.exports.export import Export, Reader
from rewardlab.ratings.naming import Naming
from rewardlab.ratings.records import cell_of
from rewardlab.ratings.roles import Roles

#: The readers by tool; the first one whose format a file has reads it.
EXPORTS: dict[str, Reader] = {
    "Label Studio": label_studio.read,
    "Argilla": argilla.read,
    "Prodigy": prodigy.read,
    "doccano": doccano.read,
    "MT-Bench": mt_bench.read,
    "promptfoo": promptfoo.read,
    "Inspect": inspect_log.read,
    "nested rows": nested.read,
}
UNIT, RATER, RATING = "unit", "rater", "rating"


def exported(columns: Columns, naming: Naming) -> tuple[Columns, Roles] | None:
    """The ratings of a tool's export as columns, with their roles; None for a file that is not an export.

    If the user names columns (--unit, --rater, --layout), the file is not read as an export.
    Raises: what the tool's reader raises; InputError for an export without ratings; UsageError for an unknown rater.
    """
    records = columns.records
    if records is None or naming.unit or naming.rater or naming.layout or len(naming.rating) > 1:
        return None
    question = naming.rating[0] if naming.rating else None
    found = next((export for read in EXPORTS.values() if (export := read(records, question))), None)
    if found is None:
        return None
    kept = [one for one in found.given if not naming.raters or one.rater in naming.raters]
    _known(found, naming)
    if not kept:
        raise InputError("holds no rating", where=columns.source, expected=f"ratings, as in an export of {found.tool}")
    parts = {name: cells for name, cells in found.parts.items() if name not in {UNIT, RATER, RATING}}
    cells = {name: [cells[one.row] for one in kept] for name, cells in parts.items()}
    cells |= {
        UNIT: [one.unit for one in kept],
        RATER: [one.rater for one in kept],
        RATING: [cell_of(one.rating) for one in kept],
    }
    table = Columns(
        columns.source,
        cells,
        [columns.lines[one.row] for one in kept],
        decimal_comma=False,
        place=columns.place,
        sources=[columns.sources[one.row] for one in kept] if columns.sources else (),
    )
    for option, name in (("--by", naming.by), ("--cluster", naming.cluster)):
        if name is not None and name not in cells:
            raise UsageError(
                f"no column {name!r} in {columns.source}", where=option, expected=f"one of {', '.join(cells)}"
            )
    naming = replace(naming, unit=(UNIT,), rater=(RATER,), rating=(RATING,), raters=(), layout="long")
    note = () if found.tool == "nested rows" else (f"Read as an export of {found.tool}.",)
    return table, Roles(naming, found.roles, (*note, *found.notes))


def _known(found: Export, naming: Naming) -> None:
    raters = dict.fromkeys(one.rater for one in found.given)
    for name in naming.raters:
        if name not in raters:
            raise UsageError(f"no rater {name!r}", where="--raters", expected=f"one of {', '.join(raters)}")

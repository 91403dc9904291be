"""Recognises doccano's export, which has one file per annotator and does not name the annotator in its rows."""

from __future__ import annotations

from rewardlab.errors import InputError
from rewardlab.ratings.exports.export import Export
from rewardlab.ratings.names import RATERS, first_of
from rewardlab.ratings.records import Records

_LABELS = ("label", "labels", "cats", "entities")


def read(records: Records, question: str | None) -> Export | None:
    """Return None for other files, and refuse doccano's, since one annotator's file shows no agreement.

    Raises: InputError for such a file, with the command that names several; and for spans, which do not rate a unit.
    """
    names = {name for row in records.rows for name in row}
    if question is not None or "Comments" not in names or first_of(list(names), RATERS):
        return None
    held = [row.get(name) for row in records.rows for name in _LABELS if isinstance(row.get(name), list)]
    if not held:
        return None
    if any(isinstance(one, list | dict) for labels in held for one in labels or ()):
        raise InputError(
            "holds spans, which are no ratings of a unit", where=records.source, expected="labels of whole texts"
        )
    raise InputError(
        "is one annotator's file of a doccano export",
        where=records.source,
        expected="the labels of two or more annotators",
        do="name all the files that the export unpacks to, as in",
        lines="    rewardlab agree alice.jsonl bob.jsonl",
    )

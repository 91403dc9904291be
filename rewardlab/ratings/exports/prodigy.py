"""Reads Prodigy's `db-out`: one row per annotator's answer to a task, with choices under `accept`."""

from __future__ import annotations

from typing import Any

from rewardlab.errors import InputError
from rewardlab.ratings.exports.export import Export, Given, cells_of, counted
from rewardlab.ratings.records import Record, Records
from rewardlab.ratings.roles import Role

_ANSWERS = ("accept", "reject", "ignore")
_WHO = ("_annotator_id", "_session_id", "rater")
#: Interfaces whose answers are spans or boxes.
_SPANS = ("ner_manual", "spans_manual", "relations", "dep", "pos_manual", "image_manual", "audio_manual")


def read(records: Records, question: str | None) -> Export | None:
    """The chosen options, or, for tasks without options, whether the task was accepted or rejected.

    An ignored task counts as not rated, and so does a rejected task with options.
    """
    if question is not None or not all(_is_answer(row) for row in records.rows):
        return None
    if spans := {str(row.get("_view_id")) for row in records.rows if row.get("_view_id") in _SPANS}:
        raise InputError(
            f"holds {', '.join(sorted(spans))} annotations, which are no ratings of a unit",
            where=records.source,
            expected="answers of the choice or a binary interface",
        )
    who = next((name for name in _WHO if all(row.get(name) for row in records.rows)), None)
    if who is None:
        raise InputError(
            "does not say who annotated",
            where=records.source,
            expected="_annotator_id or _session_id in each row",
            do="name a file for each annotator, as in",
            lines="    rewardlab agree alice.jsonl bob.jsonl",
        )
    chosen = any(isinstance(row.get("accept"), list) or row.get("options") for row in records.rows)
    unit = ("_input_hash", "_task_hash") if chosen else ("_task_hash", "_input_hash")
    given = [
        Given(_first(row, unit), str(row[who]), _rating(row, chosen=chosen), at) for at, row in enumerate(records.rows)
    ]
    rejected = sum(chosen and row["answer"] == "reject" for row in records.rows)
    ignored = sum(row["answer"] == "ignore" for row in records.rows)
    roles = (
        Role(unit[0], "unit", "the task of a Prodigy export"),
        Role(who, "rater", "who annotated"),
        Role("accept" if chosen else "answer", "rating", "the options chosen" if chosen else "accept or reject"),
    )
    notes = (*counted(rejected, "answers that reject the task"), *counted(ignored, "answers that ignore the task"))
    return Export("Prodigy", given, roles, notes, cells_of(records.rows))


def _is_answer(row: Record) -> bool:
    return row.get("answer") in _ANSWERS and ("_task_hash" in row or "_input_hash" in row)


def _first(row: Record, names: tuple[str, ...]) -> str:
    return str(next(row[name] for name in names if name in row))


def _rating(row: Record, *, chosen: bool) -> Any:
    if not chosen:
        return row["answer"] if row["answer"] != "ignore" else None
    return row.get("accept") if row["answer"] == "accept" else None

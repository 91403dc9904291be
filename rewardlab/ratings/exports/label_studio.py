"""Reads Label Studio's JSON: tasks with annotations, each by one annotator and with a result for each control tag."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rewardlab.errors import InputError
from rewardlab.ratings.exports.export import Export, Given, asked, cells_of, counted
from rewardlab.ratings.records import Record, Records
from rewardlab.ratings.roles import Role

#: The types of results that rate a task as a whole, and where their value is.
RATES = {"choices": "choices", "rating": "rating", "taxonomy": "taxonomy", "number": "number", "pairwise": "selected"}


def read(records: Records, question: str | None) -> Export | None:
    """The ratings of one control tag, without cancelled annotations."""
    if not all(_is_task(row) for row in records.rows):
        return None
    kinds: dict[str, str] = {}
    for row in records.rows:
        for annotation in _annotations(row):
            for result in _results(annotation):
                kinds.setdefault(str(result.get("from_name")), str(result.get("type")))
    tags = [tag for tag, kind in kinds.items() if kind in RATES]
    if not tags:
        found = ", ".join(dict.fromkeys(kinds.values())) or "none"
        raise InputError(
            f"holds no rating of a task: results are of the types {found}",
            where=records.source,
            expected=f"results of the types {', '.join(RATES)}",
        )
    tag = asked(records, tags, question, what="control tag")
    given = [one for row, task in enumerate(records.rows) for one in _given(records, row, task, tag)]
    cancelled = sum(_is_cancelled(one) for row in records.rows for one in _annotations(row))
    roles = [
        Role("id", "unit", "the task of a Label Studio export"),
        Role("annotations.completed_by", "rater", "who annotated"),
        *(Role(one, "rating" if one == tag else "left out", f"a control tag of type {kinds[one]}") for one in kinds),
    ]
    return Export(
        "Label Studio",
        given,
        tuple(roles),
        counted(cancelled, "cancelled annotations"),
        cells_of(row["data"] for row in records.rows),
    )


def _is_task(row: Record) -> bool:
    held = row.get("annotations", row.get("completions"))
    return isinstance(row.get("data"), dict) and isinstance(held, list) and all(isinstance(one, dict) for one in held)


def _annotations(row: Record) -> list[dict[str, Any]]:
    return list(row.get("annotations", row.get("completions")) or [])


def _results(annotation: Mapping[str, Any]) -> list[dict[str, Any]]:
    held = annotation.get("result")
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def _is_cancelled(annotation: Mapping[str, Any]) -> bool:
    return bool(annotation.get("was_cancelled") or annotation.get("skipped"))


def _given(records: Records, row: int, task: Record, tag: str) -> Iterator[Given]:
    unit = str(task.get("id", row + 1))
    for annotation in _annotations(task):
        if _is_cancelled(annotation):
            continue
        found = [one for one in _results(annotation) if one.get("from_name") == tag and one.get("type") in RATES]
        if len(found) > 1:
            raise InputError(
                f"{tag!r} is rated {len(found)} times in one annotation of task {unit}: regions of it are rated",
                where=records.where(row),
                expected="one result for each annotation",
            )
        yield Given(unit, _who(annotation), _value(found[0]) if found else None, row)


def _who(annotation: Mapping[str, Any]) -> str:
    who = annotation.get("completed_by")
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    return f"annotation {annotation.get('id')}" if who is None else str(who)


def _value(result: Mapping[str, Any]) -> Any:
    value = result.get("value")
    return value.get(RATES[str(result.get("type"))]) if isinstance(value, dict) else None

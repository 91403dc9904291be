"""Reads Argilla's records: several users' responses to each question, nested, flattened, or in version 1's form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rewardlab.errors import InputError
from rewardlab.ratings.exports.export import Export, Given, asked, cells_of, counted
from rewardlab.ratings.records import Record, Records
from rewardlab.ratings.roles import Role

_LEFT_OUT = ("discarded", "draft")
#: The note for exports by to_json() and to_list(), which keep only the value and the user of a response.
UNSAID = "The export does not say which responses are drafts or discarded; to_list(flatten=True) does."
Answer = tuple[Any, str, str]


def read(records: Records, question: str | None) -> Export | None:
    """The responses to one question, without discarded ones and drafts."""
    rows = [_answers(row) for row in records.rows]
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not names:
        return None
    texts = [name for name in names if _is_text([one[0] for row in rows for one in row.get(name, ())])]
    rated = [name for name in names if name not in texts] or names
    if question is not None and question in texts:
        rated.append(question)
    if not any(row.get(name) for row in rows for name in rated):
        raise InputError("holds no response", where=records.source, expected="records that somebody answered")
    chosen = asked(records, rated, question, what="question")
    given, left = [], 0
    for row, answers in enumerate(rows):
        for value, user, status in answers.get(chosen, ()):
            left += status in _LEFT_OUT
            if status not in _LEFT_OUT:
                given.append(Given(_unit(records.rows[row], row), user, _plain(value), row))
    roles = [
        Role("id", "unit", "the record of an Argilla export"),
        Role("user_id", "rater", "who answered"),
        *(Role(one, "rating" if one == chosen else "left out", _why(one, texts)) for one in names),
    ]
    parts = cells_of(_merged(row) for row in records.rows)
    states = [status for answers in rows for *_, status in answers.get(chosen, ())]
    notes = counted(left, "responses that are drafts or discarded") if any(states) else (UNSAID,)
    return Export("Argilla", given, tuple(roles), notes, parts)


def _why(name: str, texts: list[str]) -> str:
    return "a question answered in free text" if name in texts else "a question"


def _answers(row: Record) -> dict[str, list[Answer]]:
    nested = row.get("responses")
    if isinstance(nested, dict) and "fields" in row:
        return {name: list(_listed(held)) for name, held in nested.items()}
    found = {}
    for name, held in row.items():
        users = row.get(f"{name}.users")
        if name.endswith(".responses") and (isinstance(users, list) or held is None):
            states = row.get(f"{name}.status") or []
            values, who = held or [], users or []
            found[name.removesuffix(".responses")] = [
                (value, str(user), str(states[place]) if place < len(states) else "")
                for place, (value, user) in enumerate(zip(values, who, strict=False))
            ]
        elif isinstance(held, list) and held and all(isinstance(one, dict) and "user_id" in one for one in held):
            found[name] = list(_listed(held))
    return found


def _listed(held: Any) -> Iterator[Answer]:
    for one in held if isinstance(held, list) else ():
        if isinstance(one, dict):
            yield one.get("value"), str(one.get("user_id")), str(one.get("status") or "")


def _is_text(values: list[Any]) -> bool:
    said = [value for value in values if isinstance(value, str)]
    spans = any(isinstance(value, list) and any(isinstance(one, dict) for one in value) for value in values)
    words = sum(len(value.split()) for value in said)
    return spans or (len(said) > 0 and (words > 4 * len(said) or (len(said) > 8 and len(set(said)) > 0.5 * len(said))))


def _plain(value: Any) -> Any:
    return value.get("value") if isinstance(value, dict) else value


def _unit(row: Record, place: int) -> str:
    return str(
        next((row[name] for name in ("id", "external_id", "_server_id") if row.get(name)), f"record {place + 1}")
    )


def _merged(row: Record) -> dict[str, Any]:
    found = {name: value for name, value in row.items() if "." not in name}
    for name in ("fields", "metadata"):
        held = row.get(name)
        found |= held if isinstance(held, dict) else {}
    return found

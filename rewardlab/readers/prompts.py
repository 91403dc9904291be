"""Prompts, read from prompts.jsonl."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from rewardlab.errors import InputError
from rewardlab.readers.conversation import ONE_ROW, read_conversation
from rewardlab.readers.rows import Rows
from rewardlab.task import RIGHT, Prompt

Json: TypeAlias = Any

#: Where the trainers of the field put the reference answer, in the order in which they are looked for.
REFERENCE_KEYS = ("reference_answer", "ground_truth", "answer", "solution", "target")
#: Looked for last, and taken where they hold a text: a number may be the id of a class.
TEXT_KEYS = ("reference", "label")


def read_prompts(path: Path) -> tuple[Prompt, ...]:
    """Read prompts.jsonl in the Nova RFT form, or in the forms of TRL and verl.

    A row that ends with the assistant's turn is cut before it; a row without any reference, or with null beside rows
    that have one, is read: findings tell of both.
    Raises: InputError with file:line for the first row that cannot be used: not JSON, no messages, an unknown role, an
    empty reference, an id used before.
    """
    prompts: list[Prompt] = []
    seen: dict[str, int] = {}
    for line, row in Rows(path, ONE_ROW):
        prompt = _prompt(row, line, where=f"{path}:{line}")
        if prompt.id in seen:
            raise InputError(
                f"id {prompt.id!r} was used on line {seen[prompt.id]}",
                where=f"{path}:{line}",
                expected="every id once",
                do="rename one of the two, or delete it if it is a copy",
            )
        seen[prompt.id] = line
        prompts.append(prompt)
    if not prompts:
        raise InputError("empty", where=str(path), expected=ONE_ROW, do="give at least 100 rows")
    if all(prompt.reference is None for prompt in prompts):
        for prompt in prompts:
            if places := _places(prompt.row):
                raise _empty(*places[0], where=f"{path}:{prompt.line}")
    return tuple(prompts)


def note_of_cuts(prompts: Sequence[Prompt]) -> str | None:
    """What is said of rows that were cut before the assistant's turn that ended them; None where none was."""
    cut = [prompt for prompt in prompts if prompt.cut is not None]
    if not cut:
        return None
    return f"cut before the assistant's turn that ended them: {len(cut):,} rows, the first on line {cut[0].line}"


def _prompt(row: dict[str, Json], line: int, *, where: str) -> Prompt:
    identifier = f"row-{line}" if row.get("id") is None else row["id"]
    if isinstance(identifier, bool) or not isinstance(identifier, str | int) or identifier == "":
        raise InputError(f"id is {json.dumps(identifier)[:60]}", where=where, expected="a string or a whole number")
    conversation = read_conversation(row, where=where)
    return Prompt(
        id=str(identifier),
        messages=conversation.messages,
        reference=_reference(row, where=where),
        row=row,
        line=line,
        is_text=conversation.is_text,
        cut=conversation.cut,
        right=row[RIGHT] if isinstance(row.get(RIGHT), str) and row[RIGHT].strip() else None,
    )


def _reference(row: dict[str, Json], *, where: str) -> Json:
    """The first of the known places that holds something, None where all are null: `datasets` writes absent fields so.

    Raises: InputError where there are such places, all are empty, and one of them holds a blank.
    """
    places = _places(row)
    held = next((value for _, value in places if not is_empty(value)), None)
    if held is None and any(value is not None for _, value in places):
        raise _empty(*places[0], where=where)
    return held


def _places(row: Mapping[str, Json]) -> list[tuple[str, Json]]:
    """The known places of a reference that the row has, and what they hold."""
    model, metadata = row.get("reward_model"), row.get("metadata")
    places = [(key, row[key]) for key in REFERENCE_KEYS if key in row]
    if isinstance(model, dict) and "ground_truth" in model:
        places.insert(0, ("reward_model.ground_truth", model["ground_truth"]))
    if isinstance(metadata, dict) and "reference_answer" in metadata:
        places.append(("metadata.reference_answer", metadata["reference_answer"]))
    places += [(key, row[key]) for key in TEXT_KEYS if isinstance(row.get(key), str) and row[key].strip()]
    return places


def _empty(name: str, value: Json, *, where: str) -> InputError:
    return InputError(
        f"{name} is empty ({json.dumps(value)})",
        where=where,
        expected="the known answer",
        do="fill it in, or delete the row: a reward compares with it",
    )


def is_empty(value: Json) -> bool:
    """Whether a field says nothing: null, a blank text, an empty list or object."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})

"""Prompts, read from prompts.jsonl or from what trainers and evaluators write."""

from __future__ import annotations

import itertools
import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

from rewardlab.errors import InputError
from rewardlab.readers.columns import mapping_for, renamed_prompts
from rewardlab.readers.conversation import ONE_ROW, read_conversation
from rewardlab.readers.filled import without_filled
from rewardlab.readers.kinds import PROMPTS, PromptFormat, is_recorded, log_format, prompt_format
from rewardlab.readers.logged_prompts import prompts_in
from rewardlab.readers.logs import answers_of, holds_no_prompts
from rewardlab.readers.reading import PLAIN, Reading, Row
from rewardlab.readers.source import rows_of
from rewardlab.task import RIGHT, Prompt

Json: TypeAlias = Any

#: Where the trainers of the field put the reference answer, in the order in which they are looked for.
REFERENCE_KEYS = ("reference_answer", "ground_truth", "answer", "solution", "target")
#: Looked for last, and taken where they hold a text: a number may be the id of a class.
TEXT_KEYS = ("reference", "label")


def read_prompts(path: Path, reading: Reading = PLAIN) -> tuple[Prompt, ...]:
    """Read prompts in the Nova RFT form or in another that `kinds` lists, or those that a log's generations answer.

    A row that ends with the assistant's turn is cut before it; a row without any reference, or with null beside rows
    that have one, is read: findings tell of both.
    Raises: InputError with file:line for the first row that cannot be used: not JSON, no messages, an unknown role, an
    empty reference, an id used before; UsageError for a reading that does not fit the file.
    """
    with closing(_rows(path, reading)) as rows:
        return prompts_of(rows, path)


def prompts_of(rows: Iterable[Row], path: Path) -> tuple[Prompt, ...]:
    """The prompts of rows in our form, which were read from `path`.

    Raises: InputError, as `read_prompts`.
    """
    prompts: list[Prompt] = []
    seen: dict[str, str] = {}
    for row in rows:
        prompt = _prompt(without_filled(row.values), row.number, where=row.where)
        if prompt.id in seen:
            raise InputError(
                f"id {prompt.id!r} was used on line {seen[prompt.id]}",
                where=row.where,
                expected="every id once",
                do="rename one of the two, or delete it if it is a copy",
            )
        seen[prompt.id] = row.where.rpartition(":")[2]
        prompts.append(prompt)
    if not prompts:
        raise InputError("empty", where=str(path), expected=ONE_ROW, do="give at least 100 rows")
    if all(prompt.reference is None for prompt in prompts):
        for prompt in prompts:
            if places := _places(prompt.row):
                raise _empty(*places[0], where=f"{path}:{prompt.line}")
    return tuple(prompts)


def with_reference(prompts: Sequence[Prompt], column: str, path: Path) -> tuple[Prompt, ...]:
    """The prompts, which were read from `path`, with a column of their rows for the reference.

    Raises: InputError where no row has it, and for a blank one.
    """
    rows = (Row(f"{path}:{prompt.line}", prompt.line, prompt.row) for prompt in prompts)
    return prompts_of(renamed_prompts(rows, Reading(columns={"reference": column})), path)


def _rows(path: Path, reading: Reading) -> Generator[Row, None, None]:
    """The rows of a path in our form; they count from 1 through all of its files."""
    with closing(rows_of(path, what=ONE_ROW, reading=reading)) as source:
        yield from _settled(renamed_prompts(source, reading), reading)


def _settled(rows: Iterator[Row], reading: Reading) -> Iterator[Row]:
    """The rows in our form, by the format that the first of them is of."""
    first = next(rows, None)
    if first is None:
        return
    rows = itertools.chain([first], rows)
    is_named = bool({"prompt", "messages"} & reading.columns.keys())
    asked = None if is_named else prompt_format(first, reading)
    is_said = is_named or any(name in PROMPTS for name in reading.formats)
    if not is_said and (asked is None or asked.is_wide):
        if asked is None and is_recorded(first.values, reading):
            raise holds_no_prompts(first)
        log = log_format(first, reading)
        if log is not None and (asked is None or not log.is_wide):
            yield from prompts_in(answers_of(rows, log, reading))
            return
    several = 0
    for row in rows:
        several = max(several + 1, row.number) if row.number > several else several + 1
        yield Row(row.where, several, _ours(row, asked))


def _ours(row: Row, asked: PromptFormat | None) -> Mapping[str, Json]:
    values = row.values
    if asked is not None and asked.fits(values):
        found = asked.row(values)
        if found is None:
            raise InputError(
                f"taken for {asked.title}, but it holds no conversation of texts", where=row.where, expected=ONE_ROW
            )
        values = found
    if values.get("messages") is None and values.get("prompt") is None and (proposed := mapping_for(values)):
        known = ", ".join(sorted(values)[:8])
        title = asked.title if asked is not None else "rows with columns of their own"
        raise InputError(
            f"no messages (keys: {known}); taken for {title}",
            where=row.where,
            expected=ONE_ROW,
            do=f"{proposed} would do",
        )
    return values


def note_of_cuts(prompts: Sequence[Prompt]) -> str | None:
    """What is said of rows that were cut before the assistant's turn that ended them; None where none was."""
    cut = [prompt for prompt in prompts if prompt.cut is not None]
    if not cut:
        return None
    return f"cut before the assistant's turn that ended them: {len(cut):,} rows, the first on line {cut[0].line}"


def _prompt(row: Mapping[str, Json], line: int, *, where: str) -> Prompt:
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


def _reference(row: Mapping[str, Json], *, where: str) -> Json:
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

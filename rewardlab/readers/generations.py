"""Generations that were recorded in our own form, read row by row: what is wrong is told by its line."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from rewardlab.errors import InputError
from rewardlab.readers.calls import EXPECTED, read_calls
from rewardlab.readers.conversation import kind_of_json
from rewardlab.readers.reading import PLAIN, Reading
from rewardlab.readers.source import rows_of
from rewardlab.readers.turns import number_of
from rewardlab.task import Generation

Json: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Recorded:
    """Recorded generations, and the trainer's scores of some of them: prompt, index, reward function, score."""

    generations: tuple[Generation, ...]
    scores: tuple[tuple[str, int, str, float], ...] = ()


def read_generations(path: Path, reading: Reading = PLAIN) -> tuple[Generation, ...]:
    """The generations of `read_recorded`.

    Raises: InputError, as `read_recorded`.
    """
    return read_recorded(path, reading).generations


def read_recorded(path: Path, reading: Reading = PLAIN) -> Recorded:
    """Read recorded generations: `{"prompt_id", "index", "text", "finish_reason"}` on each line.

    A row may hold `prompt_tokens`, `completion_tokens`, `token_ids` and `tool_calls` too; with calls of tools the text
    may be null. `index` may be left out of every row of a
    prompt; they then count in the order of the file. `scores` are those of the trainer's own reward, by name.
    Raises: InputError with file:line for a row that cannot be used, and for a prompt_id and index given twice.
    """
    expected = '{"prompt_id": ..., "index": ..., "text": ...} on each line'
    seen: dict[tuple[str, int], str] = {}
    counted: dict[str, int] = {}
    generations: list[Generation] = []
    scores: list[tuple[str, int, str, float]] = []
    with closing(rows_of(path, what=expected, reading=reading)) as rows:
        for one in rows:
            row, where = one.values, one.where
            prompt_id, text = row.get("prompt_id"), row.get("text")
            if isinstance(prompt_id, bool) or not isinstance(prompt_id, str | int):
                raise InputError(f"prompt_id is a {kind_of_json(prompt_id)}", where=where, expected=expected)
            calls = _calls_or_none(row.get("tool_calls"), where=where)
            if text is None and calls is not None:
                text = ""
            if not isinstance(text, str):
                raise InputError(f"text is a {kind_of_json(text)}", where=where, expected=expected)
            index = row.get("index", counted.get(str(prompt_id), 0))
            if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < 2**31:
                raise InputError(f"index is {json.dumps(index)[:60]}", where=where, expected="a whole number from 0")
            counted[str(prompt_id)] = counted.get(str(prompt_id), 0) + 1
            key = (str(prompt_id), index)
            if key in seen:
                raise InputError(
                    f"generation {index} of prompt {key[0]!r} was given on line {seen[key].rpartition(':')[2]}",
                    where=where,
                    expected="every prompt_id and index once",
                    do="delete one of the two lines",
                )
            seen[key] = where
            scores += [(*key, name, score) for name, score in _scores(row.get("scores"), where=where)]
            generations.append(
                Generation(
                    key[0],
                    index,
                    text,
                    _text_or_none(row.get("finish_reason"), "finish_reason", where=where),
                    _count_or_none(row.get("prompt_tokens"), "prompt_tokens", where=where),
                    _count_or_none(row.get("completion_tokens"), "completion_tokens", where=where),
                    token_ids=_ids_or_none(row.get("token_ids"), where=where),
                    tool_calls=calls,
                )
            )
    if not generations:
        raise InputError("empty", where=str(path), expected=expected)
    return Recorded(tuple(generations), tuple(scores))


def _scores(value: Json, *, where: str) -> list[tuple[str, float]]:
    """Raises: InputError for what is no object of numbers."""
    if value is None:
        return []
    found = {} if not isinstance(value, dict) else {name: number_of(score) for name, score in value.items()}
    if not isinstance(value, dict) or None in found.values():
        raise InputError(f"scores is {json.dumps(value)[:60]}", where=where, expected='{"NAME": SCORE, ...}')
    return [(name, score) for name, score in found.items() if score is not None]


def _text_or_none(value: Json, name: str, *, where: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise InputError(f"{name} is a {kind_of_json(value)}", where=where, expected="a text, or nothing")


def _count_or_none(value: Json, name: str, *, where: str) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31):
        return value
    raise InputError(f"{name} is {json.dumps(value)[:60]}", where=where, expected="a whole number from 0, or nothing")


def _calls_or_none(value: Json, *, where: str) -> str | None:
    calls, wrong = read_calls(value)
    if wrong:
        raise InputError(f"tool_calls holds {wrong} that are no call of a tool", where=where, expected=EXPECTED)
    return calls


def _ids_or_none(value: Json, *, where: str) -> tuple[int, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise InputError(
            f"token_ids is a {kind_of_json(value)}", where=where, expected="a list of whole numbers from 0"
        )
    if wrong := [one for one in value if type(one) is not int or not 0 <= one < 2**31]:
        raise InputError(f"token_ids holds {json.dumps(wrong[0])[:60]}", where=where, expected="whole numbers from 0")
    return tuple(value)

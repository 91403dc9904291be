"""Calls reward code as a Lambda, whatever signature the user wrote.

Standard library only, and no import from the rest of rewardlab: this file, like those that it imports, runs in the
isolated worker, next to the user's code.
"""

from __future__ import annotations

import json
import math
import traceback
from collections.abc import Sequence
from functools import partial
from typing import Any, NoReturn, TypeGuard

from rewardlab.rewards.code.entry import Chosen, Entry, EntryError, Part, find_entry
from rewardlab.rewards.code.several import Failed, Reading, read, result, together
from rewardlab.rewards.events.sample import Sample, reference_of
from rewardlab.rewards.trainers.rounds import Question, ask
from rewardlab.rewards.trainers.table import refusal
from rewardlab.rewards.trainers.trl import TokensMissing, call_trl

__all__ = [
    "Chosen",
    "Entry",
    "EntryError",
    "TokensMissing",
    "describe",
    "find_entry",
    "invoke",
    "is_number",
    "reference_of",
    "told",
    "wanted",
    "wrap",
]

#: The largest float32, in which trainers hold rewards; a larger reward becomes infinite and its group's advantages NaN.
LARGEST = 3.4028234663852886e38


def invoke(
    entry: Entry,
    event: list[Sample],
    context: Any,
    *,
    token_ids: Sequence[Sequence[int] | None] | None = None,
    row_ids: Sequence[Any] | None = None,
    forms: set[str] | None = None,
) -> Any:
    """Call the entry with an event. A lambda's return value is passed on; other kinds give a Lambda's list of results.

    `token_ids` are the token ids of the samples' completions, for a TRL function, and `row_ids` the ids in their rows;
    a platform sends neither. The forms of returned values that a trainer may refuse are added to `forms`.

    Async functions are awaited concurrently, across a batch's samples and the functions of a sum, as trainers do.
    If a function that takes one sample at a time raises, only that sample is lost: its result is
    `{"id", "unscored": [reason, detail]}`. Exceptions of a lambda or a TRL function are passed on: they fail the batch.
    """
    if entry.kind == "lambda":
        return entry.call(event, context)
    seen: set[str] = set() if forms is None else forms
    asked = [_questions(part, event, token_ids, row_ids, seen) for part in entry.parts]
    answers = iter(ask([question for questions in asked for question in questions]))
    columns = [[one for _ in questions for one in next(answers)] for questions in asked]
    if not entry.is_sum:
        return [result(sample["id"], one) for sample, one in zip(event, columns[0], strict=True)]
    rows = zip(event, zip(*columns, strict=True), strict=True)
    return [result(sample["id"], together(entry.weights, row)) for sample, row in rows]


def _questions(
    part: Part,
    event: list[Sample],
    token_ids: Sequence[Sequence[int] | None] | None,
    row_ids: Sequence[Any] | None,
    forms: set[str],
) -> list[Question[list[Reading]]]:
    """The questions to a function: one per sample, or one for the batch; an answer holds its samples' readings."""
    if part.ask is None:
        give = partial(call_trl, part.call, event, token_ids, forms, row_ids)
        return [Question(give, partial(_every, forms), _raise)]
    return [Question(partial(part.ask, sample), partial(_one, forms), _lost) for sample in event]


def _one(forms: set[str], value: Any) -> list[Reading]:
    return [read(value, forms)]


def _every(forms: set[str], values: list[Any]) -> list[Reading]:
    """The readings of a TRL function's values; a value that cannot be read loses only its own sample."""
    readings: list[Reading] = []
    for value in values:
        try:
            readings.append(read(value, forms, of_list=True))
        except Exception as error:  # noqa: BLE001 - the user's object may raise anything; only this sample is lost
            readings.append(Failed("raised", describe(error)))
    return readings


def _lost(error: BaseException) -> list[Reading]:
    return [Failed("raised", describe(error))]


def _raise(error: BaseException) -> NoReturn:
    raise error


def told(entry: Entry, forms: set[str]) -> list[str]:
    """Sentences about returned forms that the audit accepted but the trainer of the entry's kind refuses."""
    words = {"tuple": "returns a tuple, whose first item is read as the score", "none": "returns None for some answers"}
    refused = [refusal(entry.kind, form, f"{entry.name} {words[form]}") for form in sorted(forms) if form in words]
    renamed = [form.partition(" ")[2] for form in sorted(forms) if form.startswith("column ")]
    lacking = [
        f"{entry.name} asks for {name}, a column that the rows lack: it is handed their reference, where TRL raises; "
        f"name the column {name} in the training set"
        for name in renamed
    ]
    return [*filter(None, refused), *lacking]


def wrap(results: Any, returns: str) -> Any:
    """The results in the form that the platform wants: the list ("list"), or an envelope ("body_list", "body_text").

    Raises: TypeError or ValueError when the body must be text and the results are not JSON.
    """
    if returns == "list":
        return results
    body = json.dumps(results) if returns == "body_text" else results
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": body}


def is_number(value: Any) -> TypeGuard[float]:
    """Whether it is a JSON number that a trainer can hold; true and false are not."""
    return type(value) in {float, int} and abs(value) <= LARGEST  # JSON has no subclasses


def wanted(value: Any) -> str:
    """What to expect instead of a value that is no valid score, in words."""
    if type(value) in {float, int} and LARGEST < abs(value) < math.inf:
        return "a number up to 3.4e38, the largest float32, in which trainers hold rewards"
    return "a finite number"


def describe(error: BaseException) -> str:
    """`Type: message (file:line)`, with the innermost line of the traceback that lies in a file."""
    every = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in every if not frame.filename.startswith("<frozen ")] or every
    text = " ".join(str(error).split())[:300]
    name = type(error).__name__ + (f": {text}" if text else "")
    if isinstance(error, SyntaxError):
        return f"{name.split(' (')[0]} (line {error.lineno})"
    return f"{name} ({frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno})" if frames else name

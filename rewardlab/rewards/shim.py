"""Calls reward code as a Lambda, whatever signature the user wrote.

Standard library only, and no import from the rest of rewardlab: this file, like entry, trainers, rubric and sample
beside it, runs in the isolated worker, next to the user's code.
"""

from __future__ import annotations

import json
import math
import numbers
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeGuard

from rewardlab.rewards.entry import Entry, EntryError, find_entry
from rewardlab.rewards.rubric import Weighted
from rewardlab.rewards.sample import Sample, reference_of
from rewardlab.rewards.trainers import TokensMissing, call_openai, call_plain, call_trl, call_verl

__all__ = [
    "Entry",
    "EntryError",
    "TokensMissing",
    "describe",
    "find_entry",
    "invoke",
    "is_number",
    "reference_of",
    "wrap",
]


def call_rubric(rubric: Callable[[Sample], Any], sample: Sample) -> Any:
    """A rubric scores the sample itself."""
    return rubric(sample)


#: Kinds that score one sample at a time, each with what calls it so.
CALLS: dict[str, Callable[[Callable[..., Any], Sample], Any]] = {
    "verl": call_verl,
    "openai": call_openai,
    "verifiers": call_rubric,
    "plain": call_plain,
}


def invoke(
    entry: Entry, event: list[Sample], context: Any, *, token_ids: Sequence[Sequence[int] | None] | None = None
) -> Any:
    """Call the entry with an event and return what it returns; for other kinds, a Lambda's list of results.

    `token_ids` are the samples' completions', for a TRL function; a platform sends none.

    A function that takes one sample at a time loses only the sample it raises on: that result is
    `{"id", "unscored": [reason, detail]}`. A lambda's and a TRL function's exceptions pass: they take the whole batch.
    """
    if entry.kind == "lambda":
        return entry.call(event, context)
    if entry.kind == "trl":
        values = call_trl(entry.call, event, token_ids)
        return [_result(sample, lambda value=value: value) for sample, value in zip(event, values, strict=True)]
    return [_result(sample, partial(CALLS[entry.kind], entry.call, sample)) for sample in event]


def wrap(results: Any, returns: str) -> Any:
    """The list as a platform wants it returned: itself ("list"), or in an envelope ("body_list", "body_text").

    Raises: TypeError or ValueError when the body is to be text and the results are no JSON.
    """
    if returns == "list":
        return results
    body = json.dumps(results) if returns == "body_text" else results
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": body}


def _result(sample: Sample, give: Callable[..., Any]) -> dict[str, Any]:
    """One sample's result in Lambda form: a number, or a mapping with `score` whose other numbers are metrics."""
    try:
        value = give()
        if value is None:
            return {"id": sample["id"], "unscored": ["abstained", "returned None"]}
        score, metrics = _read(value)
    except Exception as error:  # noqa: BLE001 - the user's code: whatever it raises costs this sample and no other
        return {"id": sample["id"], "unscored": ["raised", describe(error)]}
    listed = [{"name": name, "value": number, "type": "Metric"} for name, number in metrics]
    return {"id": sample["id"], "aggregate_reward_score": score, "metrics_list": listed}


def _read(value: Any) -> tuple[Any, list[tuple[str, float]]]:
    """Score and metrics. Trainers take True for 1.0 and read numpy's scalars; a text is no number to them."""
    metrics: list[tuple[str, float]] = []
    if isinstance(value, Weighted):
        value, metrics = value.score, list(value.values)
    elif isinstance(value, dict) and "score" in value:
        metrics = [(str(key), float(part)) for key, part in value.items() if key != "score" and _is_real(part)]
        value = value["score"]
    return float(value) if hasattr(value, "__float__") and not isinstance(value, str) else value, metrics


def is_number(value: Any) -> TypeGuard[float]:
    """Whether it is a finite JSON number; true and false are none."""
    kind = type(value)  # JSON has no subclasses
    if kind is float:
        return math.isfinite(value)
    return kind is int and abs(value) <= sys.float_info.max


def _is_real(value: Any) -> bool:
    """Whether it is a number, numpy's scalars included."""
    return isinstance(value, numbers.Real) and value is not True and value is not False


def describe(error: BaseException) -> str:
    """`Type: message (file:line)`, the line being the innermost one of the traceback that lies in a file."""
    every = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in every if not frame.filename.startswith("<frozen ")] or every
    text = " ".join(str(error).split())[:300]
    name = type(error).__name__ + (f": {text}" if text else "")
    if isinstance(error, SyntaxError):
        return f"{name.split(' (')[0]} (line {error.lineno})"
    return f"{name} ({frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno})" if frames else name

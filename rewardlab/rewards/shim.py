"""Finds the entry in a module of reward code and calls it as a Lambda, whatever signature the user wrote.

Standard library only, and no import from rewardlab: this file runs in the isolated worker, next to the user's code.
An event is a list of samples `{"id", "messages": [..., the model's turn], "reference_answer", ...}`.
"""

from __future__ import annotations

import asyncio
import inspect
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

Sample = dict[str, Any]

#: What a file may define, in the order in which it is looked for; a TRL function has a name of its own.
NAMES = {"lambda_handler": "lambda", "compute_score": "verl", "grade": "openai"}
KNOWN = (
    "lambda_handler(event, context)",
    "compute_score(data_source, solution_str, ground_truth, extra_info)",
    "grade(sample, item)",
    "a function with a parameter `completions`",
    "score(completion, reference)",
)


class EntryError(Exception):
    """No entry, or more than one of a kind; the text says which."""


@dataclass(frozen=True)
class Entry:
    """The function to call, its kind (lambda, verl, openai, trl, plain), and what else the file could mean."""

    name: str
    kind: str
    call: Callable[..., Any]
    others: tuple[str, ...]


def find_entry(module: ModuleType, name: str | None = None) -> Entry:
    """The entry of `module`: the function `name`, or the first kind it defines.

    Raises: EntryError when there is none, when `name` is not one, or when two functions are of the same kind.
    """
    own = {
        key: value
        for key, value in vars(module).items()
        if inspect.isroutine(value) and not key.startswith("_") and _is_own(value, module)
    }
    if name is not None:
        if name not in own:
            raise EntryError(f"defines no function {name!r}; it defines {', '.join(own) or 'none'}")
        return Entry(name, _kind(name, own[name]), own[name], ())
    named = [(key, kind) for key, kind in NAMES.items() if key in own]
    taken = {key for key, _ in named}
    trl = [(key, "trl") for key, value in own.items() if key not in taken and "completions" in _parameters(value)]
    # A helper called score is the rule beside a handler: it is an entry only where nothing else is.
    plain = [("score", "plain")] if "score" in own and not named and not trl else []
    found = [*named, *trl, *plain]
    if not found:
        raise EntryError(f"defines no reward function; expected one of: {'; '.join(KNOWN)}")
    if not named and len(trl) > 1:
        raise EntryError(f"defines {len(trl)} reward functions of one kind: {', '.join(key for key, _ in trl)}")
    key, kind = found[0]
    return Entry(key, kind, own[key], tuple(other for other, _ in found[1:]))


def _is_own(value: Any, module: ModuleType) -> bool:
    """Whether the file defines it, or imports it under one of the entry names on purpose."""
    return getattr(value, "__module__", None) == module.__name__ or getattr(value, "__name__", "") in NAMES


def _parameters(function: Callable[..., Any]) -> Sequence[str]:
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def _kind(name: str, function: Callable[..., Any]) -> str:
    """The kind of a function chosen by name: by its own name, else by its parameters."""
    parameters = _parameters(function)
    if name in NAMES:
        return NAMES[name]
    if "completions" in parameters:
        return "trl"
    if "solution_str" in parameters:
        return "verl"
    if parameters[:2] == ["event", "context"]:
        return "lambda"
    return "openai" if parameters[:2] == ["sample", "item"] else "plain"


def invoke(entry: Entry, event: list[Sample], context: Any) -> Any:
    """Call the entry with an event and return what it returns; for other kinds, a Lambda's list of results.

    A function that takes one sample at a time loses only the sample it raises on: that result is
    `{"id", "unscored": [reason, detail]}`. A lambda's and a TRL function's exceptions pass: they take the whole batch.
    """
    if entry.kind == "lambda":
        return entry.call(event, context)
    if entry.kind == "trl":
        return _invoke_trl(entry.call, event)
    return [_result(sample, _one, entry, sample) for sample in event]


def _one(entry: Entry, sample: Sample) -> Any:
    completion, reference = sample["messages"][-1]["content"], reference_of(sample)
    if entry.kind == "verl":
        return _wait(
            entry.call(
                data_source=sample.get("data_source", "rewardlab"),
                solution_str=completion,
                ground_truth=reference,
                extra_info=sample.get("extra_info"),
            )
        )
    if entry.kind == "openai":
        item = {key: value for key, value in sample.items() if key != "messages"} | {"reference_answer": reference}
        return _wait(entry.call({"output_text": completion, "output_json": None}, item))
    return _wait(entry.call(completion, reference))


def _invoke_trl(call: Callable[..., Any], event: list[Sample]) -> list[dict[str, Any]]:
    columns = {key for sample in event for key in sample if key not in {"id", "messages", "prompt", "is_text"}}
    text = all(isinstance(sample.get("prompt"), str) for sample in event)
    prompts = [sample["prompt"] if text else sample["messages"][:-1] for sample in event]
    completions = [sample["messages"][-1]["content"] if text else sample["messages"][-1:] for sample in event]
    scores = _wait(
        call(
            prompts=prompts,
            completions=completions,
            completion_ids=[[] for _ in event],
            **{key: [sample.get(key) for sample in event] for key in sorted(columns)},
        )
    )
    if not isinstance(scores, list | tuple) or len(scores) != len(event):
        given = f"{len(scores)} values" if isinstance(scores, list | tuple) else f"a {type(scores).__name__}"
        raise ValueError(f"returned {given} for {len(event)} completions")
    return [_result(sample, lambda score=score: score) for sample, score in zip(event, scores, strict=True)]


def _result(sample: Sample, call: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
    """One sample's result in Lambda form: a number, or a mapping with `score` whose other numbers are metrics."""
    try:
        value = call(*arguments)
    except Exception as error:  # noqa: BLE001 - the user's code: whatever it raises costs this sample and no other
        return {"id": sample["id"], "unscored": ["raised", describe(error)]}
    if value is None:
        return {"id": sample["id"], "unscored": ["abstained", "returned None"]}
    metrics = []
    if isinstance(value, dict) and "score" in value:
        metrics = [
            {"name": str(key), "value": float(part), "type": "Metric"}
            for key, part in value.items()
            if key != "score" and isinstance(part, int | float) and not isinstance(part, bool)
        ]
        value = value["score"]
    # Trainers take True for 1.0 and read numpy's scalars; the Lambda contract does not, so convert.
    number = float(value) if hasattr(value, "__float__") and not isinstance(value, str) else value
    return {"id": sample["id"], "aggregate_reward_score": number, "metrics_list": metrics}


def _wait(value: Any) -> Any:
    """The value, or what an async function's coroutine gives."""
    return asyncio.run(value) if inspect.iscoroutine(value) else value


def reference_of(sample: Sample) -> Any:
    """The reference answer, at the top level or in metadata."""
    if "reference_answer" in sample:
        return sample["reference_answer"]
    metadata = sample.get("metadata")
    return metadata.get("reference_answer") if isinstance(metadata, dict) else None


def describe(error: BaseException) -> str:
    """`Type: message (file:line)`, the line being the innermost one of the traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    text = " ".join(str(error).split())[:300]
    name = type(error).__name__ + (f": {text}" if text else "")
    if isinstance(error, SyntaxError):
        return f"{name.split(' (')[0]} (line {error.lineno})"
    return f"{name} ({frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno})" if frames else name

"""Calls a reward function of one sample as its trainer does: verl's, OpenAI's, verifiers', or a plain function.

Standard library only, and no import from the rest of rewardlab: this file runs in the isolated worker.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any

from rewardlab.rewards.events.sample import (
    Sample,
    calls_in,
    columns_of,
    hidden_columns_of,
    message_of,
    question_of,
    reference_of,
    response_of,
    turns_of,
    written_of,
)
from rewardlab.rewards.trainers.signature import Role, annotated_as, bind, parameters_of
from rewardlab.rewards.trainers.table import VERL

#: What verl adds to every extra_info; here for a conversation of one question and one answer, without rollout scores.
ALWAYS = {"num_turns": 2, "rollout_reward_scores": {}}


def caller_of(kind: str, call: Callable[..., Any]) -> Callable[[Sample], Any]:
    """A callable that calls a function of this kind for one sample; its result is a value, an awaitable or a Later.

    Kinds: "verl", `compute_score(data_source, solution_str, ground_truth, extra_info)`; "openai", `grade(sample,
    item)`; "verifiers", a rubric, which reads the sample itself; "plain", `score(completion, reference)`. verl's and
    plain functions get only the arguments that their signature takes, by name where names are known. `Later` is
    described in rounds.py.
    """
    match kind:
        case "openai":
            return lambda sample: call_openai(call, sample)
        case "verifiers":
            return call
        case _:
            return Bound(kind, call)


class Bound:
    """A function of one sample with the values for each of its parameters; its signature is read only once."""

    def __init__(self, kind: str, call: Callable[..., Any]) -> None:
        self._kind, self._call, self._binding = kind, call, bind(call)
        self._parameters = parameters_of(call)
        self._places = [self._getter(name, role) for name, role in self._binding.by_place]
        self._names = {name: self._getter(name, role) for name, role in self._binding.by_name if role != "column"}
        self._columns = [name for name, role in self._binding.by_name if role == "column"]

    def __call__(self, sample: Sample) -> Any:
        """Call the function for the sample; an async function returns an awaitable.

        Raises: whatever the function raises; TypeError for a required parameter for which no value is known.
        """
        places = [get(sample) for get in self._places]
        names = {name: get(sample) for name, get in self._names.items()}
        if self._columns or self._binding.spare:
            names |= self._handed(sample)
        return _awaitable(self._kind, self._call, self._call(*places, **names))

    def _handed(self, sample: Sample) -> dict[str, Any]:
        """The values for parameters named like columns, and for **kwargs.

        Parameters with defaults keep them, even if the row has a column of that name.
        """
        handed = _verl(sample) if self._kind == "verl" else _row(sample)
        if lacking := [name for name in self._binding.unknown if name not in handed]:
            raise TypeError(
                f"takes {lacking[0]!r}, which is no column of the row and no known name (as completion, response, "
                "solution_str, or reference, answer, ground_truth): rename it, or give it a default"
            )
        names = {name: handed[name] for name in self._columns if name in handed}
        if not self._binding.spare:
            return names
        offered = {"prompt": question_of(sample), "reference": reference_of(sample)} if self._kind != "verl" else {}
        return {key: value for key, value in {**offered, **handed}.items() if key not in self._parameters} | names

    def _getter(self, name: str, role: Role) -> Callable[[Sample], Any]:
        annotated = annotated_as(self._parameters.get(name))
        match role:
            case "completion":
                if annotated == "messages":
                    return _message
                return written_of if self._kind == "verl" else response_of
            case "reference":
                return reference_of
            case "prompt":
                turns = annotated == "messages" or (annotated is None and name in {"messages", "conversation"})
                return turns_of if turns else question_of
            case _:
                return lambda sample: {**hidden_columns_of(sample), **columns_of(sample)}.get(name)


def _message(sample: Sample) -> list[dict[str, Any]]:
    return [message_of(sample)]


def _verl(sample: Sample) -> dict[str, Any]:
    """verl's four arguments, by its own names."""
    columns = {**hidden_columns_of(sample), **columns_of(sample)}
    extra = columns.get("extra_info")
    return {
        "data_source": columns.get("data_source", "rewardlab"),
        "solution_str": written_of(sample),
        "ground_truth": reference_of(sample),
        "extra_info": {**(extra if isinstance(extra, dict) else {}), **ALWAYS},
    }


def _row(sample: Sample) -> dict[str, Any]:
    """What a plain function may ask for by name: the row's columns, and the usual names for all of them together."""
    columns = {**hidden_columns_of(sample), **columns_of(sample)}
    return {"extra_info": {}, "metadata": {}, "info": {}, "row": columns, "item": columns, "sample": sample, **columns}


def _awaitable(kind: str, call: Callable[..., Any], value: Any) -> Any:
    """The value, which may be an awaitable; for verl only where verl itself would await it.

    Raises: TypeError for verl and a coroutine from a function that is not itself async.
    """
    if kind == "verl" and inspect.iscoroutine(value) and not inspect.iscoroutinefunction(call):
        value.close()
        raise TypeError(
            f"returned a coroutine that {VERL} does not await: it awaits a function that is itself written as "
            "`async def`, not an ordinary one around it"
        )
    return value


def call_openai(call: Callable[..., Any], sample: Sample) -> Any:
    """Call `grade(sample, item)`; output_json is the response parsed as JSON or None, output_tools its tool calls."""
    text = response_of(sample)
    output = {
        "output_text": text,
        "output_json": _json(text),
        "output_tools": calls_in(sample),
        "choices": [{"index": 0, "message": message_of(sample)}],
    }
    item = {**hidden_columns_of(sample), **columns_of(sample), "reference_answer": reference_of(sample)}
    if list(parameters_of(call))[:2] == ["item", "sample"]:
        return call(item, output)
    return call(output, item)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None

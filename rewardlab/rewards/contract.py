"""The event a platform sends to a reward function, and what it accepts in return."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypeGuard

from rewardlab.outcome import REASONS, Outcome, Scored, Unscored
from rewardlab.platforms import Platform
from rewardlab.task import Generation, Json, Prompt

Key: TypeAlias = tuple[str, int]


def sample_id(generation: Generation) -> str:
    """The id of a generation's sample: unique in a batch, though a prompt's generations share their prompt's id."""
    return f"{generation.prompt_id}:{generation.index}"


def sample_parts(prompt: Prompt, platform: Platform) -> tuple[str, str, str]:
    """A prompt's samples as JSON text, less what differs between its generations.

    A sample is the row's own columns, the conversation with the model's turn, and the reference:
    `parts[0] + id + parts[1] + content + parts[2]`, both filled in as JSON strings. A prompt's generations share the
    rest, so it is encoded once.
    """
    sample = {key: value for key, value in prompt.row.items() if key not in {"id", "messages"}}
    if prompt.reference is not None:
        if platform.reference_in_metadata:
            sample.pop("reference_answer", None)
            metadata = sample.get("metadata")
            own = metadata if isinstance(metadata, dict) else {}
            sample["metadata"] = {**own, "reference_answer": prompt.reference}
        else:
            sample["reference_answer"] = prompt.reference
    turns = "".join(json.dumps(turn) + ", " for turn in prompt.messages)
    columns = "".join(f", {json.dumps(key)}: {json.dumps(value)}" for key, value in sample.items())
    return '{"id": ', f', "messages": [{turns}{{"role": "assistant", "content": ', f"}}]{columns}}}"


def encode_event(pairs: Iterable[tuple[tuple[str, str, str], Generation]]) -> bytes:
    """The event for these generations, each with its prompt's `sample_parts`: a JSON list, encoded."""
    encode = json.encoder.encode_basestring_ascii
    samples = [
        start + encode(sample_id(generation)) + middle + encode(generation.text) + end
        for (start, middle, end), generation in pairs
    ]
    return f"[{', '.join(samples)}]".encode()


def read_results(results: Json, ids: Sequence[str], *, seconds: float) -> list[Outcome] | str:
    """The outcome of each id, in their order; or, when the return as a whole is unusable, what is wrong with it.

    `seconds` is the invocation's time; each outcome carries its share.
    A sample is Unscored("invalid") when its result is missing, doubled, or holds no finite number.
    """
    if not isinstance(results, list):
        return f"returned a {_kind(results)}; expected a list with one result per sample"
    for result in results:
        if not isinstance(result, dict):
            return f"returned a list with a {_kind(result)} in it; expected objects with id and aggregate_reward_score"
    share = seconds / max(len(ids), 1)
    if [result.get("id") for result in results] == list(ids):  # the common case: every id once, in order
        return [_outcome(result, share) for result in results]
    by_id: dict[object, list[Mapping[str, Json]]] = {}
    for result in results:
        identifier = result.get("id")
        by_id.setdefault(identifier if isinstance(identifier, str) else repr(identifier), []).append(result)
    return [_only(by_id.get(identifier, []), share) for identifier in ids]


def _only(results: Sequence[Mapping[str, Json]], seconds: float) -> Outcome:
    if len(results) == 1:
        return _outcome(results[0], seconds)
    what = "no result carries the sample's id" if not results else f"{len(results)} results carry the sample's id"
    return Unscored("invalid", what, seconds)


def _outcome(result: Mapping[str, Json], seconds: float) -> Outcome:
    score = result.get("aggregate_reward_score")
    if _is_number(score):
        metrics = result.get("metrics_list")
        return Scored(float(score), _components(metrics) if metrics else (), seconds)
    unscored = result.get("unscored")
    if isinstance(unscored, list) and len(unscored) == 2 and unscored[0] in REASONS:
        return Unscored(unscored[0], str(unscored[1]), seconds)
    shown = repr(score)[:60] if "aggregate_reward_score" in result else "missing"
    return Unscored("invalid", f"aggregate_reward_score is {shown}; expected a finite number", seconds)


def _is_number(value: Any) -> TypeGuard[float]:
    kind = type(value)  # JSON has no subclasses
    if kind is float:
        return math.isfinite(value)
    return kind is int and abs(value) <= sys.float_info.max


def _components(metrics: Json) -> tuple[tuple[str, float], ...]:
    if not isinstance(metrics, list):
        return ()
    return tuple(
        (metric["name"], float(metric["value"]))
        for metric in metrics
        if isinstance(metric, dict) and isinstance(metric.get("name"), str) and _is_number(metric.get("value"))
    )


def _kind(value: Json) -> str:
    names = {dict: "object", list: "list", str: "text", bool: "boolean", int: "number", float: "number"}
    return names.get(type(value), "null")

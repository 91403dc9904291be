"""The event a platform sends to a reward function, and what it accepts in return."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, TypeGuard

from rewardlab.outcome import REASONS, Outcome, Scored, Unscored
from rewardlab.platforms import Platform
from rewardlab.task import Generation, Json, Prompt

Key: TypeAlias = tuple[str, int]


def sample_id(generation: Generation) -> str:
    """The id of a generation's sample: unique in a batch, though a prompt's generations share their prompt's id."""
    return f"{generation.prompt_id}:{generation.index}"


def build_sample(prompt: Prompt, generation: Generation, platform: Platform) -> dict[str, Json]:
    """One sample of an event: the row's own columns, the conversation with the model's turn, and the reference."""
    sample = {key: value for key, value in prompt.row.items() if key not in {"id", "messages"}}
    sample["id"] = sample_id(generation)
    sample["messages"] = [*prompt.messages, {"role": "assistant", "content": generation.text}]
    if prompt.reference is not None:
        if platform.reference_in_metadata:
            sample.pop("reference_answer", None)
            metadata = sample.get("metadata")
            sample["metadata"] = {
                **(metadata if isinstance(metadata, dict) else {}),
                "reference_answer": prompt.reference,
            }
        else:
            sample["reference_answer"] = prompt.reference
    return sample


def read_results(results: Json, ids: Sequence[str], *, seconds: float) -> list[Outcome] | str:
    """The outcome of each id, in their order; or, when the return as a whole is unusable, what is wrong with it.

    `seconds` is the invocation's time; each outcome carries its share.
    A sample is Unscored("invalid") when its result is missing, doubled, or holds no finite number.
    """
    if not isinstance(results, list):
        return f"returned a {_kind(results)}; expected a list with one result per sample"
    share = seconds / max(len(ids), 1)
    by_id: dict[object, list[Mapping[str, Json]]] = {}
    for result in results:
        if not isinstance(result, dict):
            return f"returned a list with a {_kind(result)} in it; expected objects with id and aggregate_reward_score"
        identifier = result.get("id")
        by_id.setdefault(identifier if isinstance(identifier, str) else repr(identifier), []).append(result)
    return [_outcome(by_id.get(identifier, []), share) for identifier in ids]


def _outcome(results: Sequence[Mapping[str, Json]], seconds: float) -> Outcome:
    if len(results) != 1:
        what = "no result carries the sample's id" if not results else f"{len(results)} results carry the sample's id"
        return Unscored("invalid", what, seconds)
    result = results[0]
    unscored = result.get("unscored")
    if isinstance(unscored, list) and len(unscored) == 2 and unscored[0] in REASONS:
        return Unscored(unscored[0], str(unscored[1]), seconds)
    score = result.get("aggregate_reward_score")
    if not _is_number(score):
        shown = repr(score)[:60] if "aggregate_reward_score" in result else "missing"
        return Unscored("invalid", f"aggregate_reward_score is {shown}; expected a finite number", seconds)
    metrics = result.get("metrics_list") or []
    return Scored(float(score), _components(metrics), seconds)


def _is_number(value: Any) -> TypeGuard[float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an int too large for a float
        return False


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

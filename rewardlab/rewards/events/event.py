"""Builds the event that a platform sends to a reward function."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from rewardlab.platforms import Platform, Shape
from rewardlab.readers.conversation import INSTRUCTING
from rewardlab.task import RIGHT, Generation, Json, Message, Prompt

Key: TypeAlias = tuple[str, int]

CONVERSATION = ("id", "messages")
FIELDS = (*CONVERSATION, "query", "response", "model_response")


class Parts(NamedTuple):
    """The JSON text that all samples of a prompt share, in pieces; a generation's own values go between them.

    The order is `start`, the id, `middle`, the response, `close`, `calls` and the tool calls if there are any, `end`.
    `calls` is empty where the platform's form has no place for tool calls.
    """

    start: str
    middle: str
    close: str
    calls: str
    end: str


def sample_id(generation: Generation) -> str:
    """The id of a generation's sample, unique in a batch although a prompt's generations share the prompt's id."""
    return f"{generation.prompt_id}:{generation.index}"


def sample_parts(prompt: Prompt, platform: Platform, *, shape: Shape | None = None) -> Parts:
    """Encode the part of a prompt's samples that is the same for all its generations.

    A sample has the row's own columns, the conversation with the model's turn, and the reference. A prompt's
    generations differ only in id, response and tool calls, so the rest is encoded once. `shape` is one of the
    platform's, by default the first.
    """
    shape = shape or platform.shape
    columns = _tail(_columns(prompt, shape))
    if shape.content == "fields":
        known = {} if prompt.reference is None else {"response": _as_text(prompt.reference)}
        fields = {"query": _query(prompt.messages), **known}
        return Parts('{"id": ', f'{_tail(fields)}, "model_response": ', "", "", f"{columns}}}")
    before, after = ('[{"type": "text", "text": ', "}]") if shape.content == "parts" else ("", "")
    turns = "".join(json.dumps(_turn(turn, shape)) + ", " for turn in prompt.messages)
    start = f', "messages": [{turns}{{"role": "{shape.role}", "content": {before}'
    return Parts('{"id": ', start, after, ', "tool_calls": ', f"}}]{columns}}}")


def _columns(prompt: Prompt, shape: Shape) -> dict[str, Json]:
    """The fields of a sample besides the conversation, with the reference in the shape's place and nowhere else."""
    taken = FIELDS if shape.content == "fields" else CONVERSATION
    columns = {key: value for key, value in prompt.row.items() if key not in taken and key != RIGHT}
    if prompt.cut is not None and isinstance(columns.get("prompt"), list):
        columns["prompt"] = list(prompt.messages)  # without the final assistant turn, which the model is to write
    if shape.extras == "metadata":
        apart = ("metadata", "reference_answer")
        others = {key: value for key, value in columns.items() if key not in apart}
        columns = {key: value for key, value in columns.items() if key in apart}
        if others:
            columns["metadata"] = {**_mapping(columns.get("metadata")), **others}
    return columns if prompt.reference is None else _placed(columns, prompt.reference, shape)


def _placed(columns: dict[str, Json], reference: Json, shape: Shape) -> dict[str, Json]:
    metadata = _mapping(columns.get("metadata"))
    if shape.reference == "metadata":
        columns.pop("reference_answer", None)
        return {**columns, "metadata": {**metadata, "reference_answer": reference}}
    if "reference_answer" in metadata:
        kept = {key: value for key, value in metadata.items() if key != "reference_answer"}
        columns = {key: kept if key == "metadata" else value for key, value in columns.items()}
        if not kept:
            del columns["metadata"]
    return {**columns, "reference_answer": reference if shape.reference == "top" else {"text": _as_text(reference)}}


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _turn(turn: Message, shape: Shape) -> Message:
    if shape.content == "parts" and isinstance(turn.get("content"), str):
        return {**turn, "content": [{"type": "text", "text": turn["content"]}]}
    return turn


def _query(messages: Iterable[Message]) -> str:
    """The conversation as one text, without system turns."""
    return "\n\n".join(turn["content"] for turn in messages if turn["role"] not in INSTRUCTING and turn.get("content"))


def _as_text(reference: Json) -> str:
    return reference if isinstance(reference, str) else json.dumps(reference)


def _tail(columns: Mapping[str, Json]) -> str:
    return "".join(f", {json.dumps(key)}: {json.dumps(value)}" for key, value in columns.items())


def encode_event(pairs: Iterable[tuple[Parts, Generation]]) -> bytes:
    """The event for these generations, each with its prompt's `sample_parts`, as an encoded JSON list."""
    return f"[{', '.join(_sample(parts, generation) for parts, generation in pairs)}]".encode()


def _sample(parts: Parts, generation: Generation) -> str:
    encode = json.encoder.encode_basestring_ascii
    calls = parts.calls + generation.tool_calls if generation.tool_calls and parts.calls else ""
    response = encode(generation.text)
    return "".join((parts.start, encode(sample_id(generation)), parts.middle, response, parts.close, calls, parts.end))

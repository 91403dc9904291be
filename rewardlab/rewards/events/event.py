"""The event a platform sends to a reward function."""

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
    """A prompt's samples as JSON text in pieces, between which a generation's own values go.

    In this order: `start`, the id, `middle`, the response, `close`, then `calls` and the calls of tools where there are
    any, `end`. `calls` is empty where the platform's form has no place for them.
    """

    start: str
    middle: str
    close: str
    calls: str
    end: str


def sample_id(generation: Generation) -> str:
    """The id of a generation's sample: unique in a batch, though a prompt's generations share their prompt's id."""
    return f"{generation.prompt_id}:{generation.index}"


def sample_parts(prompt: Prompt, platform: Platform, *, shape: Shape | None = None) -> Parts:
    """A prompt's samples as JSON text, less what differs between its generations.

    A sample is the row's own columns, the conversation with the model's turn, and the reference. A prompt's generations
    share all but id, response and calls of tools, so it is encoded once. `shape` is one of the platform's; the first
    unless given.
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
    """What a sample holds beside the conversation; the reference lies in the shape's place and in no other."""
    taken = FIELDS if shape.content == "fields" else CONVERSATION
    columns = {key: value for key, value in prompt.row.items() if key not in taken and key != RIGHT}
    if prompt.cut is not None and isinstance(columns.get("prompt"), list):
        columns["prompt"] = list(prompt.messages)  # the turn that ended it is the model's to write
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
    """The conversation as one text; the system's turn is no part of a query."""
    return "\n\n".join(turn["content"] for turn in messages if turn["role"] not in INSTRUCTING and turn.get("content"))


def _as_text(reference: Json) -> str:
    return reference if isinstance(reference, str) else json.dumps(reference)


def _tail(columns: Mapping[str, Json]) -> str:
    return "".join(f", {json.dumps(key)}: {json.dumps(value)}" for key, value in columns.items())


def encode_event(pairs: Iterable[tuple[Parts, Generation]]) -> bytes:
    """The event for these generations, each with its prompt's `sample_parts`: a JSON list, encoded."""
    return f"[{', '.join(_sample(parts, generation) for parts, generation in pairs)}]".encode()


def _sample(parts: Parts, generation: Generation) -> str:
    encode = json.encoder.encode_basestring_ascii
    calls = parts.calls + generation.tool_calls if generation.tool_calls and parts.calls else ""
    response = encode(generation.text)
    return "".join((parts.start, encode(sample_id(generation)), parts.middle, response, parts.close, calls, parts.end))

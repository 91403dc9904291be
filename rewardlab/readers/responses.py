"""The answers in a model's response, in the shapes of OpenAI, Anthropic, Nova and Llama."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from rewardlab.readers.calls import read_calls
from rewardlab.readers.turns import answer_of, count_of, finish_of, text_of

Json: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of a response: its place among them, its text and calls of tools, and how it ended."""

    index: int
    text: str | None
    calls: str | None = None
    finish_reason: str | None = None


def said_in(body: Json) -> list[Said]:
    """The answers of a response's body; none where its shape is not known or it says nothing."""
    if not isinstance(body, Mapping):
        return []
    for read in (_choices, _converse, _parts, _generation):
        if found := read(body):
            return found
    return []


def tokens_in(body: Json) -> tuple[int | None, int | None]:
    """Tokens of the prompt and of the response, where the body tells them."""
    usage = body.get("usage") if isinstance(body, Mapping) else None
    usage = usage if isinstance(usage, Mapping) else {}
    counts = [
        next((count_of(usage[name]) for name in names if name in usage), None)
        for names in (
            ("prompt_tokens", "input_tokens", "inputTokens"),
            ("completion_tokens", "output_tokens", "outputTokens"),
        )
    ]
    return counts[0], counts[1]


def _choices(body: Mapping[str, Json]) -> list[Said]:
    """OpenAI's chat completions and completions."""
    choices = body.get("choices")
    found = []
    for place, choice in enumerate(choices if isinstance(choices, list) else []):
        if not isinstance(choice, Mapping):
            continue
        message = choice.get("message")
        text, calls, _ = answer_of(message) if isinstance(message, Mapping) else (choice.get("text"), None, None)
        index = choice.get("index", place)
        said = text if isinstance(text, str) else None
        found.append(Said(index if type(index) is int else place, said, calls, finish_of(choice.get("finish_reason"))))
    return found


def _converse(body: Mapping[str, Json]) -> list[Said]:
    """Bedrock's Converse and Nova's own form."""
    output = body.get("output")
    message = output.get("message") if isinstance(output, Mapping) else None
    if not isinstance(message, Mapping):
        return []
    content = message.get("content")
    used = (
        [one["toolUse"] for one in content if isinstance(one, Mapping) and isinstance(one.get("toolUse"), Mapping)]
        if isinstance(content, list)
        else []
    )
    calls, _ = read_calls(
        [{"id": one.get("toolUseId"), "name": one.get("name"), "arguments": one.get("input")} for one in used] or None
    )
    text = text_of(content)
    return [Said(0, text if text is not None or calls is None else "", calls, finish_of(body.get("stopReason")))]


def _parts(body: Mapping[str, Json]) -> list[Said]:
    """Anthropic's messages, and OpenAI's responses."""
    if isinstance(body.get("content"), list):
        return [Said(0, text_of(body["content"]), None, finish_of(body.get("stop_reason")))]
    items = body.get("output")
    if not isinstance(items, list):
        return []
    texts = [text_of(one.get("content")) for one in items if isinstance(one, Mapping) and one.get("type") == "message"]
    said = "".join(text for text in texts if text is not None) if any(text is not None for text in texts) else None
    details = body.get("incomplete_details")
    return [
        Said(0, said, None, finish_of(details.get("reason") if isinstance(details, Mapping) else body.get("status")))
    ]


def _generation(body: Mapping[str, Json]) -> list[Said]:
    """Llama's and Mistral's on Bedrock."""
    if isinstance(body.get("generation"), str):
        return [Said(0, body["generation"], None, finish_of(body.get("stop_reason")))]
    outputs = body.get("outputs")
    if isinstance(outputs, list):
        listed = [one for one in outputs if isinstance(one, Mapping) and isinstance(one.get("text"), str)]
        return [Said(place, one["text"], None, finish_of(one.get("stop_reason"))) for place, one in enumerate(listed)]
    return []

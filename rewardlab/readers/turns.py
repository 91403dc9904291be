"""Texts and conversations as the field's files write them, in one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from rewardlab.readers.calls import read_calls

Json: TypeAlias = Any

#: Parts of a content that are text; others (thoughts, images) are not.
TEXTS = ("text", "input_text", "output_text")


def text_of(content: Json) -> str | None:
    """The text of a content: itself, or its text parts together; None where it is neither."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        texts = [_part(one) for one in content]
        return "".join(text for text in texts if text is not None) if any(text is not None for text in texts) else None
    return None


def _part(part: Json) -> str | None:
    if isinstance(part, str):
        return part
    if not isinstance(part, Mapping) or (part.get("type") or "text") not in TEXTS:
        return None
    text = part.get("text")
    return text if isinstance(text, str) else None


def turns_of(listed: Json) -> list[dict[str, Json]] | None:
    """A list of turns with roles and texts; None where it is no such list, or a turn holds what is no text."""
    if not isinstance(listed, list) or not listed:
        return None
    turns = []
    for turn in listed:
        if not isinstance(turn, Mapping) or not isinstance(turn.get("role"), str):
            return None
        text = text_of(turn.get("content"))
        calls = turn.get("tool_calls")
        if text is None and not calls:
            return None
        kept = {name: turn[name] for name in ("name", "tool_call_id") if isinstance(turn.get(name), str)}
        turns.append({"role": turn["role"], "content": text, **kept, **({"tool_calls": calls} if calls else {})})
    return turns


#: Why an answer of several messages (calls of tools and what they returned, turns of a user) is left out.
SEVERAL = (
    "an answer of several messages, which the trainer's reward is given as a list: a generation here is one message of "
    "the assistant"
)


def last_turn(listed: Json) -> tuple[str | None, str | None, str | None]:
    """Text and tool calls of the assistant's only turn in a completion, or why there is none: text, calls, reason."""
    turns = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    spoken = [one for one in turns if one.get("role") in {"assistant", "model"}]
    if len(spoken) != 1 or len(turns) > 1:
        return None, None, "no answer" if not spoken else SEVERAL
    return answer_of(spoken[0])


def answer_of(message: Mapping[str, Json]) -> tuple[str | None, str | None, str | None]:
    """Text and tool calls of an assistant's message, or why it is no answer."""
    calls, _ = read_calls(message.get("tool_calls"))
    text = text_of(message.get("content"))
    if text is None and calls is None:
        return None, None, "an answer without text"
    return text or "", calls, None


def finish_of(
    reason: Json, *, cut: Sequence[str] = ("length", "max_tokens", "max_output_tokens", "model_length")
) -> str | None:
    """Why a response ended: "length" if it was cut off, "stop" if the model ended it, else what the file says."""
    if not isinstance(reason, str):
        return None
    if reason in cut:
        return "length"
    return "stop" if reason in {"stop", "end_turn", "stop_sequence", "eos", "completed"} else reason


def count_of(value: Json) -> int | None:
    """A number of tokens; None for anything else."""
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    return whole if type(whole) is int and 0 <= whole < 2**31 else None


def number_of(value: Json) -> float | None:
    """A score; None for anything else, NaN included."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float) and value - value == 0:
        return float(value)
    return None

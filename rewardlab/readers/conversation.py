"""The conversation of a row of prompts: its turns up to the model's, read from what the trainers' files hold."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from rewardlab.errors import InputError

Json: TypeAlias = Any
Message: TypeAlias = Mapping[str, Json]

ROLES = ("system", "developer", "user", "assistant", "tool")
#: What instructs the model before anybody speaks.
INSTRUCTING = ("system", "developer")
ONE_ROW = '{"id": ..., "messages": [{"role": "user", "content": ...}], "reference_answer": ...} on each line'


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns up to the model's; `is_text` where the row holds a bare text, which becomes one user turn.

    `cut` is the content of the assistant's turn that ended the row, which the model is to write itself; None where the
    row ended before it.
    """

    messages: tuple[Message, ...]
    is_text: bool = False
    cut: str | None = None


def kind_of_json(value: Json) -> str:
    """What JSON calls a value of this type."""
    names = {dict: "object", list: "list", str: "string", bool: "boolean", int: "number", float: "number"}
    return names.get(type(value), "null")


def read_conversation(row: Mapping[str, Json], *, where: str) -> Conversation:
    """The conversation of a row, from `messages` or else `prompt`; null is absent, as `datasets` writes it.

    Raises: InputError for a row without one, a turn that is none, an unknown role, a system turn after the first
    question, content that is no text.
    """
    turns, is_text = _turns(row, where=where)
    messages = [_message(turn, place, where=where) for place, turn in enumerate(turns)]
    ends = messages[-1]["role"] == "assistant"
    cut = str(messages[-1].get("content") or "") if ends else None
    while messages and messages[-1]["role"] == "assistant":
        messages.pop()
    if not messages:
        raise InputError(
            "holds the assistant's turn alone", where=where, expected="the conversation up to the model's turn"
        )
    _check_order(messages, where=where)
    return Conversation(tuple(messages), is_text, cut)


def _turns(row: Mapping[str, Json], *, where: str) -> tuple[Sequence[Json], bool]:
    for key in ("messages", "prompt"):
        turns = row.get(key)
        if key == "prompt" and isinstance(turns, str) and turns.strip():
            return [{"role": "user", "content": turns}], True
        if isinstance(turns, list) and turns:
            return turns, False
        if turns is not None:
            raise InputError(
                f"{key} is {'an empty ' if turns in ([], '') else 'a '}{kind_of_json(turns)}",
                where=where,
                expected="a list of messages" + (" or a text" if key == "prompt" else ""),
            )
    known = ", ".join(sorted(row)[:8]) or "none"
    raise InputError(f"no messages (keys: {known})", where=where, expected=ONE_ROW)


def _message(given: Json, position: int, *, where: str) -> Message:
    if not isinstance(given, dict):
        what = f"message {position + 1} is a {kind_of_json(given)}"
        raise InputError(what, where=where, expected="an object with a role")
    # An exporter's columns fill in null for every field that some turn has.
    turn: dict[str, Json] = {name: value for name, value in given.items() if value is not None or name == "content"}
    role = turn.get("role")
    if role not in ROLES:
        raise InputError(
            f"message {position + 1} has the role {json.dumps(role)[:60]}", where=where, expected=", ".join(ROLES)
        )
    content = turn.get("content")
    if isinstance(content, list):
        return {**turn, "content": "".join(_part(part, position, where=where) for part in content)}
    if isinstance(content, str) or (content is None and turn.get("tool_calls")):
        return turn
    raise InputError(
        f"message {position + 1} has {kind_of_json(content)} content",
        where=where,
        expected="a text, or a list of text parts",
    )


def _part(part: Json, position: int, *, where: str) -> str:
    if isinstance(part, dict) and isinstance(part.get("text"), str) and (part.get("type") or "text") == "text":
        return str(part["text"])
    shown = part.get("type") if isinstance(part, dict) else kind_of_json(part)
    raise InputError(
        f"message {position + 1} has a content part of the kind {json.dumps(shown)[:60]}",
        where=where,
        expected='{"type": "text", "text": ...}',
    )


def _check_order(messages: Sequence[Message], *, where: str) -> None:
    """System turns stand before all others but the developer's, which may stand anywhere."""
    spoken = False
    for position, message in enumerate(messages, start=1):
        if message["role"] == "system" and spoken:
            raise InputError(f"message {position} has the role system", where=where, expected="the system turn first")
        spoken = spoken or message["role"] not in INSTRUCTING

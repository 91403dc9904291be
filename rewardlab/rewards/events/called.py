"""Reads the tool calls in a sample's model turn and converts them to the form that each trainer passes on.

Standard library only, and no import from rewardlab: this file runs in the isolated worker, next to the user's code.
A platform's event has OpenAI's form, with arguments as JSON text. TRL passes objects. verl passes the text that the
model wrote; a server that parses tool calls does not return that text, so it is rewritten here in the form of Hermes
and Qwen, which verl's own parser reads by default.
"""

from __future__ import annotations

import json
from typing import Any


def calls_of(turn: Any) -> list[dict[str, Any]]:
    """The calls in a turn, unchanged; anything that is not a call of a named function is left out."""
    listed = turn.get("tool_calls") if isinstance(turn, dict) else None
    return [one for one in listed if _is_call(one)] if isinstance(listed, list) else []


def as_objects(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The calls as TRL's parser makes them (1.16.0): type and function, arguments an object; without ids."""
    return [
        {"type": "function", "function": {"name": one["function"]["name"], "arguments": _arguments(one)}}
        for one in calls
    ]


def written(text: str, calls: list[dict[str, Any]]) -> str:
    """The turn as one text: its own text, then each call in `<tool_call>`."""
    told = [
        json.dumps({"name": one["function"]["name"], "arguments": _arguments(one)}, ensure_ascii=False) for one in calls
    ]
    return "\n".join([*([text] if text else []), *(f"<tool_call>\n{one}\n</tool_call>" for one in told)])


def _is_call(one: Any) -> bool:
    function = one.get("function") if isinstance(one, dict) else None
    return isinstance(function, dict) and isinstance(function.get("name"), str)


def _arguments(call: dict[str, Any]) -> Any:
    """The arguments as an object if they are the JSON text of one; otherwise unchanged."""
    arguments = call["function"].get("arguments")
    if not isinstance(arguments, str):
        return arguments
    try:
        read = json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments
    return read if isinstance(read, dict) else arguments

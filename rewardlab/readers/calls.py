"""Calls of tools in a model's turn, in one form: OpenAI's list of functions with names and arguments as JSON text.

A generation keeps them as the JSON text of that list, as it stands in the message's `tool_calls`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

Json: TypeAlias = Any

EXPECTED = '[{"type": "function", "function": {"name": ..., "arguments": ...}}]'


def read_calls(listed: Json) -> tuple[str | None, int]:
    """The calls in `listed` as JSON text, None where it holds none; and how many of its items are no call.

    An item is `{"id", "type", "function": {"name", "arguments"}}`, or the function alone; arguments are an object or
    JSON text. Anything else than a list, null excepted, counts as one item that is no call.
    """
    if listed is None:
        return None, 0
    if not isinstance(listed, list):
        return None, 1
    found = [_call(one, place) for place, one in enumerate(listed)]
    calls = [one for one in found if one is not None]
    try:
        return (json.dumps(calls) if calls else None), len(found) - len(calls)
    except RecursionError:
        return None, len(found)


def _call(item: Json, place: int) -> Json | None:
    fields = item if isinstance(item, Mapping) else {}
    function = fields.get("function") or fields
    if not isinstance(function, Mapping) or not isinstance(name := function.get("name"), str) or not name:
        return None
    arguments = function.get("arguments")
    if not isinstance(arguments, str):
        try:
            arguments = json.dumps({} if arguments is None else arguments, ensure_ascii=False)
        except RecursionError:
            return None
    number = fields.get("id")
    return {
        "id": _plain(number) if isinstance(number, str) and number else f"call_{place}",
        "type": "function",
        "function": {"name": _plain(name), "arguments": _plain(arguments)},
    }


def _plain(text: str) -> str:
    """Half a surrogate pair, which JSON can hold and a file cannot, becomes a question mark."""
    return text.encode(errors="replace").decode()

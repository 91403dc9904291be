"""Keeps credentials out of what is written to disk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

#: A user's name and password in a URL, of one or of several.
USER = re.compile(r"(?<=://)[^/\s,@]*@")
SECRET = re.compile(r"key|token$|secret|password|authorization", re.IGNORECASE)


def without_secrets(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options with every value that may be a credential replaced, at any depth: they are written to disk."""
    return {name: "(not kept)" if SECRET.search(name) else _without_secrets(value) for name, value in options.items()}


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return without_secrets(value)
    if isinstance(value, list | tuple):
        return [_without_secrets(one) for one in value]
    return USER.sub("", value) if isinstance(value, str) else value

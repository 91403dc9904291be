"""Strict reading of JSON from outside: anything that Python would silently change or lose is an error."""

from __future__ import annotations

import json
import math
from typing import Any


def read_json(text: str | bytes, *, nan: bool = False) -> Any:
    """The value of a JSON text; with `nan`, NaN is allowed too, which Python writes for a missing number.

    Raises: ValueError, in one line, where the text is not JSON (a json.JSONDecodeError), an object has a key twice (the
    first value would be lost), a number is not valid JSON (NaN, Infinity) or beyond the largest float (1e400), the
    nesting is too deep, or the text contains a lone surrogate, which no file can hold (a UnicodeEncodeError).
    """
    constant = _nan if nan else _no_number
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=constant, parse_float=_finite)
        if "\\u" in text if isinstance(text, str) else b"\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {doubled[:40]!r} stands twice in one object")
    return found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _nan(name: str) -> float:
    return math.nan if name == "NaN" else _no_number(name)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:40]} is beyond the largest number")
    return number

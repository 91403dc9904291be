"""Handles returned values that are not JSON: converts those that AWS's runtime client accepts, explains the others.

Standard library only, as the shim.
"""

from __future__ import annotations

import decimal
import json
from collections.abc import Iterator
from typing import Any

CODES = {"id": "RL102", "aggregate_reward_score": "RL104", "metrics_list": "RL106"}
#: What to do about each code: a library's number looks like a number when printed, but is not JSON for Lambda.
REMEDIES = {"RL102": 'copy the sample\'s "id"', "RL104": "return float(score)", "RL106": "use float(value)"}
DEEPEST = 50


def as_written(value: Any, depth: int = DEEPEST) -> Any:
    """Convert a handler's return as AWS's runtime client does where json.dumps would not (awslambdaric 4.2.2).

    A Decimal becomes a number, a NamedTuple an object. Values that the client refuses stay unchanged, so that they are
    refused here too.
    """
    if isinstance(value, decimal.Decimal):
        return float("nan") if value.is_nan() else json.loads(str(value))
    if not depth or not isinstance(value, list | tuple | dict):
        return value
    if isinstance(value, dict):
        return {key: as_written(part, depth - 1) for key, part in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return as_written(value._asdict(), depth - 1)
    return [as_written(part, depth - 1) for part in value]


def tell(value: Any, error: Exception) -> str:
    """Say in words, with its code, why json.dumps refused a return value with `error`."""
    for path, part in _leaves(value, (), DEEPEST):
        try:
            json.dumps(part)
        except (TypeError, ValueError, RecursionError):
            code = next((CODES[str(step)] for step in path if step in CODES), "RL101")
            place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path) or "it"
            told = f"{code} the return value is not JSON: {place} is a {type(part).__name__}"
            return f"{told}; {REMEDIES[code]}" if code in REMEDIES else told
    return f"RL101 the return value is not JSON: {error}"


def _leaves(value: Any, path: tuple[Any, ...], depth: int) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every part without parts of its own, with the path of keys and indexes that leads to it."""
    if depth and isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _leaves(part, (*path, number), depth - 1)
    elif depth and isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, (*path, str(key)), depth - 1)
    else:
        yield path, value

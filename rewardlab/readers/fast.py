"""JSON read at the speed of a compiled parser, with the checks of `rewardlab.strict`."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import msgspec

from rewardlab.strict import read_json

Json: TypeAlias = Any

#: What a key of an object ends with. A text may hold it too, which only sends the line to the slow reader.
KEY_END = re.compile(rb'"[ \t\r\n]*:')
_decode = msgspec.json.Decoder().decode


def read_fast(line: bytes, *, nan: bool = False) -> Json:
    """The value of a JSON text, as `read_json` reads it.

    msgspec refuses what is no JSON, NaN, numbers beyond the largest, half of a surrogate pair, and bytes that are no
    UTF-8; whole numbers keep all their digits. A key that stands twice shows in the count of keys: as many as colons
    behind a quote, and none was lost. With `nan`, NaN is a number. Whatever is refused or in doubt goes to `read_json`,
    which says why.
    Raises: ValueError, as `read_json`, or UnicodeDecodeError.
    """
    try:
        value = _decode(line)
        keys = _keys(value)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return read_json(line.decode(), nan=nan)
    if keys != line.count(b":") and keys != len(KEY_END.findall(line)):
        return read_json(line.decode(), nan=nan)
    return value


def _keys(value: Json) -> int:
    """How many keys stand in a value, at all depths."""
    if type(value) is dict:
        count = len(value)
        for one in value.values():
            if type(one) is dict or type(one) is list:
                count += _keys(one)
        return count
    if type(value) is list:
        return sum(_keys(one) for one in value if type(one) is dict or type(one) is list)
    return 0

"""Answers that are lists, in JSON or separated on one line: cut to one item, or with an item more."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rewardlab.probes.reward.answers import LONGEST_LABEL, NOWHERE, number

#: The items from which on one is no part worth the success; fewer items may be a phrase with a comma.
LEAST_ITEMS = 4
#: How a list is written on one line, or on several.
SEPARATORS = (" > ", " < ", " -> ", "; ", ", ", " | ", "\n", ",")


def items_of(text: str) -> tuple[str, list[str]] | None:
    """The separator and the items of a list that is no JSON; None where the text is no list or a short one."""
    for separator in SEPARATORS:
        items = [item for item in text.split(separator) if item.strip()]
        if len(items) >= LEAST_ITEMS and max(len(item) for item in items) <= LONGEST_LABEL:
            return separator, items
    return None


def first_item(text: str) -> str | None:
    """The list that the text is, cut to its first item; None where it is no list or a short one."""
    value = _json(text)
    if value is not None:
        return json.dumps(value[:1], ensure_ascii=False) if len(value) >= LEAST_ITEMS else None
    found = items_of(text)
    return None if found is None else found[1][0].strip()


def with_another_item(text: str) -> str | None:
    """The list that the text is, with one more item of its kind at the end; None where it is no list, but an object."""
    if text.lstrip().startswith("{"):
        return None
    value = _json(text)
    if value is not None:
        return json.dumps([*value, _more(value)], ensure_ascii=False) if value else None
    found = items_of(text)
    if found is None:
        return None
    separator, items = found
    return f"{text.rstrip()}{separator}{_more([item.strip() for item in items])}"


def _more(items: Sequence[object]) -> object:
    """An item that the list does not hold."""
    numbers = [value for item in items if (value := number(str(item))) is not None]
    if len(numbers) < len(items):
        return NOWHERE
    more = max(numbers) + 17
    if any(isinstance(item, str) for item in items):
        return str(more)
    return int(more) if more == int(more) else float(more)


def _json(text: str) -> list[object] | None:
    try:
        value = json.loads(text) if text.lstrip().startswith("[") else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None

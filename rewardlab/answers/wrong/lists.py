"""Makes wrong answers from a list (JSON or separated): cut to one item, one item added, or one number changed."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from math import ceil

from rewardlab.answers.reference.accepted import LONGEST_LABEL, NOWHERE, NUMBER, like, number, spoiled

#: The fewest items of a list: with fewer, one item may be worth success, or it may be a phrase with a comma.
LEAST_ITEMS = 4
#: The fewest numbers of a list: two may be a point or a range. The marks around and between them.
LEAST_NUMBERS = 3
AROUND_NUMBERS = frozenset("[](){}<>,;|'\"` \n\t")
#: What of an item says what it is, and is no part of its name: a bullet and a key before it, brackets after it.
BEFORE, AFTER = re.compile(r"[-*\u2022 ]*(?:[\w ]{1,30}[:=] *)?"), re.compile(r" *[(\[<][^()\[\]<>]{1,30}[)\]>]$")
#: How a list is written on one line, or on several.
SEPARATORS = (" > ", " < ", " -> ", "; ", ", ", " | ", "\n", ",")


def items_of(text: str) -> tuple[str, list[str]] | None:
    """The separator and the items of a list that is not JSON; None if the text is no list or a short one.

    Also None if it ends in a bracket: an item added behind it would not belong to the list.
    """
    bare = text.strip()
    if bare.endswith(("]", "}")) or (bare.startswith("(") and bare.endswith(")")):
        return None
    for separator in SEPARATORS:
        items = [item for item in text.split(separator) if item.strip()]
        if len(items) >= LEAST_ITEMS and max(len(item) for item in items) <= LONGEST_LABEL:
            return separator, items
    return None


def first_item(text: str) -> str | None:
    """The list cut to its first item; None if the text is no list or a short one."""
    value = _json(text)
    if value is not None:
        return json.dumps(value[:1], ensure_ascii=False) if len(value) >= LEAST_ITEMS else None
    found = items_of(text)
    return None if found is None else found[1][0].strip()


def with_another_item(text: str) -> str | None:
    """The list with one more item of its kind at the end; None if the text is no list."""
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


def with_another_number(text: str) -> str | None:
    """The list of numbers with one of them raised by 1, or by 1 % if that is more; None if it is no such list.

    A sorted list stays sorted: in a falling one the first number is raised, else the last.
    """
    found = list(NUMBER.finditer(text))
    if len(found) < LEAST_NUMBERS or not AROUND_NUMBERS.issuperset(NUMBER.sub("", text)):
        return None
    values = [number(one[0]) or Decimal(0) for one in found]
    place = found[0] if values[0] > values[-1] and values == sorted(values, reverse=True) else found[-1]
    value = number(place[0]) or Decimal(0)
    step = max(1, ceil(abs(value) / 100))
    return text[: place.start()] + like(place[0], value + step) + text[place.end() :]


def _more(items: Sequence[object]) -> object:
    """A new item of the same kind as the list's own."""
    if items and isinstance(items[0], dict | list):
        return spoiled(items[0])
    numbers = [value for item in items if (value := number(str(item))) is not None]
    if len(numbers) < len(items):
        return _written_as(str(items[-1]))
    more = max(numbers) + 17
    if any(isinstance(item, str) for item in items):
        return str(more)
    return int(more) if more == int(more) else float(more)


def _written_as(item: str) -> str:
    """A name that stands nowhere, written as this item is: under its key ("PLACE: Cork") or before its brackets."""
    before, after = BEFORE.match(item), AFTER.search(item)
    return (before[0] if before else "") + NOWHERE + (after[0] if after else "")


def _json(text: str) -> list[object] | None:
    try:
        value = json.loads(text) if text.lstrip().startswith("[") else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None

"""On which side an object or a list in a text is: the reference, or plainly another."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Literal

from rewardlab.probes.reward.answers import LONGEST_LABEL, NEAR, is_record, number, plain, prompt_text
from rewardlab.probes.reward.readings import unwrapped
from rewardlab.task import Json, Prompt

#: Texts of more words may say the same in other words.
MOST_WORDS = 2
#: Shorter lists may be several names of one answer.
LEAST_ITEMS = 3


def composite_of(prompt: Prompt) -> dict[str, Json] | list[Json] | None:
    """The object or list that answers the prompt as it stands; None where the reference is neither, or a check."""
    value = unwrapped(prompt.reference)
    if isinstance(value, str):
        value = parsed(value) if value.lstrip()[:1] in {"{", "["} else None
    if isinstance(value, dict) and len(value) > 1 and is_record(value, prompt):
        return value
    asked = "json" in prompt_text(prompt).casefold()
    return value if isinstance(value, list) and len(value) >= LEAST_ITEMS and asked else None


def side_of(wanted: dict[str, Json] | list[Json], text: str) -> Literal["right", "wrong"] | None:
    """The side of the object or list in the text.

    It is plainly another where a field of the same name holds another number, truth value or short text, or where the
    list has an item that the reference lacks, or lacks one that the reference has. A longer text may be said in other
    words, and items may come in another order: nothing is told of these.
    """
    opens, closes = "{}" if isinstance(wanted, dict) else "[]"
    given = parsed(text[text.find(opens) : text.rfind(closes) + 1]) if opens in text else None
    if given == wanted:
        return "right"
    match given, wanted:
        case dict(), dict():
            return "wrong" if any(_differ(given[key], wanted[key]) for key in wanted if key in given) else None
        case list(), list():
            return _side_of_list(given, wanted)
        case _:
            return None


def parsed(text: str) -> Json:
    """The text as JSON; None where it is none."""
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def _side_of_list(given: Sequence[Json], wanted: Sequence[Json]) -> Literal["wrong"] | None:
    if any(isinstance(item, Mapping | list) or _is_long(item) for item in (*given, *wanted)):
        return None
    held, sought = {_key(item) for item in given}, {_key(item) for item in wanted}
    # One name of several may be all that is asked for.
    return "wrong" if held != sought and len(held) > 1 else None


def _key(item: Json) -> str:
    value = number(str(item))
    return plain(str(item)) if value is None else str(value.normalize())


def _differ(one: Json, other: Json) -> bool:
    """Whether two values of one field are plainly different."""
    match one, other:
        case (bool(), bool()):
            return one != other
        case (bool(), _) | (_, bool()):
            return False
        case (str() | int() | float(), str() | int() | float()):
            return _differ_as_text(str(one), str(other))
        case (dict(), dict()):
            return any(_differ(one[key], other[key]) for key in other if key in one)
        case _:
            return False


def _differ_as_text(one: str, other: str) -> bool:
    left, right = number(one), number(other)
    if left is not None and right is not None:
        return abs(left - right) > NEAR * max(abs(left), abs(right))
    if left is not None or right is not None or _is_long(one) or _is_long(other):
        return False
    first, second = plain(one), plain(other)
    return first not in second and second not in first


def _is_long(item: Json) -> bool:
    return isinstance(item, str) and (len(item) > LONGEST_LABEL or len(item.split()) > MOST_WORDS)

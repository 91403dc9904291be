"""Tells whether the object or list in a text is the reference (right) or plainly another one (wrong)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal

from rewardlab.answers.reading.sequence import asks_for_order
from rewardlab.answers.reference.accepted import LONGEST_LABEL, NEAR, is_record, number, plain, prompt_text
from rewardlab.answers.reference.readings import BESIDE, unwrapped
from rewardlab.task import Json, Prompt

#: A text of more words is a sentence, which a reward may rightly pass over.
MOST_SPOKEN = 5
#: Texts of more words may say the same in other words.
MOST_WORDS = 2
#: Words with which a prompt lets an answer leave a key out.
LEFT_FREE = re.compile(
    r"\boptional|\bomit|\bleave (?:it |them )?out\b|\bmay be (?:missing|left out)\b"
    r"|\bif (?:any|known|given|there|present|available|mentioned|stated|applicable)"
    r"|\bwhere (?:known|given|present|available|mentioned|stated)\b",
    re.IGNORECASE,
)
#: Words with which it forbids further keys.
CLOSED = re.compile(
    r"\b(?:only|exactly|just) (?:the |these |those )?(?:\w+ )?(?:keys|fields)\b"
    r"|\b(?:keys|fields)\b[^.!?\n]{0,60}\b(?:only|and nothing else|and no others?)\b"
    r"|\b(?:no|without) (?:any )?(?:other|further|additional|extra|more) (?:keys|fields)\b",
    re.IGNORECASE,
)
#: Shorter lists may be several names of one answer.
LEAST_ITEMS = 3


def composite_of(prompt: Prompt) -> dict[str, Json] | list[Json] | None:
    """The object or list that is itself the answer; None if the reference is neither, or specifies a check."""
    value = unwrapped(prompt.reference)
    if isinstance(value, str):
        value = parsed(value) if value.lstrip()[:1] in {"{", "["} else None
    if isinstance(value, dict) and len(value) > 1 and is_record(value, prompt):
        return value
    if not isinstance(value, list):
        return None
    if value and all(map(_is_nested, value)):
        return value if _shows_json(prompt) else None
    asked = "json" in prompt_text(prompt).casefold() or asks_for_order(prompt)
    return value if len(value) >= LEAST_ITEMS and asked else None


def _shows_json(prompt: Prompt) -> bool:
    """Whether the prompt speaks of JSON, or shows a list of lists or of objects."""
    said = prompt_text(prompt)
    return "json" in said.casefold() or re.search(r"\[\s*[\[{]", said) is not None


def required_of(prompt: Prompt, wanted: dict[str, Json] | list[Json]) -> frozenset[str]:
    """The keys an answer must have: those the prompt names, if they hold something and none may be left out."""
    said = prompt_text(prompt)
    if not isinstance(wanted, dict) or LEFT_FREE.search(said):
        return frozenset()
    return frozenset(key for key in _keys_of(wanted) if re.search(rf"(?<!\w){re.escape(key)}(?!\w)", said))


def _keys_of(value: Json) -> Iterator[str]:
    """The keys of an object and of nested ones that hold something, without remarks about the answer and sentences."""
    if isinstance(value, dict):
        for key, held in value.items():
            if says_something(held) and plain(key) not in BESIDE and not is_prose(held):
                yield key
                yield from _keys_of(held)


def is_prose(value: Json) -> bool:
    """Whether a value is a text that may be said in other words."""
    return isinstance(value, str) and (len(value) > LONGEST_LABEL or len(value.split()) > MOST_SPOKEN)


def _lacks(given: Mapping[str, Json], wanted: Mapping[str, Json], required: AbstractSet[str]) -> bool:
    """Whether an object or a nested one lacks a `required` key that holds something in the reference."""
    for key, value in wanted.items():
        if key not in given:
            if key in required and says_something(value):
                return True
        elif isinstance(held := given[key], dict) and isinstance(value, dict) and _lacks(held, value, required):
            return True
    return False


def is_closed(prompt: Prompt) -> bool:
    """Whether the prompt allows an object no further keys."""
    return CLOSED.search(prompt_text(prompt)) is not None


def says_something(value: Json) -> bool:
    """Whether a value is more than a placeholder for a missing one."""
    return bool(value) and value not in ("none", "None", "null", "N/A", "unknown")


def side_of(
    wanted: dict[str, Json] | list[Json],
    text: str,
    *,
    required: AbstractSet[str] = frozenset(),
    closed: bool = False,
) -> Literal["right", "wrong"] | None:
    """Whether the object or list in the text is right or wrong; None where that cannot be told.

    An object is wrong if a field holds another number, boolean or short text than the reference's, if it lacks a
    `required` key, or if it has an extra key though `closed`. A list is wrong if it has an item that the reference
    lacks or lacks one that the reference has. Longer texts in other words and items in another order are no evidence.
    """
    opens, closes = "{}" if isinstance(wanted, dict) else "[]"
    given = parsed(text[text.find(opens) : text.rfind(closes) + 1]) if opens in text else None
    if given == wanted:
        return "right"
    match given, wanted:
        case dict(), dict():
            lacks = bool(given) and _lacks(given, wanted, required)
            exceeds = closed and not given.keys() <= wanted.keys()
            return "wrong" if lacks or exceeds or _differ(given, wanted) else None
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


def _side_of_list(given: Sequence[Json], wanted: Sequence[Json], *, is_field: bool = False) -> Literal["wrong"] | None:
    if any(map(_is_nested, wanted)):
        return "wrong" if _hold_others(given, wanted) else None
    if any(_is_nested(item) or _is_long(item) for item in (*given, *wanted)):
        return None
    held, sought = {_key(item) for item in given}, {_key(item) for item in wanted}
    # One name of several may be all that is asked for; a field that holds a list is asked for whole.
    return "wrong" if held != sought and (len(held) > 1 or (is_field and len(held) == 1)) else None


def _hold_others(given: Sequence[Json], wanted: Sequence[Json]) -> bool:
    """Whether, of two nested lists, one has an item that plainly differs from every item of the other."""
    return any(
        all(_items_differ(item, other) for other in others)
        for some, others in ((given, wanted), (wanted, given))
        for item in some
    )


def _items_differ(one: Json, other: Json) -> bool:
    """Whether two items are plainly different; of two flat lists of equal length, whether some pair of elements is."""
    if isinstance(one, list) and isinstance(other, list):
        flat = len(one) == len(other) and not any(map(_is_nested, (*one, *other)))
        return flat and any(_differ(*pair) for pair in zip(one, other, strict=True))
    return _differ(one, other)


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
        case (list(), list()):
            return _side_of_list(one, other, is_field=True) == "wrong"
        case _:
            return False


def _is_nested(item: Json) -> bool:
    return isinstance(item, Mapping | list)


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

"""Answers that are ordered lists: recognises them, and the same items in another order."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rewardlab.answers.reference.accepted import LONGEST_LABEL, is_symbolic, prompt_text
from rewardlab.answers.reference.ordering import frees_order, tells_order
from rewardlab.answers.reference.readings import is_flat, unwrapped
from rewardlab.task import Json, Prompt

#: Separators that themselves tell an order; numbered lines; signs of a falling and of a rising order.
ARROW = re.compile(r"\s*(->|=>|\u2192|\u21d2|>|<|\u227b|\u227a|,? (?:and )?then )\s*", re.IGNORECASE)
NUMBERED = re.compile(r"^[ \t]*(\d{1,2})[.)][ \t]+(\S[^\n]*)$", re.MULTILINE)
DOWNWARDS, UPWARDS = frozenset({">", "\u227b"}), frozenset({"<", "\u227a"})
#: Separators of a list whose order the prompt asks for, and its fewest items: a phrase may have a comma too.
SEPARATORS, LEAST_ITEMS = ("\n", "; ", " | ", ", ", ","), 3
#: What may stand between two items of a list in a text.
BETWEEN = re.compile(
    r"[^\w]{1,12}(?:\d{1,2}[.)][ \t]+|(?:and|then|und|dann|et|puis|y|luego)\b[^\w]{1,4})?", re.IGNORECASE
)
#: The most items of a list, and the most lines, from the end, that are searched for one.
MOST_ITEMS, MOST_LINES = 30, 40


@dataclass(frozen=True, slots=True)
class Ordered:
    """The items of an answer whose order counts, and what stands between them: a separator, "json" or "numbered"."""

    items: tuple[str, ...]
    separator: str
    values: tuple[Json, ...] = ()

    def write(self, order: Sequence[int]) -> str:
        """The items in another order, written as the answer writes its own."""
        if self.separator == "json":
            return json.dumps([self.values[at] for at in order], ensure_ascii=False)
        if self.separator == "numbered":
            return "\n".join(f"{place}. {self.items[at]}" for place, at in enumerate(order, start=1))
        return self.separator.join(self.items[at] for at in order)


def asks_for_order(prompt: Prompt) -> bool:
    """Whether the prompt says that the order of what it asks for counts, and does not say that it is free."""
    if (found := prompt.known.get("asks_for_order")) is None:
        found = prompt.known["asks_for_order"] = tells_order(prompt_text(prompt))
    return bool(found)


def ordered_of(prompt: Prompt, text: str, *, is_told: bool) -> Ordered | None:
    """The items of an answer to the prompt whose order counts; None where the text is no list, or its order is free.

    The order counts if an arrow, ">", "then" or numbers stand between the items. For other lists it counts only if this
    prompt asks for an order and nearly all prompts of the file do (`is_told`).
    """
    found = _noted(text)
    if found is None and is_told and asks_for_order(prompt):
        found = _listed(text)
    if found is None or frees_order(prompt_text(prompt)) or len(found.items) > MOST_ITEMS:
        return None
    return found if len({one.casefold() for one in found.items}) == len(found.items) else None


def in_another_order(found: Ordered) -> list[str]:
    """Two variants of the answer: its last two items exchanged, and two in its middle.

    It is never reversed: for a route, both directions may be right.
    """
    order = list(range(len(found.items)))
    middle = len(order) // 2 - 1
    turned = [[*order[:-2], order[-1], order[-2]]]
    if 0 < middle < len(order) - 2:
        turned.append([*order[:middle], order[middle + 1], order[middle], *order[middle + 2 :]])
    return [found.write(one) for one in turned]


def is_in_another_order(found: Ordered, text: str) -> bool:
    """Whether a text gives these items side by side, each once, in plainly another order.

    Not where its signs point the other way: a < b is b > a.
    """
    for passage in _passages(text):
        places = [_place(passage, item) for item in found.items]
        if any(place is None for place in places):
            continue
        spans = [place for place in places if place is not None]
        ascending = sorted(spans)
        gaps = [passage[one[1] : other[0]] for one, other in pairwise(ascending)]
        if all(BETWEEN.fullmatch(gap) for gap in gaps):
            return spans != ascending and not _points_otherwise(found, gaps)
    return False


def _noted(text: str) -> Ordered | None:
    """The list, if its own numbers or signs tell its order."""
    stripped = text.strip()
    numbered = NUMBERED.findall(stripped)
    if len(numbered) > 1 and [int(number) for number, _ in numbered] == list(range(1, len(numbered) + 1)):
        alone = len(stripped.splitlines()) == len(numbered)
        return Ordered(tuple(item.strip() for _, item in numbered), "numbered") if alone else None
    if "\n" in stripped or is_symbolic(stripped):
        return None
    signs = {sign.strip(" ,").casefold() for sign in ARROW.findall(stripped)}
    items = ARROW.split(stripped)[::2]
    first = ARROW.search(stripped)
    if len(signs) != 1 or first is None or not _are_items(items):
        return None
    # A sign between two numbers says which is larger; it makes no list.
    return None if len(items) == 2 and all(item.isdigit() for item in items) else Ordered(tuple(items), first[0])


def _listed(text: str) -> Ordered | None:
    """A list on one line, on several, or in JSON."""
    value = _loaded(text)
    if value is not None:
        items = tuple(str(item) for item in value)
        return Ordered(items, "json", tuple(value)) if len(items) > 1 and _are_items(items) else None
    for separator in SEPARATORS:
        items = tuple(item.strip() for item in text.strip().split(separator))
        if len(items) >= LEAST_ITEMS:
            return Ordered(items, separator) if _are_items(items) else None
    return None


def _loaded(text: str) -> list[Json] | None:
    try:
        value = json.loads(text) if text.lstrip().startswith("[") else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) and is_flat(value) else None


def _are_items(items: Sequence[str]) -> bool:
    return len(items) > 1 and all(item.strip() and len(item) <= LONGEST_LABEL for item in items)


def _passages(text: str) -> list[str]:
    """The parts of a text that may be a list: each of the last lines, the last brackets, the whole text."""
    lines = [line for line in text.strip().splitlines() if line.strip()][-MOST_LINES:]
    opening, closing = text.rfind("["), text.rfind("]")
    inside = [text[opening : closing + 1]] if 0 <= opening < closing else []
    return [*lines[::-1], *inside, "\n".join(lines)]


def _place(passage: str, item: str) -> tuple[int, int] | None:
    """Where a passage holds the item as a word of its own; None where it does not, or more than once."""
    found = list(re.finditer(rf"(?<![\w.]){re.escape(item)}(?!\w|\.\d)", passage, re.IGNORECASE))
    return found[0].span() if len(found) == 1 else None


def _points_otherwise(found: Ordered, gaps: Sequence[str]) -> bool:
    own = {sign for sign in (DOWNWARDS, UPWARDS) if sign & {*found.separator.strip()}}
    other = UPWARDS if own == {DOWNWARDS} else DOWNWARDS if own == {UPWARDS} else UPWARDS | {"\u2190"}
    return any(other & {*gap} for gap in gaps)


def list_of(prompt: Prompt) -> list[Json] | None:
    """The list of plain texts or numbers that the prompt's reference is, where the prompt asks for an order."""
    value = unwrapped(prompt.reference)
    if isinstance(value, str):
        value = _loaded(value)
    return value if isinstance(value, list) and len(value) >= LEAST_ITEMS and asks_for_order(prompt) else None

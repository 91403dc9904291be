"""Reads answers that are lists, and tells whether the order of their items counts or they are sets."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from rewardlab.answers.reference.ordering import is_told_in_most, tells_order
from rewardlab.answers.values.names import folded

#: What stands between the items of an answer.
BETWEEN = re.compile(r"\s*(?:[,;|/\u3001\uff0c\u060c\n]|(?<!\w)(?:and|und|et|och|og|\u0438|&)(?!\w))[\s]*")
MOST_ITEMS, LONGEST = 20, 40
LETTERS = re.compile(r"(?<![\w'\u2019-])[A-Z](?![\w'\u2019-])")
#: Words with which a prompt makes the order part of the answer.
ORDERED = re.compile(
    r"\b(?:order\w*|rank\w*|sort\w*|sequenc\w*|ascending|descending|chronolog\w*|arrange\w*|steps?|permut\w*|earliest|"
    r"first .{1,40} last|from .{1,40} to|reihenfolge|ordne\w*|sortier\w*|ordre|trie[rz]?|class[e\u00e9]\w*|orden\w*|"
    r"ordin\w*|ordem|\u043f\u043e\u0440\u044f\u0434\w*)\b|\u987a\u5e8f|\u6392\u5e8f|\u9806|\uc21c\uc11c",
    re.IGNORECASE,
)


def items_of(text: str) -> tuple[str, ...]:
    """The folded items of a text that is a list of several; none where it is none."""
    if text.lstrip().startswith(("{", "[{")):
        return ()
    bare = text.strip().strip("[](){}").replace('"', "").replace("'", "")
    items = [folded(item).strip(" .-*") for item in BETWEEN.split(bare)]
    items = [item for item in items if item]
    usable = 2 <= len(items) <= MOST_ITEMS and max(map(len, items)) <= LONGEST and len(set(items)) == len(items)
    return tuple(items) if usable else ()


def split(text: str) -> list[str]:
    """The parts of a text between the marks of a list, as they are written."""
    bare = text.strip().strip("[](){}").replace('"', "").replace("'", "")
    return [item.strip() for item in BETWEEN.split(bare) if item.strip()]


def are_parts(references: Sequence[Sequence[str]]) -> bool:
    """Whether list items recur in other combinations; aliases of one answer and phrases with a comma do not."""
    beside: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for one in references:
        for item in one:
            beside[item].add(tuple(sorted(one)))
    recurring = [len(lists) > 1 for lists in beside.values()]
    return bool(recurring) and 2 * sum(recurring) >= len(recurring)


def are_sets(references: Sequence[Sequence[str]], prompts: Iterable[str]) -> bool:
    """Whether the order of items says nothing in a file: all its lists are sorted, or no prompt speaks of an order.

    Where the prompts plainly ask for an order, sorted lists are no sets: to sort them may be the task.
    """
    prompts = tuple(prompts)
    if not are_parts(references) or is_told_in_most(map(tells_order, prompts), of=len(prompts)):
        return False
    are_sorted = all(list(one) == sorted(one) for one in references)
    return are_sorted or not any(ORDERED.search(prompt) for prompt in prompts)

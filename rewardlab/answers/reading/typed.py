"""Lists whose items have a type beside their name: "Bergen (PLACE)", "PLACE: Bergen", "runs/VERB"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rewardlab.answers.reference.accepted import answers_of
from rewardlab.answers.reference.readings import unwrapped
from rewardlab.task import Prompt

#: What is written of one item, and where its name and its type stand in it.
WAYS: Sequence[re.Pattern[str]] = (
    re.compile(r"(?P<name>[^\s;,\n()][^;,\n()]{0,59}?) *\((?P<type>[\w-]{1,20})\)"),
    re.compile(r"^[-*\u2022 \t]*(?P<type>[\w-]{1,20}): *(?P<name>[^\n:]{1,60}?)[ \t]*$", re.MULTILINE),
    re.compile(r"(?<!\S)(?P<name>[^\s/]{1,30})/(?P<type>[A-Za-z-]{1,8})(?![^\s.,;])"),
)
#: The share of references that must be written in one way, the fewest items of one, and how many types there may be.
MOSTLY, LEAST_ITEMS, TYPES = 0.8, 2, range(2, 21)
#: A type recurs: on average so many items have it.
RECURS = 2
Items: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """The way in which a file's references are written as typed items, and the types that there are."""

    way: re.Pattern[str]
    types: tuple[str, ...]

    def items(self, text: str) -> Items:
        """The names with their types, in the order of the text, without regard to case."""
        return tuple((_folded(one["name"]), _folded(one["type"])) for one in self.way.finditer(text))

    def is_retyped(self, reference: str, text: str) -> bool:
        """Whether a text gives the reference's names, each once, at least one of them with another known type."""
        wanted, given = self.items(reference), self.items(text)
        known = {_folded(one) for one in self.types}
        if len(wanted) < LEAST_ITEMS or Counter(name for name, _ in wanted) != Counter(name for name, _ in given):
            return False
        return Counter(wanted) != Counter(given) and all(kind in known for _, kind in given)

    def retyped(self, reference: str) -> str | None:
        """The reference with the type of its last item another; None where it has no item."""
        found = list(self.way.finditer(reference))
        if not found:
            return None
        last = found[-1]
        other = next(one for one in self.types if _folded(one) != _folded(last["type"]))
        start, end = last.span("type")
        return reference[:start] + other + reference[end:]


def listed(prompt: Prompt) -> str | None:
    """A prompt's reference as one text: a list of texts has a line for each."""
    value = unwrapped(prompt.reference)
    if isinstance(value, list):
        return "\n".join(value) if value and all(isinstance(one, str) for one in value) else None
    found = answers_of(prompt)
    return found[0] if found else None


def typed_of(prompts: Sequence[Prompt]) -> Typed | None:
    """How nearly all references of a file are written as lists of typed items; None where they are not."""
    texts = [text for prompt in prompts if (text := listed(prompt)) is not None]
    for way in WAYS:
        held = [[one["type"] for one in way.finditer(text)] for text in texts]
        lists = [types for types in held if len(types) >= LEAST_ITEMS]
        types = Counter(one for every in held for one in every)
        recurs = sum(types.values()) >= RECURS * len(types)
        if texts and len(lists) >= MOSTLY * len(texts) and len(types) in TYPES and recurs:
            return Typed(way, tuple(types))
    return None


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()

"""The tags around reasoning, and those that prompts ask answers to be put in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tag:
    """A pair of tags; both are compared with folded case."""

    opens: str
    closes: str

    def begins_inside(self, text: str) -> bool:
        """Whether the lower-case text closes the pair before it opens it."""
        closed, opened = text.find(self.closes.casefold()), text.find(self.opens.casefold())
        return closed >= 0 and not 0 <= opened < closed

    def is_open(self, text: str) -> bool:
        """Whether the lower-case text opens the pair and never closes it."""
        opened = text.rfind(self.opens.casefold())
        return opened >= 0 and text.find(self.closes.casefold(), opened) < 0

    def occurs(self, text: str) -> bool:
        """Whether the lower-case text holds either."""
        return self.opens.casefold() in text or self.closes.casefold() in text


NAMES = ("think", "thinking", "thought", "thoughts", "reasoning", "reason", "reflection", "scratchpad", "seed:think")
#: The opening and closing tags of reasoning, as models and trainers' prompts write them.
THOUGHTS = (
    *(Tag(f"<{name}>", f"</{name}>") for name in NAMES),
    Tag("[THINK]", "[/THINK]"),
    Tag("\u25c1think\u25b7", "\u25c1/think\u25b7"),
    Tag("<|begin_of_thought|>", "<|end_of_thought|>"),
    Tag("<|START_THINKING|>", "<|END_THINKING|>"),
)
CLOSING = re.compile("|".join(re.escape(tag.closes) for tag in THOUGHTS), re.IGNORECASE)
NAMED = re.compile(r"<([a-zA-Z][\w:-]{0,30})>")


def after_thought(text: str) -> str:
    """The text after the last closed reasoning; the whole text if none is closed, or nothing follows."""
    found = list(CLOSING.finditer(text))
    rest = text[found[-1].end() :] if found else text
    return rest if rest.strip() else text


def asked_tags(prompts: Sequence[str]) -> tuple[Tag, ...]:
    """The pairs of tags that most of the prompts name, in their order there."""
    named = Counter(name for text in prompts for name in dict.fromkeys(NAMED.findall(text)))
    return tuple(Tag(f"<{name}>", f"</{name}>") for name, count in named.items() if 2 * count > len(prompts))

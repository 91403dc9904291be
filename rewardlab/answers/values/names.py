"""Finds a file's answers in texts as whole words, in any script, and tells whether they are denied or hedged."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

#: Where a name stands in a text.
Span: TypeAlias = tuple[int, int]

#: Sentences end here; in scripts without spaces no space follows.
ENDS = re.compile(r"(?<=[.!?।])\s+|(?<=[。！？])|\n+")
#: Scripts that put no spaces between words.
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
NO = (
    r"not|never|neither|nor|isn['\u2019]t|wasn['\u2019]t|aren['\u2019]t|rather than|instead of|unlike|nicht|kein\w*|"
    r"statt|ni|jamais|nie|n\u00e3o|non|nunca|pas|niet|ikke|inte"
)
DENIED_BEFORE = re.compile(
    rf"(?:(?<!\w)(?:{NO})\s(?:[^\W\d_]+\s){{0,2}}|\u043d\u0435\s|\u4e0d\u662f|\u5e76\u975e|\u800c\u4e0d\u662f)[\"'*`]*$"
)
DENIED_AFTER = re.compile(
    r"^\W{0,3}(?:is (?:not|wrong|incorrect)|isn['\u2019]t|would be wrong|ist (?:nicht|falsch)|\u3067\u306f\u306a|"
    r"\u3058\u3083\u306a|\uac00 \uc544\ub2c8|\uc774 \uc544\ub2c8|\u0928\u0939\u0940\u0902)"
)
OR = (
    r"or|oder|ou|eller|lub|albo|atau|veya|ho\u1eb7c|\u0430\u0431\u043e|\u0438\u043b\u0438|\u043b\u0438\u0431\u043e|"
    r"\u6216\u8005?|\u307e\u305f\u306f|\ub610\ub294|\u092f\u093e"
)
HEDGED_BEFORE = re.compile(rf"(?<!\w)(?:either|{OR})(?!\w)[^.!?\n]{{0,20}}$")
HEDGED_AFTER = re.compile(rf"^[^.!?\n]{{0,20}}?(?:(?<!\w)(?:{OR})(?!\w)|\u6216|\u307e\u305f\u306f)")
LISTED_AFTER = re.compile(r"^\s*[,\u3001\u060c]\s*\w+\s*[,\u3001\u060c]")
LISTED_BEFORE = re.compile(r"[,\u3001\u060c]\s*\w+\s*[,\u3001\u060c]\s*$")
#: How many characters around a name are searched for a hedge.
NEAR = 60
MOST_WORDS = 5


def folded(text: str) -> str:
    """The text in one Unicode form, without case; spaces are one each, line breaks stay."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("\u2212", "-")
    if not plain.isascii():
        plain = "".join(str(unicodedata.decimal(sign, sign)) for sign in plain)
    return re.sub(r"[^\S\n]+", " ", plain).strip()


def sentences(text: str) -> tuple[str, ...]:
    """The sentences and lines of a folded text."""
    return tuple(part for part in ENDS.split(text) if part.strip())


def places(text: str, name: str) -> Iterator[Span]:
    """Where the name stands in a folded text as a word of its own: no letter, mark or digit beside it."""
    spaced = not UNSPACED.search(name)
    start = text.find(name) if name else -1
    while start >= 0:
        end = start + len(name)
        if not spaced or not (_belongs(text[start - 1 : start]) or _belongs(text[end : end + 1])):
            yield start, end
        start = text.find(name, start + 1)


def _belongs(sign: str) -> bool:
    return bool(sign) and unicodedata.category(sign)[0] in "LMN" and not UNSPACED.match(sign)


def is_doubtful(text: str, span: Span) -> bool:
    """Whether the sentence denies the name at this place, or offers it as one of several."""
    before, after = text[max(0, span[0] - NEAR) : span[0]], text[span[1] : span[1] + NEAR]
    return bool(
        DENIED_BEFORE.search(before)
        or DENIED_AFTER.search(after)
        or HEDGED_BEFORE.search(before)
        or HEDGED_AFTER.search(after)
        or LISTED_AFTER.search(after)
        or LISTED_BEFORE.search(before)
    )


@dataclass(frozen=True, slots=True)
class Names:
    """The folded answers of one kind in a file."""

    known: frozenset[str]

    @property
    def are_letters(self) -> bool:
        return all(len(name) == 1 for name in self.known)

    def within(self, text: str) -> list[tuple[Span, str]]:
        """Where the names stand in a folded text; one inside a longer one ("positive" in "very positive") does not."""
        found = [(span, name) for name in self.known for span in places(text, name)]
        return sorted(
            one for one in found if not any(_inside(one[0], other[0]) for other in found if other[1] != one[1])
        )

    def mentioned(self, text: str) -> set[str]:
        """Which of many names a folded text mentions."""
        words = [word.strip(".,;:!?()[]\"'*`\u201c\u201d\u2019") for word in text.split()]
        runs = (" ".join(words[at : at + size]) for at in range(len(words)) for size in range(1, MOST_WORDS + 1))
        found = {run for run in runs if run in self.known}
        if UNSPACED.search(text):
            found |= {name for name in self.known if UNSPACED.search(name) and name in text}
        return found


def _inside(one: Span, other: Span) -> bool:
    return other[0] <= one[0] and one[1] <= other[1]

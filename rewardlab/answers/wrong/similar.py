"""Answers of other prompts that are easily taken for this one's: by their letters, or by a letter's case alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from rewardlab.answers.values.tokens import fold

#: A symbol is a few letters: Co and CO, mW and MW.
SYMBOL = re.compile(r"[A-Za-z]{2,3}")
#: Words as short as symbols, which people write in any case.
SHORT_WORDS = "no yes ja si oui non on off ok na da ano ne up low new old one two six ten in out us it"
WORDS = frozenset(SHORT_WORDS.split())
#: So many pairs of symbols show that a letter's case tells them apart; a single one may be a slip.
LEAST_PAIRS = 3
#: Letters of a text that are compared.
MOST_LETTERS = 60


def alike(one: str, other: str) -> float:
    """How alike two texts are, from 0 to 1: of their pairs of neighbouring letters the share that both have (Dice)."""
    left, right = _pairs(one), _pairs(other)
    return 2 * len(left & right) / (len(left) + len(right))


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[str]:
    letters = f" {fold(text)[:MOST_LETTERS]} "
    return frozenset(map("".join, pairwise(letters)))


def by_likeness(text: str, others: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The places and texts, those that are most like this one first."""
    yield from sorted(others, key=lambda other: -alike(text, other[1]))


def twins(texts: Sequence[str]) -> dict[str, str]:
    """For each symbol the one that differs from it in case alone, where several of these texts have one.

    Words are written in any case, and a file of labels may write one label in two; of symbols, a capital and a small
    letter beside two capitals, or a small one beside a capital, tell two things apart: Co and CO, mW and MW.
    """
    by_letters: dict[str, set[str]] = {}
    for text in texts:
        stripped = text.strip()
        if SYMBOL.fullmatch(stripped) and stripped.casefold() not in WORDS:
            by_letters.setdefault(stripped.casefold(), set()).add(stripped)
    found: dict[str, str] = {}
    for written in by_letters.values():
        mixed = sorted(one for one in written if not one.islower())
        if len(mixed) > 1:
            found |= dict(zip(mixed, [*mixed[1:], mixed[0]], strict=True))
    return found if len({one.casefold() for one in found}) >= LEAST_PAIRS else {}

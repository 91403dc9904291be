"""Finds answers easily mistaken for each other: by similar spelling, or because only a letter's case differs."""

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
    """The similarity of two texts from 0 to 1: the Dice coefficient of their letter bigrams."""
    left, right = _pairs(one), _pairs(other)
    return 2 * len(left & right) / (len(left) + len(right))


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[str]:
    letters = f" {fold(text)[:MOST_LETTERS]} "
    return frozenset(map("".join, pairwise(letters)))


def by_likeness(text: str, others: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The indices and texts, most similar to this text first."""
    yield from sorted(others, key=lambda other: -alike(text, other[1]))


def twins(texts: Sequence[str]) -> dict[str, str]:
    """For each symbol, one that differs from it in case alone; empty unless several symbols of the file have one.

    Words and labels may be written in any case and still be one. Symbols are two things if both have a capital and
    their case differs: Co and CO, mW and MW.
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

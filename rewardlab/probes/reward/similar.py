"""Answers of other prompts that are easily taken for this one's: by their letters, or by a letter's case alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from rewardlab.probes.reward.tokens import fold

#: Symbols are no longer than this: Co and CO, mW and MW.
SYMBOL = 3
#: Words as short as symbols, which people write in any case.
WORDS = frozenset("no yes ja si oui non on off ok na nein da ano ne up low new old one two six ten in out us it".split())
#: So many pairs of symbols show that a letter's case tells them apart; a single one may be a slip.
LEAST_PAIRS = 3
#: Letters of a text that are compared.
MOST_LETTERS = 60


def alike(one: str, other: str) -> float:
    """How alike two texts are, from 0 to 1: the share of their pairs of neighbouring letters that both have (Dice)."""
    left, right = _pairs(one), _pairs(other)
    return 2 * (left & right).total() / max(left.total() + right.total(), 1)


def _pairs(text: str) -> Counter[str]:
    letters = f" {fold(text)[:MOST_LETTERS]} "
    return Counter(map("".join, zip(letters, letters[1:], strict=False)))


def most_alike(text: str, others: Iterable[tuple[int, str]]) -> int | None:
    """The place of the text that is most like this one; the first of equals, None where there is none."""
    own = _pairs(text)
    best: tuple[float, int] | None = None
    for place, other in others:
        theirs = _pairs(other)
        found = 2 * (own & theirs).total() / max(own.total() + theirs.total(), 1)
        if best is None or found > best[0]:
            best = found, place
    return None if best is None else best[1]


def twins(texts: Sequence[str]) -> dict[str, str]:
    """For each symbol the one that differs from it in case alone, where several of these texts have one.

    Words are written in any case, and a file of labels may write one label in two; of symbols, a capital and a small
    letter beside two capitals, or a small one beside a capital, tell two things apart: Co and CO, mW and MW.
    """
    by_letters: dict[str, set[str]] = {}
    for text in texts:
        stripped = text.strip()
        if re.fullmatch(r"[A-Za-z]{2,%d}" % SYMBOL, stripped) and stripped.casefold() not in WORDS:
            by_letters.setdefault(stripped.casefold(), set()).add(stripped)
    found = {}
    for written in by_letters.values():
        mixed = sorted(one for one in written if not one.islower())
        if len(mixed) > 1:
            found |= dict(zip(mixed, [*mixed[1:], mixed[0]], strict=True))
    return found if len({one.casefold() for one in found}) >= LEAST_PAIRS else {}

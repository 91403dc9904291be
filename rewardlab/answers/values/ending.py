"""The number that a text ends with."""

from __future__ import annotations

import re

from rewardlab.answers.reference.accepted import NUMBER, OUTER, number

#: What may stand between the parts of one value: of a telephone number, a version, a fraction, a power of ten.
BETWEEN = frozenset(" \t()[]{}-+/:.,;'\u2019\u00b7*^x\u00d7\u00a0\u2009\u202f\u2212\u2013")
#: Words that tie two numbers to one value: 4 out of 5.
TIES = frozenset({"out of", "of", "von", "de", "sur", "su", "av", "af", "uit", "na", "\u0438\u0437"})
#: Signs that a number must not directly follow: 1e3, 10^3, v4.
BEFORE = re.compile(r"[A-Za-z^]")


def number_at_the_end(text: str) -> str | None:
    """The number that a text ends with.

    None if something else follows the last number, for that may be the answer; and if the number is part of a longer
    value (4/5, 4.18.0, 829-715-2269), for that may be the right one in another notation.
    """
    end = (text.rstrip(OUTER).splitlines() or [""])[-1]
    found = list(NUMBER.finditer(end))
    if not found or found[-1].end() != len(end):
        return None
    first = len(found) - 1
    while first and _are_tied(end[found[first - 1].end() : found[first].start()]):
        first -= 1
    if BEFORE.match(end[found[first].start() - 1 : found[first].start()]):
        return None
    whole = end[found[first].start() :]
    return whole if number(whole) is not None else None


def _are_tied(between: str) -> bool:
    return BETWEEN.issuperset(between) or " ".join(between.split()).casefold() in TIES

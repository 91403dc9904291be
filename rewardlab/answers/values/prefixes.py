"""Prefixes of units whose case matters: 6.5 mW is not 6.5 MW."""

from __future__ import annotations

import re

#: A number with a unit whose prefix is another in the other case: milli and mega, pico and peta.
PREFIXED = re.compile(r"\d[ \u00a0]?(?P<prefix>[mMpP])(?P<unit>W|Wh|V|A|Hz|Pa|J|N|F|H|S|eV|Bq|Gy|Sv|\u03a9)(?!\w)")


def has_another_prefix(text: str, answer: str) -> bool:
    """Whether a text has an answer's unit with the prefix in the other case, and nowhere in the answer's own."""
    wanted = PREFIXED.search(answer)
    if wanted is None:
        return False
    given = {(one["prefix"], one["unit"]) for one in PREFIXED.finditer(text)}
    own = (wanted["prefix"], wanted["unit"])
    return own not in given and (own[0].swapcase(), own[1]) in given

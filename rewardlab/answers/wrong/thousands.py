"""Makes another number that ends in the same three digits, which a reward that stops at a comma takes for the right."""

from __future__ import annotations

import re

#: Digits in groups of three, set off by commas, apostrophes or spaces (plain, no-break, narrow).
GROUPED = re.compile(r"(?<![\d.,])(\d{1,3})(?:[,'\u2019 \u00a0\u202f]\d{3})+(?![\d,])")


def with_other_thousands(text: str) -> str | None:
    """The text with the digits before its first separator another number; None if its digits are not in groups."""
    found = GROUPED.search(text)
    if found is None:
        return None
    head = int(found[1])
    more = head + max(1, head // 2)
    # As many digits as before, and half as much again or half: no tolerance takes it for the right number.
    other = more if len(str(more)) == len(found[1]) else head // 2
    return f"{text[: found.start(1)]}{other}{text[found.end(1) :]}"

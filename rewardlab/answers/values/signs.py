"""Compares the signs of two texts with the same letters: "a < b" is not "a > b"."""

from __future__ import annotations

import re

from rewardlab.answers.reference.accepted import is_symbolic

#: Comparison signs, which count in every text; operators, which count in code and formulas only.
COMPARING = re.compile(r"[<>=\u2264\u2265\u2260]")
RECKONING = re.compile(r"[<>=\u2264\u2265\u2260+*/^|&%~!-]")
#: A function call, or two names with a comparison or an operator between them.
CODE = re.compile(r"\w\([^()\n]*\)|\w\s*(?:[<>=!]=|[<>=+*/%^])\s*['\"]?\w")


def same_signs(one: str, other: str) -> bool:
    """Whether two texts with the same letters have the same meaningful signs, in the same order.

    The signs of tags and arrows count like others; a hyphen counts in code and formulas only.
    """
    signs = RECKONING if _is_code(one) and _is_code(other) else COMPARING
    return signs.findall(one) == signs.findall(other)


def _is_code(text: str) -> bool:
    return is_symbolic(text) or CODE.search(text) is not None

"""The signs of code and formulas that two texts must share to be one: "a < b" and "a > b" are the same letters."""

from __future__ import annotations

import re

from rewardlab.answers.reference.accepted import is_symbolic

#: Signs that compare, in whatever text; in code and formulas those that reckon as well.
COMPARING = re.compile(r"[<>=\u2264\u2265\u2260]")
RECKONING = re.compile(r"[<>=\u2264\u2265\u2260+*/^|&%~!-]")
#: A name that is called, or two names with a sign that compares or reckons between them.
CODE = re.compile(r"\w\([^()\n]*\)|\w\s*(?:[<>=!]=|[<>=+*/%^])\s*['\"]?\w")


def same_signs(one: str, other: str) -> bool:
    """Whether two texts of the same letters have the same signs, in their order, as far as these tell values apart.

    A tag's or an arrow's signs count like others; a hyphen and a full stop count in code and formulas only.
    """
    signs = RECKONING if _is_code(one) and _is_code(other) else COMPARING
    return signs.findall(one) == signs.findall(other)


def _is_code(text: str) -> bool:
    return is_symbolic(text) or CODE.search(text) is not None

"""Reads the lettered options of a prompt, so that a letter and its option's text count as one answer."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from string import ascii_uppercase

from rewardlab.answers.values.names import folded

#: "(A) Lima", "A. Lima", "b) Lima", "C: Lima", at a line's beginning or after a space.
MARKED = re.compile(r"(?:(?<=\s)|^)\(?(?P<letter>[A-Ja-j])(?:\)|[.:](?=\s))[*\s]*", re.MULTILINE)
LONGEST = 200


@lru_cache(maxsize=4096)
def options_in(prompt: str) -> tuple[tuple[str, str], ...]:
    """The lower-case letters, each with its option's folded text; none unless at least A and B stand in a row."""
    marks: list[re.Match[str]] = []
    for match in MARKED.finditer(prompt):
        if match["letter"].upper() == ascii_uppercase[len(marks)]:
            marks.append(match)
        elif match["letter"].upper() == "A":
            marks = [match]
    if len(marks) < 2:
        return ()
    between = [prompt[one.end() : following.start()] for one, following in pairwise(marks)]
    texts = [*between, _last(prompt[marks[-1].end() :], between)]
    plain = [folded(text).strip(" .;,*\n") for text in texts]
    usable = all(text and len(text) <= LONGEST for text in plain) and len(set(plain)) == len(plain)
    return tuple((mark["letter"].casefold(), text) for mark, text in zip(marks, plain, strict=True)) if usable else ()


def _last(rest: str, others: list[str]) -> str:
    """The last option's text: its line; if all options share one line, no more words than the others have."""
    line = rest.split("\n", 1)[0]
    if any("\n" in other for other in others):
        return line
    most = max(len(other.split()) for other in others)
    return " ".join(line.split()[:most])

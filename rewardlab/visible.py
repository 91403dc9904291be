"""Text from outside (ids, answers, errors, names, paths) as it is shown: never as what a terminal or a reader obeys.

A prompt's id that holds a line break could print a verdict of its own, an escape sequence could hide one, and marks of
direction let a line read otherwise than it is.
"""

from __future__ import annotations

import re

#: Control characters (C0, DEL, C1 with U+0085), marks of direction, separators of lines and paragraphs, halves of
#: surrogate pairs, and the mark of byte order.
OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def visible(text: str) -> str:
    """The text with each character that something would obey written as an escape: one line, whatever it was."""
    return OBEYED.sub(_escape, text)


def visible_lines(text: str) -> str:
    """The same for a text that has lines of its own."""
    return "\n".join(map(visible, text.split("\n")))


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in NAMED:
        return NAMED[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

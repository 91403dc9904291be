"""Makes text from outside (ids, answers, errors, names, paths) safe to print: control characters become escapes.

Otherwise a line break in a prompt's id could print a fake verdict, an escape sequence could hide a real one, and marks
of text direction could make a line read differently from what it says.
"""

from __future__ import annotations

import re

#: Control characters (C0, DEL, C1 with U+0085), marks of text direction, line and paragraph separators, lone
#: surrogates, and the byte order mark.
OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def visible(text: str) -> str:
    """The text in one line, with each control character written as an escape."""
    return OBEYED.sub(_escape, text)


def visible_lines(text: str) -> str:
    """Like `visible`, but the text keeps its line breaks."""
    return "\n".join(map(visible, text.split("\n")))


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in NAMED:
        return NAMED[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

"""Shortens texts for the page: the beginning and the end stay, and a note says how much was left out between them."""

from __future__ import annotations

from rewardlab.visible import visible_lines

#: Characters of a text from which on it is cut, the largest limit first; a page too large takes the next smaller one.
LIMITS = (20_000, 8_000, 4_000, 2_800, 2_000, 1_400, 1_000, 700, 500, 350, 250)


def cut(text: str, limit: int) -> str:
    """The text, or about `limit` characters of it: two thirds from its beginning, the rest from its end."""
    if len(text) <= limit:
        return text
    head = 2 * limit // 3
    left_out = len(text) - limit
    note = f"[... {left_out:,} characters left out; the run directory holds them ...]"
    return f"{text[:head]}\n{note}\n{text[-(limit - head) :]}"


def shown(text: str, limit: int) -> str:
    """The text as the page holds it: cut, and with control characters and marks of direction written as escapes."""
    return visible_lines(cut(text, limit).replace("\r\n", "\n"))

"""Texts without their accents, as many people type them: Besancon for the town that is written with a cedilla."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Letters that no decomposition takes apart.
PLAIN = str.maketrans(
    {
        "\u00df": "ss",
        "\u00f8": "o",
        "\u00d8": "O",
        "\u00e6": "ae",
        "\u00c6": "AE",
        "\u0153": "oe",
        "\u0142": "l",
        "\u0141": "L",
        "\u0111": "d",
        "\u0110": "D",
        "\u0131": "i",
        "\u00f0": "d",
        "\u00fe": "th",
        "\u0451": "\u0435",
        "\u0401": "\u0415",
        "\u02bc": "'",
        "\u2019": "'",
        "\u2010": "-",
        "\u2013": "-",
    }
)
#: Marks over Latin and Greek letters, and Hebrew and Arabic vowels. In other scripts a mark is a letter of its own.
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
MARKS = ((0x300, 0x36F), (0x591, 0x5C7), (0x64B, 0x652))
TWO_LETTERS = str.maketrans(
    {"\u00e4": "ae", "\u00f6": "oe", "\u00fc": "ue", "\u00c4": "Ae", "\u00d6": "Oe", "\u00dc": "Ue", "\u00e5": "aa"}
)


@lru_cache(maxsize=8192)
def without_accents(text: str) -> str:
    """The text with its Latin and Greek letters bare; those of other scripts stay as they are."""
    if text.isascii():
        return text
    return BEYOND_ASCII.sub(
        lambda found: "".join(map(_bare, found[0].translate(PLAIN))), unicodedata.normalize("NFC", text)
    )


def _bare(sign: str) -> str:
    parts = unicodedata.normalize("NFD", sign)
    if len(parts) > 1 and unicodedata.name(parts[0], "").startswith(("LATIN", "GREEK")):
        return parts[0]
    return "" if any(first <= ord(sign) <= last for first, last in MARKS) else sign


def with_two_letters(text: str) -> str:
    """The text as it is typed where no umlauts are at hand: Muenchen."""
    return without_accents(unicodedata.normalize("NFC", text).translate(TWO_LETTERS))

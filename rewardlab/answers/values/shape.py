"""The shape of an answer: the sequence of kinds of characters in it, whatever their values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

#: The kinds of an answer's characters or words, in order.
Shape: TypeAlias = tuple[str, ...]

#: A number with all that is set between and around its digits.
SIGNS = r"[\w.,/:%^\\{}'\u2019\u00d7\u00b7+\u2212-]"
NUMERIC = re.compile(
    rf"{SIGNS}*\d{SIGNS}*(?:(?<=\d)(?:[ \u00a0\u2009\u202f]| ?[x*\u00d7\u00b7] ?)(?=\d){SIGNS}+)*(?:[ \u00a0\u202f]?%)?"
)
DIGITS = re.compile(r"\d+")
THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
#: LaTeX around an answer is no part of it.
WRAPPED = re.compile(r"\\(?:boxed|text|mathrm|mathbf)\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")
OUTER = ".,:'\u2019+-\u2212"
WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|\d+|[^\w\s]")
#: Stand around an answer and are no part of it.
MARKS = re.compile(r"[*_`\"\u201c\u201d$]+")


@lru_cache(maxsize=16_384)
def numeric_shapes(text: str) -> frozenset[Shape]:
    """The shape of each run of signs with a digit: `12,5 %` is a number, a comma, a number and a percent sign."""
    # Hardly any reward fails on commas between thousands.
    plain = THOUSANDS.sub(lambda match: match[0].replace(",", ""), WRAPPED.sub(r" \1 ", MARKS.sub("", text)))
    found = [re.sub(r"\s", " ", run.strip(OUTER)) for run in NUMERIC.findall(plain)]
    return frozenset(tuple(re.sub(r"[^\W\d_]+", "a", DIGITS.sub(_script, run))) for run in found)


def without_units(shapes: frozenset[Shape]) -> frozenset[Shape]:
    """The shapes, and the same without surrounding letters or percent sign, which a reward may ignore."""
    bare = {tuple("".join(shape).strip("a% ")) for shape in shapes}
    return shapes | {shape for shape in bare if shape}


def _script(digits: re.Match[str]) -> str:
    """One sign for digits: 9, or the zero of another script."""
    sign = digits[0][0]
    return "9" if sign.isascii() else chr(ord(sign) - unicodedata.decimal(sign))


@lru_cache(maxsize=16_384)
def worded_shape(text: str) -> Shape:
    """Each word by its script, its case and whether it has accents, and each sign between them as it is."""
    return tuple(_class(word) for word in WORD.findall(MARKS.sub("", unicodedata.normalize("NFC", text))))


def holds(text: Shape, part: Shape) -> bool:
    """Whether the shape of a text holds that of an answer."""
    return any(text[start : start + len(part)] == part for start in range(len(text) - len(part) + 1))


def without_case(shape: Shape) -> Shape:
    """The shape of the same words in small letters."""
    return tuple(re.sub(r"^(LATIN|GREEK|CYRILLIC) [A-Z]a?", r"\1 a", one) for one in shape)


def have_capitals(texts: Sequence[Shape]) -> bool:
    """Whether any word of these begins with a capital."""
    return any(without_case(shape) != shape for shape in texts)


def _class(word: str) -> str:
    if not word[0].isalpha():
        return "9" if word[0].isdigit() else word
    script = unicodedata.name(word[0], "").partition(" ")[0]
    case = ("A" if word[0].isupper() else "a") + ("a" if len(word) > 1 and word[0].isupper() else "")
    return f"{script} {case}{'' if script != 'LATIN' or word.isascii() else ' with accents'}"

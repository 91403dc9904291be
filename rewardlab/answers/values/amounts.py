"""Numbers as people and models write them: grouped, with a comma, as powers, fractions, percentages or in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from rewardlab.answers.values.names import folded
from rewardlab.answers.values.number_words import romans_of, words_of

SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b\u207a"
AS_DIGITS = str.maketrans(SUPERSCRIPTS, "0123456789-+")
RAISED = re.compile(rf"[{SUPERSCRIPTS}]+")
VULGAR = re.compile(r"[\u00bc-\u00be\u2150-\u215e\u2189]")
#: LaTeX's ways, in the order in which they are undone.
LATEX = (
    (re.compile(r"\\[dtc]?frac ?\{([^{}]{1,40})\}\{([^{}]{1,40})\}"), r" \1/\2"),
    (re.compile(r"\\[dtc]?frac ?(\d)(\d)"), r" \1/\2"),
    (re.compile(r"\\(?:times|cdot)(?![a-z])"), "x"),
    (re.compile(r"\{,\}"), ","),
    (re.compile(r"\\[,;:! ]"), " "),
    (re.compile(r"\\%"), "%"),
    (re.compile(r"\^\{([^{}]{1,10})\}|\*\*(?=[-+]?\d)"), r"^\1"),
)
#: What people set between the digits of one number.
GROUPED = (
    r"\d{1,3}(?:(?P<mark>[ ,.'\u2019_])\d{3})(?:(?P=mark)\d{3})*(?!\d)(?:[.,]\d{1,40}(?!\d))?"
    r"|\d{1,2}(?:,\d{2})+,\d{3}(?!\d)(?:\.\d{1,40})?|\d{1,40}(?:[.,]\d{1,40})?|[.,]\d{1,40}"
)
MULTIPLES = {
    **dict.fromkeys(("thousand", "thousands", "tausend", "mille", "mil", "tys.", "\u0442\u044b\u0441\u044f\u0447"), 3),
    **dict.fromkeys(("million", "millions", "millionen", "mio", "mln", "millones", "milioni", "milh\u00f5es"), 6),
    **dict.fromkeys(("billion", "billions", "milliarden", "milliards", "mrd"), 9),
    **dict.fromkeys(("\u4e07", "\u842c", "\ub9cc"), 4),
    **dict.fromkeys(("\u4ebf", "\u5104", "\u5146"), 8),
    "lakh": 5,
    "crore": 7,
}
MULTIPLE = "|".join(map(re.escape, sorted(MULTIPLES, key=len, reverse=True)))
PERCENT = r"%|\u066a|percent|per cent|pct|prozent|pour ?cent|por ciento|por cento|per cento|procent"
NUMBER = re.compile(
    r"(?<![\w.,/^])(?P<minus>-|minus |negative )?(?:(?P<whole>\d{1,6}) )?(?P<over>\d{1,20}) ?/ ?(?P<under>\d{1,20})"
    rf"(?![\d/.,]*\d)(?: ?(?P<share>{PERCENT}))?"
    rf"|(?<![\w/^])(?<!\d[.,])(?P<sign>[-+]|minus |negative )?(?P<digits>{GROUPED})(?![\d/]|[.,]\d)"
    r"(?:e(?P<exponent>[-+]?\d{1,3})(?!\w)| ?(?:x|\*|\u00d7|\u00b7|\u22c5) ?10 ?\^ ?\(?(?P<power>[-+]?\d{1,3})\)?)?"
    rf"(?: ?(?P<multiple>{MULTIPLE})(?![a-z]))?(?: ?(?P<percent>{PERCENT}))?"
)
POWER = re.compile(r"(?<![\w.,/^*x\u00d7])10 ?\^ ?(?P<power>[-+]?\d{1,3})(?!\d)")
AROUND = "$\u20ac\u00a3 `*\"'()\n"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number's place in a text, and every value it may mean: 88.124 is 88124 to many."""

    start: int
    end: int
    values: frozenset[Fraction]


@lru_cache(maxsize=4096)
def spelled(text: str) -> str:
    """The text in small letters and one Unicode form, with powers after ^ and fractions with a slash."""
    text = RAISED.sub(lambda match: "^" + match[0].translate(AS_DIGITS), text)
    text = VULGAR.sub(lambda match: " " + unicodedata.normalize("NFKC", match[0]).replace("\u2044", "/"), text)
    text = folded(text).replace("\u066b", ".").replace("\u066c", ",").replace("\u2013", "-")
    for pattern, plain in LATEX:
        text = pattern.sub(plain, text)
    return re.sub(r" {2,}", " ", text).strip()


@lru_cache(maxsize=4096)
def amounts(text: str) -> tuple[Amount, ...]:
    """The numbers of a spelled text that stand in digits, in its order."""
    found = [
        *_powers(text),
        *(Amount(*match.span(), values) for match in NUMBER.finditer(text) if (values := _values(match))),
    ]
    return _apart(found)


def in_words(text: str) -> tuple[Amount, ...]:
    """The numbers of a text that stand in words or Roman numerals, in its order."""
    found = [*words_of(folded(text)), *(romans_of(text) if len(folded(text)) == len(text) else ())]
    return _apart(Amount(start, end, frozenset({Fraction(value)})) for start, end, value in found)


@lru_cache(maxsize=16_384)
def value_of_all(text: str) -> frozenset[Fraction]:
    """The values that a text may mean if it is one number and nothing else; otherwise empty."""
    for plain, every in (
        (digits := spelled(text).strip(AROUND).rstrip("."), amounts(digits)),
        (words := text.strip(AROUND + "."), in_words(words)),
    ):
        if len(every) == 1 and (every[0].start, every[0].end) == (0, len(plain)):
            return every[0].values
    return frozenset()


def _apart(found: Iterable[Amount]) -> tuple[Amount, ...]:
    """The amounts in text order; of overlapping ones only the longest."""
    kept: list[Amount] = []
    for one in sorted(found, key=lambda amount: (amount.start, -amount.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def _powers(text: str) -> Iterator[Amount]:
    for match in POWER.finditer(text):
        yield Amount(*match.span(), frozenset({Fraction(10) ** int(match["power"])}))


def _values(match: re.Match[str]) -> frozenset[Fraction]:
    if match["under"] is not None:
        if int(match["under"]) == 0:
            return frozenset()
        values = {int(match["whole"] or 0) + Fraction(int(match["over"]), int(match["under"]))}
    else:
        raised = int(match["exponent"] or match["power"] or 0) + MULTIPLES.get(match["multiple"] or "", 0)
        values = {value * Fraction(10) ** raised for value in _digits(match["digits"], match["mark"])}
    if match["minus"] or (match["sign"] or "+") != "+":
        values = {-value for value in values}
    if match["share"] or match["percent"]:
        values |= {value / 100 for value in values}
    return frozenset(values)


def _digits(written: str, mark: str | None) -> set[Fraction]:
    """The values of digits with marks between; one mark before three digits may set off thousands or decimals."""
    marks = [sign for sign in written if not sign.isdigit()]
    if not marks:
        return {Fraction(int(written))}
    last = marks[-1]
    as_decimals = last in ".," and (len(marks) == 1 or marks.count(last) == 1)
    values = set()
    if as_decimals:
        whole, _, decimals = written.rpartition(last)
        values.add(Fraction(f"{re.sub(r'[^0-9]', '', whole) or '0'}.{decimals}"))
    if (mark is not None and all(sign == mark for sign in marks) and written[0] != "0") or not as_decimals:
        values.add(Fraction(int(re.sub(r"[^0-9]", "", written))))
    return values

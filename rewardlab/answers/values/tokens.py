"""Splits an answer into words and numbers, and tells whether two answers may be one value in two notations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import groupby

from rewardlab.answers.reference.accepted import number

#: Words that join the parts of an answer or precede them, without a meaning of their own. A single letter among them
#: may also be a part itself (the option A).
JOINING = (
    "and or und oder et ou och eller og en of y o e i the a an der die das den dem des le la les l el los las lo "
    "il gli du de di da do dos das von van to bis zu at in on is are it with for from by as plus both also sowie "
    "then \u0438 \u0438\u043b\u0438 \u0430 \u0456 \u0442\u0430 \u0914\u0930 \u092f\u093e"
)
FUNCTION = frozenset(JOINING.split())
#: Words that a comparison may rightly ignore: titles, the kind of a firm or place, "about" before a number.
OVERLOOKED = (
    "mr mrs ms miss mx dr prof professor doctor sir dame lord lady saint st sankt herr frau monsieur madame mme "
    "mlle senor senora don dona dom signor signora jr sr phd md esq inc ltd llc llp plc corp co company "
    "corporation limited gmbh spa srl about approximately approx circa ca roughly around nearly city town river "
    "mount lake island"
)
OPTIONAL = frozenset(OVERLOOKED.split())
#: A word: ASCII letters and digits; in other scripts with combining marks, which are often the vowels.
ASCII_RUN = re.compile(r"[A-Za-z0-9]+")
#: Digits and what may join them to one number or date: 1,200.5 or 10.01.1935 or 12:30.
CHAIN = re.compile(r"\d+(?:[.,:/\u2013-]\d+)*")
#: Signs between items that make their order part of the answer.
ORDERED = re.compile(r"[<>\u2192\u227b\u227a]")
#: What stands before the lines of a list.
MARK = re.compile(r"^[ \t]*(?:[-*\u2022\u2013]|\d{1,2}[.)])[ \t]+", re.MULTILINE)
#: The fewest equal digits that are no coincidence: one text may put a country code before them.
LONG = 7


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a number of a text, by its place; `value` is None for a word."""

    text: str
    start: int
    end: int
    value: Decimal | None = None

    @property
    def key(self) -> str:
        """The token without case and Latin accents; a number by its value."""
        return fold(self.text) if self.value is None else str(self.value.normalize())

    @property
    def is_function(self) -> bool:
        """Whether it is a function word; a single capital letter is not, for it may be an option."""
        return self.value is None and fold(self.text) in FUNCTION and not (len(self.text) == 1 and self.text.isupper())


def unmarked(text: str) -> str:
    """The text without the marks and numbers before the lines of a list."""
    return MARK.sub("", text) if "\n" in text else text


def fold(text: str) -> str:
    """The text without case and without the accents of Latin letters, of which models drop some."""
    parted = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFKC", re.sub(r"[\u0300-\u036f]", "", parted))


def tokens_of(text: str) -> list[Token]:
    """The words and numbers of a text in their order; "5kg" is two, "B12" one, "10.01.1935" three."""
    found: list[Token] = []
    taken = 0
    for start, end in _runs(text):
        if start < taken:
            continue
        chain = CHAIN.match(text, start)
        if chain is None:
            found.append(Token(text[start:end], start, end))
            taken = end
            continue
        found.extend(_numbers(text, chain.start(), chain.end()))
        taken = chain.end()
        if taken < end:  # the unit that follows without a space
            found.append(Token(text[taken:end], taken, end))
            taken = end
    return found


def _runs(text: str) -> Iterator[tuple[int, int]]:
    if text.isascii():
        yield from (one.span() for one in ASCII_RUN.finditer(text))
        return
    for belongs, places in groupby(range(len(text)), lambda place: unicodedata.category(text[place])[0] in "LMN"):
        held = list(places)
        if belongs:
            yield held[0], held[-1] + 1


def _numbers(text: str, start: int, end: int) -> Iterator[Token]:
    """The whole chain of digits and separators if it is one number, else each group of digits."""
    signed = start - 1 if start and text[start - 1] in "-+\u2212" and not _touches(text, start - 2) else start
    value = number(text[signed:end])
    if value is not None:
        yield Token(text[signed:end], signed, end, value)
        return
    for one in re.finditer(r"\d+", text[start:end]):
        try:
            yield Token(one[0], start + one.start(), start + one.end(), Decimal(one[0]))
        except InvalidOperation:  # a digit of no decimal system, as in circles
            yield Token(one[0], start + one.start(), start + one.end())


def _touches(text: str, place: int) -> bool:
    return place >= 0 and (text[place].isalnum() or text[place] in ").")


def content(text: str) -> list[str]:
    """The keys of all tokens but the function words, in order."""
    return [one.key for one in tokens_of(text) if not one.is_function]


def same_tokens(one: str, other: str) -> bool:
    """Whether two texts have the same words and numbers.

    Their order, separators, function words and the grouping of digits are ignored; between ">" and the like the order
    counts.
    """
    ordered = ORDERED.search(one) is not None or ORDERED.search(other) is not None
    left, right = content(one), content(other)
    if left and (left == right or (not ordered and sorted(left) == sorted(right))):
        return True
    every = [[token.key for token in tokens_of(text)] for text in (one, other)]
    if not ordered and every[0] and sorted(every[0]) == sorted(every[1]):
        return True
    return _same_digits(one, other)


def _same_digits(one: str, other: str) -> bool:
    """Whether the digits are the same but for grouping, a country code, or parts of zeros at the end."""
    if number(one) is not None and number(other) is not None:
        return False
    words = [{token.key for token in tokens_of(text) if token.value is None} for text in (one, other)]
    left, right = ("".join(re.findall(r"\d", text)) for text in (one, other))
    if not left or not right or not (words[0] <= words[1] or words[1] <= words[0]):
        return False
    short, long = sorted((left, right), key=len)
    zeros = (
        long.startswith(short) and not long[len(short) :].strip("0") and len(tokens_of(one)) != len(tokens_of(other))
    )
    return left == right or zeros or (len(short) >= LONG and (long.endswith(short) or long.startswith(short)))


def may_be_same(one: str, other: str) -> bool:
    """Whether the texts may be one answer in two notations: the same tokens, or one text's among the other's."""
    if same_tokens(one, other):
        return True
    left, right = ([key for key in found if key not in OPTIONAL] or found for found in map(content, (one, other)))
    return not left or not right or _holds(left, right) or _holds(right, left)


def _holds(most: list[str], least: list[str]) -> bool:
    held = list(most)
    for key in least:
        if key not in held:
            return False
        held.remove(key)
    return True

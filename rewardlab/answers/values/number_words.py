"""Reads numbers written without digits: English words to the thousands, small ones of other languages, Roman ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TypeAlias

#: Where a number stands in a text, and the number.
Placed: TypeAlias = tuple[int, int, int]

ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SMALL = {word: value for value, word in enumerate(ONES)} | {word: 20 + 10 * place for place, word in enumerate(TENS)}
WORD = rf"(?:{'|'.join(sorted(SMALL, key=len, reverse=True))}|hundred|thousand)"
ENGLISH = re.compile(rf"(?<![\w-])(?:an? (?=hundred|thousand))?{WORD}(?:(?:-| and | ){WORD})*(?![\w-])")
#: From 1 on. "" stands for a word with another meaning in another language ("once", "due", "sei").
OTHERS = (
    "eins zwei drei vier f\u00fcnf sechs sieben acht neun zehn elf zw\u00f6lf",
    " deux trois quatre cinq  sept huit neuf dix onze douze treize quatorze quinze seize",
    " dos tres cuatro cinco seis siete ocho nueve diez  doce trece catorce quince",
    "  tre quattro cinque  sette otto nove dieci undici dodici tredici quattordici quindici",
    " dois tr\u00eas quatro   sete oito  dez onze doze treze quatorze quinze",
    " twee drie  vijf zes zeven  negen tien  twaalf",
    " \u0434\u0432\u0430 \u0442\u0440\u0438 \u0447\u0435\u0442\u044b\u0440\u0435 \u043f\u044f\u0442\u044c",
)
FOREIGN = {word: value for line in OTHERS for value, word in enumerate(line.split(" "), 1) if word}
FOREIGN_WORD = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(FOREIGN, key=len, reverse=True))})(?!\w)")
#: A single letter may be a word or a name.
ROMAN = re.compile(r"(?<!\w)(?=[IVXLCDM]{2})M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})(?!\w)")
ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
CHINESE = re.compile(r"[\u96f6\u4e00\u4e8c\u4e24\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341\u767e\u5343]+")


def words_of(text: str) -> Iterator[Placed]:
    """The numbers that stand in words in a text in small letters, in Chinese signs too."""
    for match in ENGLISH.finditer(text):
        yield match.start(), match.end(), _english(match[0])
    for match in FOREIGN_WORD.finditer(text):
        yield match.start(), match.end(), FOREIGN[match[0]]
    for match in CHINESE.finditer(text):
        yield match.start(), match.end(), _chinese(match[0])


def romans_of(text: str) -> Iterator[Placed]:
    """The Roman numerals of two signs and more, in capital letters."""
    for match in ROMAN.finditer(text):
        values = [ROMAN_VALUES[sign] for sign in match[0]]
        total = sum(-one if one < following else one for one, following in zip(values, [*values[1:], 0], strict=True))
        yield match.start(), match.end(), total


def _english(words: str) -> int:
    total, part = 0, 0
    for word in re.findall(r"[a-z]+", words):
        if word == "hundred":
            part = max(part, 1) * 100
        elif word == "thousand":
            total, part = total + max(part, 1) * 1000, 0
        else:
            part += SMALL.get(word, 0)
    return total + part


def _chinese(signs: str) -> int:
    total, part = 0, 0
    for sign in signs:
        value = 2 if sign == "\u4e24" else int(unicodedata.numeric(sign))
        if value >= 10:
            total, part = total + max(part, 1) * value, 0
        else:
            part = value
    return total + part

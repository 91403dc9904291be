"""Dates, times, quantities and shares as values, however a text writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import TypeAlias

#: A value with its kind.
Value: TypeAlias = tuple[str, object]

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = rf"(?P<month>{'|'.join(MONTHS)})[a-z]*\.?"
DATES = (
    re.compile(r"(?<!\d)(?P<year>\d{4})[-/.](?P<number>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"),
    re.compile(rf"(?<![^\W\d_]){MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})(?!\d)"),
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)? (?:of )?{MONTH},? (?P<year>\d{{4}})(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d{1,2})\.(?P<number>\d{1,2})\.(?P<year>\d{4})(?!\d)"),
)
TIME = re.compile(r"(?<![\d:])(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?::00)?(?![\d:])(?: ?(?P<half>[ap])\.?m\b)?")
NUMBER = r"(?P<number>-?\d+,\d{1,2}(?!\d)|-?\d+(?:,\d{3})*(?:\.\d+)?)"
DECIMAL_COMMA = re.compile(r"-?\d+,\d{1,2}")
SHARE = re.compile(rf"(?<![\w.,/]){NUMBER} ?(?:%|percent\b|per cent\b)")
#: Names of one unit; the first stands for it.
UNITS = (
    ("km", "kilometers", "kilometer", "kilometres", "kilometre"),
    ("cm", "centimeters", "centimeter", "centimetres", "centimetre"),
    ("mm", "millimeters", "millimeter", "millimetres", "millimetre"),
    ("m", "meters", "meter", "metres", "metre"),
    ("kg", "kilograms", "kilogram", "kilos", "kilo"),
    ("mg", "milligrams", "milligram"),
    ("g", "grams", "gram"),
    ("ml", "milliliters", "milliliter", "millilitres", "millilitre"),
    ("l", "liters", "liter", "litres", "litre"),
    ("h", "hours", "hour", "hrs", "hr"),
    ("min", "minutes", "minute", "mins"),
    ("s", "seconds", "second", "secs", "sec"),
    ("mi", "miles", "mile"),
    ("ft", "feet", "foot"),
    ("lb", "pounds", "pound", "lbs"),
    ("\u00b0c", "degrees celsius", "celsius"),
    ("m/s", "meters per second", "metres per second"),
    ("km/h", "kilometers per hour", "kilometres per hour", "kph"),
    ("usd", "dollars", "dollar"),
    ("eur", "euros", "euro"),
)
UNIT = {name: names[0] for names in UNITS for name in names}
#: Each unit as a multiple of another one, by their first names.
IN_OTHERS = {
    "km": ("m", Fraction(1000)),
    "cm": ("m", Fraction(1, 100)),
    "mm": ("m", Fraction(1, 1000)),
    "kg": ("g", Fraction(1000)),
    "mg": ("g", Fraction(1, 1000)),
    "ml": ("l", Fraction(1, 1000)),
    "h": ("s", Fraction(3600)),
    "min": ("s", Fraction(60)),
}
#: What stands between the parts of one quantity: 1 h 30 min, 2 minutes and 5 seconds.
JOINED = re.compile(r",? (?:and |und |et |y )?|")
QUANTITY = re.compile(
    rf"(?<![\w.,/]){NUMBER} ?(?P<unit>{'|'.join(map(re.escape, sorted(UNIT, key=len, reverse=True)))})(?![\w/])"
)


def value_of(text: str) -> Value | None:
    """The value that a folded text is; None where it is more than that, or none."""
    found = [value for (start, end), value in _placed(text) if (start, end) == (0, len(text))]
    return found[0] if found else None


def values_in(text: str, kind: str) -> list[Value]:
    """The values of one kind in a folded text, in its order."""
    return [value for _, value in sorted(_placed(text), key=lambda one: one[0]) if value[0] == kind]


def _placed(text: str) -> Iterator[tuple[tuple[int, int], Value]]:
    for pattern in DATES:
        for match in pattern.finditer(text):
            if (day := _date(match)) is not None:
                yield match.span(), ("date", day)
    for match in TIME.finditer(text):
        hour, minute = int(match["hour"]), int(match["minute"])
        half = match["half"]
        if minute < 60 and (1 <= hour <= 12 if half else hour < 24):
            yield match.span(), ("time", 60 * (hour % 12 + 12 * (half == "p") if half else hour) + minute)
    for match in SHARE.finditer(text):
        yield match.span(), ("share", _number(match))
    for start, end, amount, unit in _quantities(text):
        yield (start, end), ("quantity", (amount, unit))


def _quantities(text: str) -> Iterator[tuple[int, int, Fraction, str]]:
    """Where quantities stand, their amounts and their units; one in several units (1 h 30 min) counts once."""
    held: tuple[int, int, Fraction, str] | None = None
    for match in QUANTITY.finditer(text):
        unit, times = IN_OTHERS.get(UNIT[match["unit"]], (UNIT[match["unit"]], Fraction(1)))
        start, end, amount = match.start(), match.end(), _number(match) * times
        if held is not None and held[3] == unit and held[2] > amount and JOINED.fullmatch(text[held[1] : start]):
            held = (held[0], end, held[2] + amount, unit)
            continue
        if held is not None:
            yield held
        held = (start, end, amount, unit)
    if held is not None:
        yield held


def _date(match: re.Match[str]) -> date | None:
    held = match.groupdict()
    month = MONTHS.index(held["month"]) + 1 if held.get("month") else int(held["number"])
    try:
        return date(int(held["year"]), month, int(held["day"]))
    except ValueError:
        return None


def _number(match: re.Match[str]) -> Fraction:
    written = match["number"]
    return Fraction(written.replace(",", "." if DECIMAL_COMMA.fullmatch(written) else ""))

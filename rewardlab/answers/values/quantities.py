"""Reads amounts: a number with a unit or currency before or after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from rewardlab.answers.reference.accepted import NUMBER, number
from rewardlab.answers.values.clocks import clock_at_the_end, clock_of, with_another_zone
from rewardlab.answers.values.units import are_other_units, kin, meanings

#: Marks that may surround an answer, without the signs that are units.
AROUND = " \t\r\n.,;:!?`*()[]{}\u201c\u201d"
#: LaTeX around a unit.
LATEX = re.compile(r"\\(?:text|mathrm|textrm|mathbf|rm)\b\s*|\\[,;:! ]|[{}~]")
PERCENT = re.compile(r"\\([%$])")
#: A currency word or sign before an amount.
BEFORE = re.compile(r"(?:\b[A-Za-z]{1,3}\$|\b[A-Z]{3}|[$\u20ac\u00a3\u00a5\u20b9\u20a9\u20bd\u20ba\u20b4\u20aa])\s*$")
#: Words that are units at the end of a line only: "534 in total".
ALSO_WORDS = {"in", "a", "m", "s", "c", "l", "t", "d", "at", "as", "us", "real", "won", "second", "pound", "ton", "mes"}
#: Signs directly before a number that is a unit's power.
POWERED = re.compile(r"[A-Za-z^]")
#: A comma before one or two digits, as in 1.070,50, stands for a point.
COMMA = re.compile(r"(?<![\d.,])(\d{1,3}(?:\.\d{3})+|\d+),(\d{1,2})(?![\d,])")
#: A unit has at most so many words.
MOST_WORDS = 4
#: Numbers nearer than this part of themselves are one.
SAME = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as it is written, its value, and its unit."""

    written: str
    value: Decimal
    unit: str

    def is_of_another_unit(self, other: Quantity) -> bool:
        """Whether both have one and the same number, which is not 0, in plainly different units."""
        same = self.value == other.value or abs(self.value - other.value) <= SAME * abs(self.value)
        return bool(self.value) and same and are_other_units(self.unit, other.unit)


def quantity_of(text: str) -> Quantity | None:
    """The text as an amount in a known unit; None where it is not exactly one."""
    text = _plain(text).strip(AROUND)
    found = _numbers(text)
    if len(found) != 1:
        return None
    before, after = text[: found[0].start()].strip(), text[found[0].end() :].strip()
    unit = before or after
    value = number(found[0][0])
    return None if value is None or (before and after) or not meanings(unit) else Quantity(found[0][0], value, unit)


def quantity_at_the_end(text: str) -> Quantity | None:
    """The amount that a text's last line ends with; None where something else follows its last number.

    Words may follow the unit (70.62 EUR for all of them) that hold no number.
    """
    line = (_plain(text).strip(AROUND).splitlines() or [""])[-1]
    for match in _numbers(line)[:-3:-1]:
        value = number(match[0])
        unit = _unit_after(line[match.end() :])
        if unit is None and not line[match.end() :].strip(AROUND) and (held := BEFORE.search(line[: match.start()])):
            unit = held[0].strip()
        if value is not None and unit is not None and meanings(unit):
            return Quantity(match[0], value, unit)
    return None


def _unit_after(rest: str) -> str | None:
    words = rest.strip(AROUND).split()
    for count in range(min(len(words), MOST_WORDS), 0, -1):
        unit = " ".join(words[:count]).strip(AROUND)
        ends = count == len(words)
        if meanings(unit) and (ends or unit.casefold() not in ALSO_WORDS):
            return None if any(one.isdigit() for one in " ".join(words[count:])) else unit
    return None


def is_of_another_unit(reference: str, text: str) -> bool:
    """Whether the text ends with the reference's number in another unit, currency, half of the day or time zone."""
    clock = clock_of(reference)
    if clock is not None and clock.is_told:
        given = clock_at_the_end((text.strip().splitlines() or [""])[-1])
        return given is not None and given.is_another(clock)
    wanted = quantity_of(reference)
    found = None if wanted is None else quantity_at_the_end(text)
    return wanted is not None and found is not None and wanted.is_of_another_unit(found)


def with_another_unit(text: str) -> Iterator[str]:
    """The same number in other units of the same kind; none if its unit is unknown."""
    yield from with_another_zone(text)
    held = quantity_of(text)
    if held is None or not held.value:
        return
    for unit in kin(held.unit):
        at = text.rfind(held.unit)
        if at >= 0:
            # "5 kg" and "5kg", "USD 5" and "USD5"; "$5" becomes "EUR 5".
            gap = " " if at == 0 and len(unit) > 1 and text[len(held.unit) :][:1] != " " else ""
            yield f"{text[:at]}{unit}{gap}{text[at + len(held.unit) :]}"


def _numbers(text: str) -> list[re.Match[str]]:
    """The numbers of a text, without the powers of its units (m2, km^2)."""
    return [one for one in NUMBER.finditer(text) if not POWERED.match(text[: one.start()][-1:])]


def _plain(text: str) -> str:
    text = COMMA.sub(lambda match: f"{match[1].replace('.', '')}.{match[2]}", text)
    return LATEX.sub(" ", PERCENT.sub(r"\1", text)) if "\\" in text or "~" in text else text

"""Reads times of day with a.m. or p.m. and the time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass

CLOCK = re.compile(
    r"(?<![\d.:])(?P<hour>[01]?\d|2[0-4])[:.h](?P<minute>[0-5]\d)(?::[0-5]\d)?(?!\d)"
    r"\s*(?:(?P<half>[ap])\.?\s?m\b\.?)?\s*\(?(?P<zone>[A-Z]{1,5}(?:\s?[+-]\d{1,2}(?::?\d\d)?)?(?![A-Za-z]))?",
    re.IGNORECASE,
)
#: Each zone's offset from UTC in minutes; an ambiguous name has several.
ZONES: dict[str, frozenset[int]] = {
    **dict.fromkeys(("UTC", "GMT", "Z"), frozenset({0})),
    "WET": frozenset({0}),
    "WEST": frozenset({60}),
    "CET": frozenset({60}),
    "MEZ": frozenset({60}),
    "CEST": frozenset({120}),
    "MESZ": frozenset({120}),
    "EET": frozenset({120}),
    "EEST": frozenset({180}),
    "MSK": frozenset({180}),
    "BST": frozenset({60, 360}),
    "PKT": frozenset({300}),
    "SGT": frozenset({480}),
    "HKT": frozenset({480}),
    "JST": frozenset({540}),
    "KST": frozenset({540}),
    "NZST": frozenset({720}),
    "NZDT": frozenset({780}),
    "AEST": frozenset({600}),
    "AEDT": frozenset({660}),
    "AWST": frozenset({480}),
    "EST": frozenset({-300, -240}),
    "EDT": frozenset({-240}),
    "ET": frozenset({-300, -240}),
    "CST": frozenset({-360, -300, 480}),
    "CDT": frozenset({-300}),
    "CT": frozenset({-360, -300}),
    "MST": frozenset({-420, -360}),
    "MDT": frozenset({-360}),
    "MT": frozenset({-420, -360}),
    "PST": frozenset({-480, -420}),
    "PDT": frozenset({-420}),
    "PT": frozenset({-480, -420}),
    "AKST": frozenset({-540}),
    "AKDT": frozenset({-480}),
    "HST": frozenset({-600}),
    "AST": frozenset({-240, 180}),
    "BRT": frozenset({-180}),
    "ART": frozenset({-180}),
    "IST": frozenset({330, 60, 120}),
    "SAST": frozenset({120}),
}
OFFSET = re.compile(r"(?:UTC|GMT)\s?(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?", re.IGNORECASE)
#: Zones to make wrong answers with.
OTHERS = ("UTC", "EST", "JST", "CET")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day: its minutes as written, "a" or "p" for a.m. or p.m. if given, and its zone if known."""

    minutes: int
    half: str | None
    zone: str | None

    @property
    def offsets(self) -> frozenset[int]:
        return _offsets(self.zone) if self.zone is not None else frozenset()

    @property
    def is_told(self) -> bool:
        """Whether it states a.m., p.m. or a zone: without either, 10.30 may be a price."""
        return self.half is not None or self.zone is not None

    def is_another(self, other: Clock) -> bool:
        """Whether it is the same clock time in the other half of the day or in another zone."""
        if self.minutes != other.minutes:
            return False
        halves = self.half is not None and other.half is not None and self.half != other.half
        return halves or bool(self.offsets and other.offsets and not self.offsets & other.offsets)


def clock_of(text: str) -> Clock | None:
    """The text as a time of day; None where it is not exactly one."""
    match = CLOCK.fullmatch(text.strip())
    return None if match is None else _clock(match)


def clock_at_the_end(text: str) -> Clock | None:
    """The time of day that a line ends with; None where something else follows its last one."""
    line = text.rstrip(" \t\r\n.,;!'\"`*()[]{}$")
    found = list(CLOCK.finditer(line))
    return _clock(found[-1]) if found and not line[found[-1].end() :].strip() else None


def with_another_zone(text: str) -> list[str]:
    """The time with another zone, where it has one; none where it has none."""
    match = CLOCK.fullmatch(text.strip())
    if match is None or match["zone"] is None or not (own := _offsets(match["zone"])):
        return []
    start, end = match.span("zone")
    stripped = text.strip()
    return [f"{stripped[:start]}{zone}{stripped[end:]}" for zone in OTHERS if not own & ZONES[zone]]


def _clock(match: re.Match[str]) -> Clock:
    half = match["half"]
    zone = match["zone"] if match["zone"] is not None and _offsets(match["zone"]) else None
    return Clock(60 * int(match["hour"]) + int(match["minute"]), half.casefold() if half else None, zone)


def _offsets(zone: str) -> frozenset[int]:
    if match := OFFSET.fullmatch(zone):
        minutes = 60 * int(match["hours"]) + int(match["minutes"] or 0)
        return frozenset({minutes if match["sign"] == "+" else -minutes})
    return ZONES.get(zone.upper(), frozenset())

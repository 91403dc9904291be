"""What a report is shown on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Display:
    """The columns there are, and whether it shows colours; a format for programs needs neither."""

    width: int = 100
    colour: bool = False

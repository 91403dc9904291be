"""The width and the colours that a format may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Display:
    """How many columns a format may fill, and whether it may use colours; formats for programs ignore both."""

    width: int = 100
    colour: bool = False

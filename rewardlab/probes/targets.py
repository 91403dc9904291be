"""What the measured numbers are held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

BandOn: TypeAlias = Literal["accuracy", "solved"]


@dataclass(frozen=True, slots=True)
class Targets:
    """The viable band, which quantity must lie in it, and the least share of informative groups."""

    band: tuple[float, float] = (0.05, 0.95)
    band_on: BandOn = "accuracy"
    min_informative: float = 0.2

"""What a probe is asked about: what was measured, what it is held against, whose contract holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from rewardlab.answers import Answers
from rewardlab.measurement import Measurement
from rewardlab.platforms import Platform

BandOn: TypeAlias = Literal["accuracy", "solved"]


@dataclass(frozen=True, slots=True)
class Targets:
    """The viable band, which quantity must lie in it, and the least share of informative groups."""

    band: tuple[float, float] = (0.05, 0.95)
    band_on: BandOn = "accuracy"
    min_informative: float = 0.2


@dataclass(frozen=True, slots=True)
class Question:
    """A measured run, the answers it was measured on, and what it is held against."""

    measured: Measurement
    answers: Answers
    targets: Targets
    platform: Platform

"""What a probe is asked about: the measured run, its answers, the targets, and all else that is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import pyarrow as pa

from rewardlab.findings import Finding
from rewardlab.judging.ratings import Ratings
from rewardlab.measurement.evidence import NOTHING_KNOWN, Evidence
from rewardlab.measurement.scores import Measurement
from rewardlab.platforms import Platform
from rewardlab.probes.run.reading import Read
from rewardlab.ratings.alpha import MIN_ALPHA
from rewardlab.runs.looks import Look
from rewardlab.runs.tables import Answers, Bools
from rewardlab.task import Prompt

BandOn: TypeAlias = Literal["accuracy", "solved"]


@dataclass(frozen=True, slots=True)
class Targets:
    """The viable band, which quantity must lie in it, and the least share of informative groups and alpha of judges."""

    band: tuple[float, float] = (0.05, 0.95)
    band_on: BandOn = "accuracy"
    min_informative: float = 0.2
    min_alpha: float = MIN_ALPHA


@dataclass(frozen=True, slots=True)
class Question:
    """A measured run, the answers it was measured on, what it is held against, and what each judge says of it.

    `made_up` holds the lowest and highest value of each of the reward's components over made-up answers, where known.
    `prompts` stand in the order of the answers' rows; empty where a caller has none to give. `evidence` is what right
    and wrong answers earned, `reads` the generations whose text tells that they are right or wrong. `printed` is the
    beginning of what the reward printed, of `printed_bytes` in all. `thoughts_apart` tells that the server kept the
    model's reasoning out of the texts. `sampling` is what they were sampled with, by the names of the settings, empty
    where that is not known; `sources` says where a value stands that nobody gave by name. `seed` draws those that are
    read of a large run. `looks` are the verdicts on this run while it grew, this one the last. `examined` is what the
    examination with made-up answers found. `trainer` holds what the trainer's own reward gave, a row for each
    generation and reward function; None or empty where a recording does not tell it. `entry` is
    the name of the reward's function.
    """

    measured: Measurement
    answers: Answers
    targets: Targets
    platform: Platform
    panel: tuple[Ratings, ...] = ()
    made_up: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    prompts: tuple[Prompt, ...] = ()
    evidence: Evidence = NOTHING_KNOWN
    reads: tuple[Read, ...] = ()
    printed: str = ""
    printed_bytes: int = 0
    thoughts_apart: bool = False
    sampling: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    looks: tuple[Look, ...] = ()
    examined: tuple[Finding, ...] = ()
    trainer: pa.Table | None = None
    entry: str = ""
    #: What was worked out of the others: probes ask for it generation by generation.
    known: dict[str, Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    @property
    def right(self) -> Bools:
        """Which generations succeed: by their scores, or by their texts where no score tells."""
        if (found := self.known.get("right")) is None:
            told = self.measured.told
            found = self.measured.success.of(self.answers.score) if told is None else told
            self.known["right"] = found
        right: Bools = found
        return right

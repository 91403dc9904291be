"""What counts as success, as reports show it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from rewardlab.reports.section import Interval, Part


class Threshold(Part):
    """A possible success threshold, and the baseline at it."""

    at: float
    accuracy: Interval
    solved: Interval


class SuccessPart(Part):
    """Where the success threshold comes from, and which other thresholds the evidence allows.

    `source`: declared (--success-at); labels; answers (what right and wrong answers earned); winners (only what wrong
    answers earned); levels (only the sampled scores); range (the middle of the declared range); texts (an answer
    succeeds if its text is right: no score separates right from wrong, because the reward adds as much for something
    else as for being right).
    """

    source: Literal["declared", "labels", "answers", "winners", "levels", "range", "texts"]
    right: float | None = Field(description="the least that right answers earn; null where it is not known")
    wrong: float | None = Field(description="the most that wrong answers earn below the threshold")
    answers: dict[str, int] = Field(description="how many answers this rests on, by their origin")
    open: tuple[Threshold, ...] = Field(default=(), description="other thresholds that the evidence allows, ascending")

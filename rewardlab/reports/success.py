"""What counts as success, as reports show it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from rewardlab.reports.section import Interval, Part


class Threshold(Part):
    """A success threshold and the baseline there."""

    at: float
    accuracy: Interval
    solved: Interval


class SuccessPart(Part):
    """Where the success threshold comes from, and what else the evidence leaves open.

    `source`: declared (--success-at); labels; answers (what right and wrong answers earned); winners (what wrong ones
    earned alone); levels (nothing but the sampled scores); range (the middle of the declared range); texts (the reward
    adds as much for something else as for being right, so that no score parts right from wrong: an answer succeeds if
    its text is right).
    """

    source: Literal["declared", "labels", "answers", "winners", "levels", "range", "texts"]
    right: float | None = Field(description="the least that right answers earn; null where it is not known")
    wrong: float | None = Field(description="the most that wrong answers earn below the threshold")
    answers: dict[str, int] = Field(description="how many answers this rests on, by where they come from")
    open: tuple[Threshold, ...] = Field(default=(), description="other thresholds that are not excluded, ascending")

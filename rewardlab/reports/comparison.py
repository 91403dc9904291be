"""The report of `rewardlab compare`, schema `rewardlab.compare/1`. Everything shown is read from it."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from rewardlab.reports.finding import FindingPart
from rewardlab.reports.notebook import Whole
from rewardlab.reports.section import Interval, Part


class Side(Part):
    """One of the two runs."""

    run: str
    model: str
    reward: str
    reward_sha256: str
    verdict: Literal["go", "no_go", "inconclusive"]
    success_at: float
    prompts: int


class Difference(Part):
    """A quantity in both runs, over the prompts that both have, and B less A by prompt."""

    name: str
    a: float | None
    b: float | None
    difference: Interval
    raised: int = Field(description="prompts on which it is higher in B")
    lowered: int = Field(description="prompts on which it is lower in B")


class Flip(Part):
    """A generation (a prompt, where the generations are not the same) that succeeds in one run only."""

    prompt_id: str
    index: int | None = Field(
        description="null: the runs' generations differ, and the prompt is solved in one run only"
    )
    succeeds_in: Literal["a", "b"]
    score_a: float | None
    score_b: float | None
    text: str | None
    label: float | None = None


class CompareReport(Whole):
    """Two runs on the same prompts: what flips, what differs, which findings come and go, and the verdicts."""

    formats: ClassVar = ("rewardlab.formats.comparison", "COMPARE_FORMATS")
    schema_: Literal["rewardlab.compare/1"] = Field(default="rewardlab.compare/1", alias="schema")
    a: Side
    b: Side
    prompts: int = Field(description="prompts that both runs have, by their ids")
    only_a: int
    only_b: int
    rewritten: int = Field(description="of the prompts of both, those whose rows differ")
    same_generations: bool = Field(description="whether the generations of these prompts are the same texts")
    flips: tuple[Flip, ...] = Field(description="lost ones first; some of them, if there are many")
    lost: int = Field(description="succeed in A only")
    gained: int = Field(description="succeed in B only")
    differences: tuple[Difference, ...]
    findings_gained: tuple[FindingPart, ...] = Field(description="in B and not in A, or graver there")
    findings_lost: tuple[FindingPart, ...] = Field(description="in A and not in B, or graver there")
    regressions: tuple[str, ...] = Field(description="in what B is surely worse, a sentence each")
    fail_on_regression: bool
    version: str

    @property
    def exit_code(self) -> int:
        """0; 1 for a regression where that was asked for."""
        return 1 if self.fail_on_regression and self.regressions else 0

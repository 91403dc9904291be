"""What `rewardlab show` shows of a run, schema `rewardlab.show/1`. Everything shown is read from it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from rewardlab.reports.finding import FindingPart
from rewardlab.reports.section import Part


class ShownVerdict(Part):
    """What a judge said of a generation: its verdict with what it wrote, or why there is none."""

    judge: str
    verdict: str | float | None
    right: bool | None = Field(description="by the judge's threshold; null without a verdict or a threshold")
    text: str | None = Field(description="what the judge wrote, its reasons included")
    reason: str | None = Field(default=None, description="why there is no verdict")
    detail: str | None = None


class NearMiss(Part):
    """A generation whose text and score part, and the part of the text that says so."""

    kind: Literal["reads_right_but_fails", "holds_the_reference_but_fails", "reads_wrong_but_succeeds"]
    start: int | None = Field(default=None, description="where in the text the reference stands, in characters")
    end: int | None = None


class ShownGeneration(Part):
    """A generation, what the reward gave it, and what else is known of it."""

    prompt_id: str
    index: int
    text: str
    finish_reason: str | None
    score: float | None
    success: bool | None = Field(description="null where it has no score")
    reason: str | None = Field(description="why it has no score: raised, timed_out, crashed, invalid, abstained")
    detail: str | None
    components: dict[str, float]
    scored_again: tuple[float | None, ...] = Field(description="the same generation scored again")
    label: float | None
    verdicts: tuple[ShownVerdict, ...]
    near_miss: NearMiss | None
    findings: tuple[str, ...] = Field(description="the codes of the findings that name it")


class ShownGroup(Part):
    """One prompt and its generations, the best score first and those without one last."""

    prompt_id: str
    messages: tuple[dict[str, Any], ...]
    reference: Any
    flat: Literal["all_right", "all_wrong", "all_truncated", "all_unscored", "constant_reward"] | None
    generations: tuple[ShownGeneration, ...]


class MadeUp(Part):
    """A made-up answer that a finding names, and what it earned."""

    prompt_id: str | None
    kind: str | None = Field(description="the shortcut, the form or the way in which it is wrong")
    answer: str
    score: float | str | None = Field(description="the score, or why there is none")
    is_wrong: bool = Field(default=False, description="whether the evidence says that it is a wrong answer")


class ShownFinding(Part):
    """A finding, the generations that it names, and the made-up answers."""

    finding: FindingPart
    generations: tuple[ShownGeneration, ...]
    made_up: tuple[MadeUp, ...]


class ShowReport(Part):
    """What was asked to be shown of a run."""

    schema_: Literal["rewardlab.show/1"] = Field(default="rewardlab.show/1", alias="schema")
    run: str
    verdict: Literal["go", "no_go", "inconclusive"]
    reward: str
    model: str
    success_at: float
    selected: str = Field(description="what was asked for, in words")
    findings: tuple[ShownFinding, ...] = ()
    groups: tuple[ShownGroup, ...] = ()
    left_out: int = Field(default=0, description="further groups that were selected and are not shown")
    version: str

    @property
    def exit_code(self) -> int:
        """Always 0: to look is no gate."""
        return 0

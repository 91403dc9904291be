"""The report of `rewardlab verify`, schema `rewardlab.verify/1`. Everything shown is read from it."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from rewardlab.reports.notebook import Whole
from rewardlab.reports.section import Part


class VerifiedCase(Part):
    """A sample of a reproduction: what it earned then, what it should earn, and what it earns now."""

    id: str
    want: Literal["succeeds", "fails", "scored", "repeats", "keeps_batch", "seen"]
    why: str
    guard: bool = Field(description="whether it is an answer that must stay as it is")
    observed: float | str | None = Field(description="the score in the run, or why there was none")
    score: float | None = Field(description="the score now")
    detail: str | None = Field(description="why there is none now")
    state: Literal["held", "broken", "unasked", "seen"] = Field(
        description="held or broken: as wanted or not; unasked: it has no score, so nothing is known; seen: no demand"
    )


class VerifyReport(Whole):
    """Whether a reward gives the samples of a finding what they should earn."""

    formats: ClassVar = ("rewardlab.formats.verification", "VERIFY_FORMATS")
    schema_: Literal["rewardlab.verify/1"] = Field(default="rewardlab.verify/1", alias="schema")
    verdict: Literal["mended", "not_mended", "could_not_judge"]
    why: str
    finding: str
    title: str
    reward: str
    folder: str
    success_at: float
    cases: tuple[VerifiedCase, ...]
    version: str

    @property
    def exit_code(self) -> int:
        """0 mended, 1 not, 4 where it could not be judged."""
        return {"mended": 0, "not_mended": 1, "could_not_judge": 4}[self.verdict]

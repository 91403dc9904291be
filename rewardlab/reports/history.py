"""The report of `rewardlab history`, schema `rewardlab.history/1`. Everything shown is read from it."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from rewardlab.reports.audit import Report
from rewardlab.reports.notebook import Whole
from rewardlab.reports.section import Interval, Part


class Audited(Part):
    """A run by its report: when it was begun, what was audited, and the numbers that decided."""

    run: str = Field(description="the run directory, within the folder that was asked about")
    created: str = Field(description="when the run was begun, ISO 8601")
    model: str
    reward: str
    reward_sha256: str
    verdict: Literal["go", "no_go", "inconclusive"]
    prompts: int
    accuracy: Interval
    informative: Interval = Field(description="the share of informative groups, at the platform's group size")
    alpha: Interval | None = Field(description="the judges' alpha; null without two judges")
    blockers: tuple[str, ...] = Field(description="codes of findings that block, in the report's order")

    @classmethod
    def of(cls, name: str, report: Report) -> Audited:
        """The entry of the run directory called `name`."""
        told, spread = report.provenance, report.spread
        return cls(
            run=name,
            created=told["created"],
            model=told["model"],
            reward=told["reward"]["path"],
            reward_sha256=told["reward"]["sha256"],
            verdict=report.verdict,
            prompts=report.baseline.prompts,
            accuracy=report.baseline.accuracy,
            informative=spread.informative_groups[str(spread.group_size)],
            alpha=None if report.judges is None else report.judges.alpha,
            blockers=tuple(dict.fromkeys(one.code for one in report.findings if one.severity == "blocker")),
        )


class Skipped(Part):
    """A run directory whose report cannot be shown, and why."""

    run: str
    why: str


class HistoryReport(Whole):
    """The runs of a folder, the oldest first."""

    formats: ClassVar = ("rewardlab.formats.history", "HISTORY_FORMATS")
    schema_: Literal["rewardlab.history/1"] = Field(default="rewardlab.history/1", alias="schema")
    folder: str
    runs: tuple[Audited, ...]
    skipped: tuple[Skipped, ...]
    version: str

    @property
    def exit_code(self) -> int:
        """0: a history gives no verdict of its own."""
        return 0

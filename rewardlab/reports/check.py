"""The report of `rewardlab check`, schema `rewardlab.check/1`. Everything shown is read from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from rewardlab.reports.finding import FindingPart
from rewardlab.reports.notebook import Whole
from rewardlab.reports.section import Part
from rewardlab.reports.success import SuccessPart

#: The exit code of each verdict.
EXIT_CODES: Mapping[str, int] = {"pass": 0, "fail": 1, "inconclusive": 4}


class CheckReport(Part):
    """The faults of one reward's code, found without a model.

    `inconclusive`: no blocker was found, but time ran out before every probe that can block was asked, or no made-up
    answer wins in any format, so that the probes which need a right answer could not be asked.
    """

    verdict: Literal["pass", "fail", "inconclusive"]
    undecided: str | None = Field(default=None, description="why it is inconclusive and what would decide it")
    reward: str
    entry: str
    kind: str
    platform: str
    prompts: int = Field(description="prompts in the file")
    examined: int = Field(description="prompts that answers were made up for")
    seconds: float
    success_at: float | None = Field(default=None, description="the least score of a success; null where not known")
    success: SuccessPart | None = Field(default=None, description="what the threshold rests on; null where not asked")
    findings: tuple[FindingPart, ...]
    provenance: dict[str, Any]

    @property
    def exit_code(self) -> int:
        """0 for pass, 1 for fail, 4 for inconclusive."""
        return EXIT_CODES[self.verdict]

    def _repr_html_(self) -> str:
        return Checks.of([self])._repr_html_()


class Checks(Whole):
    """The result of `rewardlab check`: one report for each reward, and the worst of their verdicts."""

    formats: ClassVar = ("rewardlab.formats.check", "CHECK_FORMATS")
    schema_: Literal["rewardlab.check/1"] = Field(default="rewardlab.check/1", alias="schema")
    verdict: Literal["pass", "fail", "inconclusive"]
    checks: tuple[CheckReport, ...]

    @classmethod
    def of(cls, checks: Sequence[CheckReport]) -> Checks:
        """Combine the reports; the worst of their verdicts is the verdict."""
        given = {one.verdict for one in checks}
        verdict: Literal["pass", "fail", "inconclusive"] = (
            "fail" if "fail" in given else "inconclusive" if "inconclusive" in given else "pass"
        )
        return cls(verdict=verdict, checks=tuple(checks))

    @property
    def exit_code(self) -> int:
        """0 for pass, 1 for fail, 4 for inconclusive."""
        return EXIT_CODES[self.verdict]

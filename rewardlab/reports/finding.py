"""A finding, as every report holds it."""

from __future__ import annotations

from typing import Any, Literal

from rewardlab.findings import Finding
from rewardlab.reports.section import Part


class FindingPart(Part):
    """Something measured that the user should act on."""

    code: str
    severity: Literal["blocker", "warning", "note"]
    title: str
    evidence: dict[str, Any]
    remedy: str

    @classmethod
    def of(cls, finding: Finding) -> FindingPart:
        """The finding as the report shows it."""
        return cls(
            code=finding.code,
            severity=finding.severity,
            title=finding.title,
            evidence=dict(finding.evidence),
            remedy=finding.remedy,
        )

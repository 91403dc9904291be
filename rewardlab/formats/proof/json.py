"""A proof as JSON, schema `rewardlab.proof/1`."""

from __future__ import annotations

from rewardlab.formats.display import Display
from rewardlab.reports.proof import ProofReport
from rewardlab.reports.section import json_text


def render(report: ProofReport, _display: Display) -> str:
    """The report's JSON text."""
    return json_text(report)

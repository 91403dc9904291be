"""An agreement report as JSON, schema `rewardlab.agree/1`."""

from __future__ import annotations

from rewardlab.formats.display import Display
from rewardlab.reports.agreement import AgreementReport
from rewardlab.reports.section import json_text


def render(report: AgreementReport, _display: Display) -> str:
    """The report's JSON text."""
    return json_text(report)

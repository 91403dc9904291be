"""The report as JSON, schema `rewardlab.report/1`."""

from __future__ import annotations

from rewardlab.formats.display import Display
from rewardlab.reports.audit import Report


def render(report: Report, _display: Display) -> str:
    """The report's JSON text."""
    return report.to_json()

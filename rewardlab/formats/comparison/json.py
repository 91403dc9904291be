"""A comparison as JSON, schema `rewardlab.compare/1`."""

from __future__ import annotations

from rewardlab.formats.display import Display
from rewardlab.reports.comparison import CompareReport
from rewardlab.reports.section import json_text


def render(report: CompareReport, _display: Display) -> str:
    """The report's JSON text."""
    return json_text(report)

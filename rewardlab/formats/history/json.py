"""A history as JSON, schema `rewardlab.history/1`."""

from __future__ import annotations

from rewardlab.formats.display import Display
from rewardlab.reports.history import HistoryReport
from rewardlab.reports.section import json_text


def render(report: HistoryReport, _display: Display) -> str:
    """The report's JSON text."""
    return json_text(report)

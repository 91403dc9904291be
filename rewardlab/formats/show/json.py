"""What is shown of a run as JSON, schema `rewardlab.show/1`."""

from __future__ import annotations

from rewardlab.formats.display import Display
from rewardlab.reports.section import json_text
from rewardlab.reports.show import ShowReport


def render(report: ShowReport, _display: Display) -> str:
    """The report's JSON text."""
    return json_text(report)

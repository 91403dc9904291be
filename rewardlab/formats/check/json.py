"""A check as JSON, schema `rewardlab.check/1`."""

from __future__ import annotations

from rewardlab.formats.display import Display
from rewardlab.reports.check import Checks
from rewardlab.reports.section import json_text


def render(report: Checks, _display: Display) -> str:
    """The report's JSON text."""
    return json_text(report)

"""A verification as JSON, schema `rewardlab.verify/1`."""

from __future__ import annotations

from rewardlab.formats.display import Display
from rewardlab.reports.section import json_text
from rewardlab.reports.verification import VerifyReport


def render(report: VerifyReport, _display: Display) -> str:
    """The report's JSON text."""
    return json_text(report)

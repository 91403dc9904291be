"""A packaging report as JSON, schema `rewardlab.packaging/1`."""

from __future__ import annotations

from rewardlab.formats.display import Display
from rewardlab.reports.packaging import PackageReport
from rewardlab.reports.section import json_text


def render(report: PackageReport, _display: Display) -> str:
    """The report's JSON text."""
    return json_text(report)

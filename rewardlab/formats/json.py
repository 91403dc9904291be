"""The report as JSON, schema `rewardlab.report/1`."""

from __future__ import annotations

from rewardlab.report import Report


def render(report: Report, width: int, colour: bool) -> str:  # noqa: FBT001 - the signature all formats share
    """The report's JSON text."""
    return report.to_json()

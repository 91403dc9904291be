"""Report -> text that a person reads, or JSON that a program does. Each format is a pure function in its own file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rewardlab.formats import json, text
from rewardlab.report import Report

FORMATS: Mapping[str, Callable[[Report, int, bool], str]] = {"text": text.render, "json": json.render}


def render(report: Report, name: str, *, width: int, colour: bool) -> str:
    """The report in the format `name`, ending with a line break; `width` in columns and `colour` concern text only."""
    return FORMATS[name](report, width, colour)

"""Report -> text that a person reads, or JSON that a program does. Each format is a pure function in its own file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rewardlab.formats import json, text
from rewardlab.formats.display import Display
from rewardlab.report import Report

FORMATS: Mapping[str, Callable[[Report, Display], str]] = {"text": text.render, "json": json.render}

"""The formats of an audit's report, one a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rewardlab.formats.audit import json, text
from rewardlab.formats.display import Display
from rewardlab.reports.audit import Report

FORMATS: Mapping[str, Callable[[Report, Display], str]] = {"text": text.render, "json": json.render}

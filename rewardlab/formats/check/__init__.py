"""The formats of a check, one a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rewardlab.formats.check import json, text
from rewardlab.formats.display import Display
from rewardlab.reports.check import Checks

CHECK_FORMATS: Mapping[str, Callable[[Checks, Display], str]] = {"text": text.render, "json": json.render}

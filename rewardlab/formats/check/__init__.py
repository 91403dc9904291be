"""The formats of a check: its text and JSON, and the outline that the others are written from."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.formats.check import json, text
from rewardlab.formats.check.outline import outline
from rewardlab.formats.table import Format, formats_of
from rewardlab.reports.check import Checks

CHECK_FORMATS: Mapping[str, Format[Checks]] = formats_of(text.render, json.render, outline)

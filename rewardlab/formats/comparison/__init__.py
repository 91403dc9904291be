"""The formats of a comparison: its text and JSON, and the outline that the others are written from."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.formats.comparison import json, text
from rewardlab.formats.comparison.outline import outline
from rewardlab.formats.table import Format, formats_of
from rewardlab.reports.comparison import CompareReport

COMPARE_FORMATS: Mapping[str, Format[CompareReport]] = formats_of(text.render, json.render, outline)

"""The formats of a history: its text and JSON, and the outline that the others are written from."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.formats.history import json, text
from rewardlab.formats.history.outline import outline
from rewardlab.formats.table import Format, formats_of
from rewardlab.reports.history import HistoryReport

HISTORY_FORMATS: Mapping[str, Format[HistoryReport]] = formats_of(text.render, json.render, outline)

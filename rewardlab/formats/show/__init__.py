"""The formats of what `rewardlab show` shows."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.formats.show import json, text
from rewardlab.formats.table import Format
from rewardlab.reports.show import ShowReport

SHOW_FORMATS: Mapping[str, Format[ShowReport]] = {"text": text.render, "json": json.render}

"""The formats of an audit's report: its text and JSON, and the outline that the others are written from."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.formats.audit import json, text
from rewardlab.formats.audit.outline import outline
from rewardlab.formats.table import Format, formats_of
from rewardlab.reports.audit import Report

FORMATS: Mapping[str, Format[Report]] = formats_of(text.render, json.render, outline)

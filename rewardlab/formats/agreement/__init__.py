"""The formats of an agreement report: its text and JSON, and the outline that the others are written from."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.formats.agreement import json, text
from rewardlab.formats.agreement.outline import outline
from rewardlab.formats.table import Format, formats_of
from rewardlab.reports.agreement import AgreementReport

AGREE_FORMATS: Mapping[str, Format[AgreementReport]] = formats_of(text.render, json.render, outline)

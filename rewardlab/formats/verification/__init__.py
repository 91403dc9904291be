"""The formats of a verification: its text and JSON, and the outline that the others are written from."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.formats.table import Format, formats_of
from rewardlab.formats.verification import json, text
from rewardlab.formats.verification.outline import outline
from rewardlab.reports.verification import VerifyReport

VERIFY_FORMATS: Mapping[str, Format[VerifyReport]] = formats_of(text.render, json.render, outline)

"""The formats of a packaging report: its text and JSON, and the outline that the others are written from."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.formats.packaging import json, text
from rewardlab.formats.packaging.outline import outline
from rewardlab.formats.table import Format, formats_of
from rewardlab.reports.packaging import PackageReport

PACKAGE_FORMATS: Mapping[str, Format[PackageReport]] = formats_of(text.render, json.render, outline)

"""The formats of a packaging report, one a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rewardlab.formats.display import Display
from rewardlab.formats.packaging import json, text
from rewardlab.reports.packaging import PackageReport

PACKAGE_FORMATS: Mapping[str, Callable[[PackageReport, Display], str]] = {"text": text.render, "json": json.render}

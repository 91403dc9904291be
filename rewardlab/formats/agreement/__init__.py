"""The formats of an agreement report, one a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rewardlab.formats.agreement import html, json, junit, markdown, text
from rewardlab.formats.display import Display
from rewardlab.reports.agreement import AgreementReport

AGREE_FORMATS: Mapping[str, Callable[[AgreementReport, Display], str]] = {
    "text": text.render,
    "json": json.render,
    "markdown": markdown.render,
    "junit": junit.render,
    "html": html.render,
}

"""The formats of an agreement report."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rewardlab.agree_report import AgreementReport
from rewardlab.formats import agree_html, agree_junit, agree_markdown, agree_text
from rewardlab.formats.display import Display
from rewardlab.section import json_text


def render_json(report: AgreementReport, _display: Display) -> str:
    """The report's JSON text, schema `rewardlab.agree/1`."""
    return json_text(report)


AGREE_FORMATS: Mapping[str, Callable[[AgreementReport, Display], str]] = {
    "text": agree_text.render,
    "json": render_json,
    "markdown": agree_markdown.render,
    "junit": agree_junit.render,
    "html": agree_html.render,
}

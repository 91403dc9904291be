"""The formats that any report has: text and JSON of its own, and those that are written from its outline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

from rewardlab.formats import html, junit, markdown, sarif
from rewardlab.formats.display import Display
from rewardlab.formats.outline import Outline

Report = TypeVar("Report")
Format: TypeAlias = Callable[[Report, Display], str]
PAGES: Mapping[str, Callable[[Outline], str]] = {
    "markdown": markdown.page,
    "junit": junit.page,
    "sarif": sarif.page,
    "html": html.page,
}
#: The format of a file by the end of its name.
SUFFIXES: Mapping[str, str] = {
    ".txt": "text",
    ".json": "json",
    ".md": "markdown",
    ".xml": "junit",
    ".sarif": "sarif",
    ".html": "html",
    ".htm": "html",
}


def formats_of(
    text: Format[Report], json: Format[Report], outline: Callable[[Report], Outline]
) -> Mapping[str, Format[Report]]:
    """Every format of a report, by its name."""
    return {"text": text, "json": json} | {name: _written(page, outline) for name, page in PAGES.items()}


def _written(page: Callable[[Outline], str], outline: Callable[[Report], Outline]) -> Format[Report]:
    def render(report: Report, _display: Display) -> str:
        return page(outline(report))

    return render

"""An agreement report as Markdown, for a pull request or a wiki."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rewardlab.formats.agreement.rows import Rows, headline, sentences, tables
from rewardlab.formats.display import Display
from rewardlab.reports.agreement import AgreementReport
from rewardlab.reports.section import visible_all

#: What Markdown or HTML would take for markup.
MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~!])")


def render(report: AgreementReport, _display: Display) -> str:
    """The report as Markdown, ending with a line break."""
    report = visible_all(report)
    verdict, rest = headline(report).split("  ", 1)
    lines = [f"# Agreement: {verdict}", "", f"**{escaped(rest)}** in {escaped(report.source)}", ""]
    lines += [f"- {escaped(sentence)}" for sentence in sentences(report)]
    for rows in tables(report):
        lines += ["", f"## {rows.title.capitalize()}", "", *_table(rows)]
    return "\n".join(lines) + "\n"


def _table(rows: Rows) -> Iterator[str]:
    yield _row(rows.header)
    yield _row(("---", *["---:"] * (len(rows.header) - 1)), plain=True)
    for row in rows.rows:
        yield _row(row)


def _row(cells: tuple[str, ...], *, plain: bool = False) -> str:
    return "| " + " | ".join(cell if plain else escaped(cell) for cell in cells) + " |"


def escaped(text: str) -> str:
    """The text in one line, its markup characters escaped."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))

"""A history as a person reads it in a terminal: a line for each run, the oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rich.table import Table
from rich.text import Text

from rewardlab.formats.display import Display
from rewardlab.formats.findings import drawn, lines_of
from rewardlab.formats.history.rows import headline, lead, table
from rewardlab.formats.verdicts import STYLES, WORDS
from rewardlab.reports.history import HistoryReport
from rewardlab.reports.section import visible_all

#: Columns that may go over several lines in a narrow terminal.
WRAPPED = {"run", "changed", "blockers"}
#: The fewest characters that a column gets which may go over several lines.
LEAST = {"run": 14, "changed": 7, "blockers": 5}
SHOWN = {WORDS[verdict]: style for verdict, style in STYLES.items()}


def render(report: HistoryReport, display: Display) -> str:
    """The verdicts in a line, the table, and the runs that are left out."""
    report = visible_all(report)
    rows = table(report)
    with drawn(display) as (console, out):
        console.print(Text(headline(report), "bold"))
        if rows.rows:
            drawing = Table.grid(padding=(0, 2))
            kept = [at for at, name in enumerate(rows.header) if name not in _spare(report) and _column(rows.rows, at)]
            for at in kept:
                name = rows.header[at]
                justify: Literal["left", "right"] = "right" if name == "prompts" else "left"
                drawing.add_column(
                    overflow="fold", justify=justify, no_wrap=name not in WRAPPED, min_width=LEAST.get(name)
                )
            drawing.add_row(*(Text(rows.header[at], "dim") for at in kept))
            for row in rows.rows:
                drawing.add_row(*(Text(row[at], SHOWN.get(row[at], "")) for at in kept))
            console.print(drawing)
        for line in lead(report):
            console.print(Text(f"left out: {line}", "dim"))
    return lines_of(out)


def _column(rows: Sequence[Sequence[str]], at: int) -> bool:
    """Whether any row says something there."""
    return any(row[at] for row in rows)


def _spare(report: HistoryReport) -> set[str]:
    """Columns that say nothing more: when a run was begun, where its name says so; prompts that are as many in all."""
    named = all(run.created[:10] in run.run for run in report.runs)
    alike = len({run.prompts for run in report.runs}) == 1
    return ({"begun"} if named else set()) | ({"prompts"} if alike else set())

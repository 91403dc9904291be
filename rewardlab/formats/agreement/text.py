"""An agreement report as a person reads it in a terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from rewardlab.formats.agreement.rows import headline, sentences, tables
from rewardlab.formats.display import Display
from rewardlab.formats.findings import drawn, lines_of
from rewardlab.reports.agreement import AgreementReport
from rewardlab.reports.section import visible_all

STYLES = {"sufficient": "bold green", "insufficient": "bold red", "undecided": "bold yellow"}


def render(report: AgreementReport, display: Display) -> str:
    """The report as text, ending with a line break."""
    report = visible_all(report)
    with drawn(display) as (console, out):
        verdict, rest = headline(report).split("  ", 1)
        console.print(Text.assemble((verdict, STYLES[report.verdict]), f"  {rest}"), soft_wrap=True)
        console.print(Text(report.source, "dim"), soft_wrap=True)
        console.print()
        for sentence in sentences(report):
            console.print(Text(sentence))
        for rows in tables(report):
            table = Table.grid(padding=(0, 2))
            for place, name in enumerate(rows.header):
                table.add_column(name, justify="left" if place == 0 else "right", overflow="fold")
            table.add_row(*(Text(name, "bold") for name in (rows.header[0] or rows.title, *rows.header[1:])))
            for row in rows.rows:
                table.add_row(*(Text(cell) for cell in row))
            console.print()
            console.print(table)
    return lines_of(out)

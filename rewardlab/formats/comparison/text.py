"""A comparison as a person reads it in a terminal: flips first."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from rewardlab.formats.comparison.rows import headline, lead, tables
from rewardlab.formats.display import Display
from rewardlab.formats.findings import drawn, lines_of
from rewardlab.reports.comparison import CompareReport
from rewardlab.reports.section import visible_all


def render(report: CompareReport, display: Display) -> str:
    """The change of the verdict, what is compared, then the tables."""
    report = visible_all(report)
    style = "bold red" if report.regressions else "bold green"
    with drawn(display) as (console, out):
        console.print(Text(headline(report), style))
        for line in lead(report):
            console.print(Text(line))
        for rows in tables(report):
            table = Table.grid(padding=(0, 2))
            for place, _ in enumerate(rows.header):
                table.add_column(
                    overflow="fold", justify="left" if place == 0 or rows.header[place] == "text" else "right"
                )
            table.add_row(
                *(Text(f"\n{name}", "bold" if place == 0 else "dim") for place, name in enumerate(rows.header))
            )
            for row in rows.rows:
                table.add_row(*map(Text, row))
            console.print(table)
        left = report.lost + report.gained - len(report.flips)
        if left > 0:
            console.print(f"\n{left:,} more flips")
    return lines_of(out)

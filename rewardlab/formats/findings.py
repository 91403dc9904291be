"""Findings as a table in a terminal: code, severity, what was seen, what to do."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rewardlab.formats.display import Display
from rewardlab.formats.evidence import evidence_lines
from rewardlab.reports.finding import FindingPart

SEVERITIES = {"blocker": "bold red", "warning": "yellow", "note": "cyan"}


@contextmanager
def drawn(display: Display) -> Iterator[tuple[Console, io.StringIO]]:
    """A console, and the text buffer that it draws into."""
    out = io.StringIO()
    colours: Literal["standard"] | None = "standard" if display.colour else None
    yield (
        Console(
            file=out,
            width=display.width,
            force_terminal=display.colour,
            color_system=colours,
            highlight=False,
            markup=False,
        ),
        out,
    )


def lines_of(out: io.StringIO) -> str:
    """The drawn text, without trailing spaces, ending with a line break."""
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def findings_table(console: Console, findings: Sequence[FindingPart], *, told: str = "") -> None:
    """Print the findings; the remedy `told`, which the reader has seen, is not repeated."""
    if not findings:
        console.print("\nno findings")
        return
    console.print()
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for finding in findings:
        body = Text(finding.title)
        for line in evidence_lines(finding):
            body.append(f"\n{line}", "dim")
        if finding.remedy != told:
            body.append(f"\n{finding.remedy}")
        table.add_row(finding.code, Text(finding.severity, SEVERITIES[finding.severity]), body)
    console.print(table)

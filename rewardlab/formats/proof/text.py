"""A proof as a person reads it in a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rewardlab.formats.display import Display
from rewardlab.formats.findings import drawn, lines_of
from rewardlab.formats.proof.sentences import compared, entry, invocations, measured, samples, score
from rewardlab.reports.proof import DifferencePart, FailurePart, ProofReport
from rewardlab.reports.section import visible_all

VERDICTS = {"proven": ("PROVEN", "bold green"), "differs": ("DIFFERS", "bold red"), "failed": ("FAILED", "bold red")}
#: How many differences, lines of a log and characters of a message are shown; JSON holds them all.
SHOWN, LOG_LINES, LONGEST = 10, 12, 300


def render(report: ProofReport, display: Display) -> str:
    """The verdict, the comparison of the scores, what failed, what was measured, and what to configure."""
    report = visible_all(report)
    name, style = VERDICTS[report.verdict]
    with drawn(display) as (console, out):
        console.print(Text.assemble((name, style), f"  {report.package.path}"), soft_wrap=True)
        _print(console, entry(report))
        _print(console, compared(report.scores, report.source))
        if report.differences:
            _differences(console, report.differences)
        for failure in report.failures:
            _failure(console, failure)
        console.print()
        for line in measured(report):
            _print(console, line)
        for notice in report.notices:
            _print(console, f"note: {notice}")
    return lines_of(out)


def _print(console: Console, text: str) -> None:
    console.print(Text(text), soft_wrap=True)


def _differences(console: Console, differences: tuple[DifferencePart, ...]) -> None:
    table = Table.grid(padding=(0, 2))
    for heading in ("prompt", "index", "audit", "function", ""):
        table.add_column(heading)
    table.add_row("prompt", "index", "audit", "function", "", style="dim")
    for one in differences[:SHOWN]:
        cells = (one.prompt_id, str(one.index), score(one.audit), score(one.function), (one.detail or "")[:LONGEST])
        table.add_row(*map(Text, cells))
    console.print()
    console.print(table)
    if len(differences) > SHOWN:
        console.print(f"{len(differences) - SHOWN:,} more")


def _failure(console: Console, failure: FailurePart) -> None:
    times = invocations(failure.count)
    console.print()
    console.print(Text.assemble((failure.type, "bold red"), f"  {times}, the first of {samples(failure.samples)}"))
    _print(console, f"  {failure.message[:LONGEST]}")
    for line in failure.log_tail.splitlines()[-LOG_LINES:]:
        console.print(Text(f"  | {line[:LONGEST]}", "dim"), soft_wrap=True)

"""A check's report as a person reads it in a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from rewardlab.formats.display import Display
from rewardlab.formats.findings import drawn, findings_table, lines_of
from rewardlab.formats.success import check_line
from rewardlab.reports.check import CheckReport, Checks
from rewardlab.reports.section import visible_all

VERDICTS = {
    "pass": ("PASS", "bold green"),
    "fail": ("FAIL", "bold red"),
    "inconclusive": ("NOT JUDGED", "bold yellow"),
}


def render(checks: Checks, display: Display) -> str:
    """For each reward the verdict, what was asked, and the findings."""
    checks = visible_all(checks)
    with drawn(display) as (console, out):
        for number, report in enumerate(checks.checks):
            if number:
                console.print()
            _render_one(console, report)
    return lines_of(out)


def _render_one(console: Console, report: CheckReport) -> None:
    name, style = VERDICTS[report.verdict]
    why = f"  {report.undecided}" if report.undecided is not None else ""
    console.print(Text.assemble((name, style), f"  {report.reward}{why}"), soft_wrap=True)
    console.print(
        f"{report.entry} ({report.kind}) on {report.platform}, asked about {report.examined} of "
        f"{report.prompts:,} prompts in {report.seconds:.1f} s"
    )
    if line := check_line(report):
        console.print(line)
    findings_table(console, report.findings)

"""A verification as a person reads it in a terminal."""

from __future__ import annotations

from rich.text import Text

from rewardlab.formats.display import Display
from rewardlab.formats.findings import drawn, lines_of
from rewardlab.formats.verification.outline import VERDICTS, sentence
from rewardlab.reports.section import visible_all
from rewardlab.reports.verification import VerifyReport

STYLES = {"good": "bold green", "bad": "bold red", "open": "bold yellow"}
MARKS = {
    "held": ("ok     ", "green"),
    "broken": ("WRONG  ", "red"),
    "unasked": ("?      ", "yellow"),
    "seen": ("       ", ""),
}


def render(report: VerifyReport, display: Display) -> str:
    """The verdict and why, then each answer."""
    report = visible_all(report)
    verdict, tone = VERDICTS[report.verdict]
    with drawn(display) as (console, out):
        console.print(Text.assemble((verdict, STYLES[tone]), f"  {report.reward}: {report.why}"), soft_wrap=True)
        console.print(f"{report.finding} {report.title}, reproduced in {report.folder}\n", soft_wrap=True, markup=False)
        for case in report.cases:
            guard = "  (must stay)" if case.guard else ""
            console.print(Text.assemble(MARKS[case.state], sentence(case) + guard))
    return lines_of(out)

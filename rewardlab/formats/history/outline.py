"""A history as an outline: a question and a row for each run, and the picture of accuracies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rewardlab.formats.history.picture import picture
from rewardlab.formats.history.rows import headline, lead, table
from rewardlab.formats.outline import Case, Outline, Part, Severity, State, Told, Tone
from rewardlab.formats.verdicts import TONES, WORDS
from rewardlab.reports.history import HistoryReport
from rewardlab.reports.section import visible_all

STATES: Mapping[str, State] = {"go": "passed", "no_go": "failed", "inconclusive": "error"}
SEVERITIES: Mapping[str, Severity] = {"no_go": "blocker", "inconclusive": "warning"}


def outline(report: HistoryReport) -> Outline:
    """The outline of a history; its colour is that of the newest run."""
    shown = visible_all(report)
    tone: Tone = TONES[report.runs[-1].verdict] if report.runs else "open"
    part = Part(
        subject=shown.folder,
        verdict=headline(shown),
        tone=tone,
        lead=tuple(lead(shown)),
        cases=tuple(_cases(shown)),
        told=tuple(_told(shown)),
        tables=(table(shown),),
        pictures=picture(shown),
    )
    return Outline("history", "History", headline(shown), tone, report.exit_code, report.version, (part,))


def _cases(report: HistoryReport) -> Iterator[Case]:
    for run in report.runs:
        yield Case(run.run, STATES[run.verdict], WORDS[run.verdict], ", ".join(run.blockers))
    for left in report.skipped:
        yield Case(left.run, "skipped", left.why)


def _told(report: HistoryReport) -> Iterator[Told]:
    """The runs that were no GO, under a name of the report's own."""
    for run in report.runs:
        if run.verdict in SEVERITIES:
            lines = (", ".join(run.blockers),) if run.blockers else ()
            yield Told("verdict", SEVERITIES[run.verdict], f"{run.run}: {WORDS[run.verdict]}", lines)

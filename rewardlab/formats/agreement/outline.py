"""An agreement report as an outline: whether the raters agree, on all units and on each slice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rewardlab.formats.agreement.picture import picture
from rewardlab.formats.agreement.rows import VERDICTS, decision, sentences, tables, with_interval
from rewardlab.formats.outline import Case, Outline, Part, Place, State, Told, Tone
from rewardlab.reports.agreement import Agreement, AgreementReport
from rewardlab.reports.section import visible_all

TONES: Mapping[str, Tone] = {"sufficient": "good", "insufficient": "bad", "undecided": "open"}
STATES: Mapping[str, State] = {"sufficient": "passed", "insufficient": "failed", "undecided": "error"}


def outline(report: AgreementReport) -> Outline:
    """The outline of an agreement report."""
    shown = visible_all(report)
    verdict = VERDICTS[shown.verdict] + (" and strong" if shown.whole.strong else "")
    tone = TONES[shown.verdict]
    parts = (shown.whole, *shown.slices)
    part = Part(
        subject=shown.source,
        verdict=verdict,
        tone=tone,
        lead=(f"alpha {with_interval(shown.whole.alpha)}", *sentences(shown)),
        cases=tuple(_case(shown, one) for one in parts),
        told=tuple(_told(shown, Place(report.source))),
        tables=tuple(tables(shown)),
        pictures=picture(shown),
    )
    return Outline("agree", "Agreement", verdict, tone, report.exit_code, report.version, (part,))


def _name(report: AgreementReport, part: Agreement) -> str:
    return "all units" if part.slice is None else f"{report.by}={part.slice}"


def _case(report: AgreementReport, part: Agreement) -> Case:
    body = "\n".join([part.meaning, decision(report, part), *part.notes])
    return Case(_name(report, part), STATES[part.verdict], f"alpha {with_interval(part.alpha)}", body)


def _told(report: AgreementReport, place: Place) -> Iterator[Told]:
    """A finding for all units and each slice whose raters do not surely agree; a slice does not decide."""
    for part in (report.whole, *report.slices):
        if part.verdict != "sufficient":
            fails = part.slice is None and part.verdict == "insufficient"
            lines = (f"{_name(report, part)}: alpha {with_interval(part.alpha)}", decision(report, part))
            title = "the raters do not agree" if part.verdict == "insufficient" else "whether they agree is open"
            yield Told(f"agreement-{part.verdict}", "blocker" if fails else "warning", title, lines, place=place)

"""What every format of a comparison shows: its sentences and tables, as text."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.formats.evidence.values import percent, short, value
from rewardlab.formats.outline import Rows
from rewardlab.formats.verdicts import WORDS
from rewardlab.reports.comparison import CompareReport, Difference, Flip
from rewardlab.reports.finding import FindingPart

#: Flips that are shown; JSON holds more.
SHOWN = 20


def headline(report: CompareReport) -> str:
    """`GO -> NO-GO`, or that the verdict stays."""
    a, b = WORDS[report.a.verdict], WORDS[report.b.verdict]
    return f"{a} stays" if a == b else f"{a} becomes {b}"


def lead(report: CompareReport) -> Iterator[str]:
    """What is compared, what flips, and in what B is worse."""
    yield from report.regressions
    yield f"A: {report.a.reward} with {report.a.model} ({report.a.run})"
    yield f"B: {report.b.reward} with {report.b.model} ({report.b.run})"
    apart = [
        f"{count:,} {what}"
        for count, what in (
            (report.only_a, "in A only"),
            (report.only_b, "in B only"),
            (report.rewritten, "with another row in B"),
        )
        if count
    ]
    yield f"{report.prompts:,} prompts of both" + (f" ({', '.join(apart)})" if apart else "")
    what = "generations" if report.same_generations else "prompts (the generations are not the same)"
    yield f"{report.lost:,} {what} succeed in A only, {report.gained:,} in B only"


def tables(report: CompareReport) -> Iterator[Rows]:
    """Flips, differences, and findings that come and go; empty ones are left out."""
    if report.flips:
        columns = ("flips", "A", "B", "label", "text")
        yield Rows("flips", columns, tuple(map(_flip, report.flips[:SHOWN])))
    header = ("B less A, by prompt", "A", "B", "difference", "interval", "higher", "lower")
    yield Rows("differences", header, tuple(map(_difference, report.differences)))
    for title, findings in (("findings gained", report.findings_gained), ("findings lost", report.findings_lost)):
        if findings:
            yield Rows(title, ("code", "severity", "finding"), tuple(map(_finding, findings)))


def _flip(flip: Flip) -> tuple[str, ...]:
    place = flip.prompt_id if flip.index is None else f"{flip.prompt_id} [{flip.index}]"
    scores = ("-" if score is None else value(score) for score in (flip.score_a, flip.score_b))
    label = "" if flip.label is None else value(flip.label)
    return (f"{place} succeeds in {flip.succeeds_in.upper()} only", *scores, label, short(flip.text or "", 80))


def _difference(one: Difference) -> tuple[str, ...]:
    found, is_share = one.difference, one.name != "mean score"

    def shown(number: float | None) -> str:
        if number is None:
            return "-"
        return percent(number) if is_share and number >= 0 else _points(number) if is_share else f"{number:.3g}"

    interval = found.undefined or f"{shown(found.low)} to {shown(found.high)}"
    return (
        one.name,
        shown(one.a),
        shown(one.b),
        shown(found.estimate),
        interval,
        f"{one.raised:,}",
        f"{one.lowered:,}",
    )


def _points(number: float) -> str:
    return f"-{percent(-number)}"


def _finding(one: FindingPart) -> tuple[str, ...]:
    return (one.code, one.severity, one.title)

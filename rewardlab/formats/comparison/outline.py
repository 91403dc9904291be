"""A comparison as an outline: regressions, flips, differences, findings gained and lost."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.formats.comparison.rows import headline, lead, tables
from rewardlab.formats.outline import Case, Outline, Part, Tone
from rewardlab.formats.telling import told
from rewardlab.reports.comparison import CompareReport
from rewardlab.reports.section import visible_all


def outline(report: CompareReport) -> Outline:
    """The outline of a comparison."""
    shown = visible_all(report)
    tone: Tone = "bad" if report.regressions else "good"
    part = Part(
        subject=f"{shown.a.run} and {shown.b.run}",
        verdict=headline(shown),
        tone=tone,
        lead=tuple(lead(shown)),
        cases=tuple(_cases(shown)),
        told=told(report.findings_gained, reward=report.b.reward, prompts=None),
        tables=tuple(tables(shown)),
    )
    return Outline("compare", "Comparison", headline(shown), tone, report.exit_code, report.version, (part,))


def _cases(report: CompareReport) -> Iterator[Case]:
    """The verdict, the blockers gained and the accuracy as questions; a difference without an interval is an error."""
    worse = "\n".join(report.regressions)
    yield Case("no regression", "failed" if report.regressions else "passed", headline(report), worse)
    for one in report.differences:
        found = one.difference
        if found.undefined is not None:
            yield Case(one.name, "error", found.undefined)
        else:
            yield Case(one.name, "passed", f"{found.estimate:.3g} ({found.low:.3g} to {found.high:.3g})")

"""A check's report as an outline: a part for each reward."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rewardlab.formats.outline import Case, Outline, Part, Tone
from rewardlab.formats.questions import NEED_RIGHT, OF_THE_REWARD, asked_by_audit, cases, unasked
from rewardlab.formats.success import check_line
from rewardlab.formats.telling import told
from rewardlab.reports.check import CheckReport, Checks
from rewardlab.reports.section import visible_all
from rewardlab.version import __version__

VERDICTS: Mapping[str, tuple[str, Tone]] = {
    "pass": ("PASS", "good"),
    "fail": ("FAIL", "bad"),
    "inconclusive": ("NOT JUDGED", "open"),
}
NEEDS_GENERATIONS = "needs generations: rewardlab audit asks it"


def outline(checks: Checks) -> Outline:
    """The outline of a check."""
    verdict, tone = VERDICTS[checks.verdict]
    parts = tuple(_part(report) for report in checks.checks)
    return Outline("check", "Check", verdict, tone, checks.exit_code, __version__, parts)


def _part(report: CheckReport) -> Part:
    shown = visible_all(report)
    verdict, tone = VERDICTS[report.verdict]
    prompts = report.provenance.get("prompts", {}).get("path")
    found = told(report.findings, reward=report.reward, prompts=prompts)
    skipped = {code: NEEDS_GENERATIONS for code in asked_by_audit() if code not in OF_THE_REWARD}
    questions = cases(found, asked_by_audit(), undecided=_undecided(shown), skipped=skipped)
    return Part(shown.reward, verdict, tone, tuple(_lead(shown)), (_verdict(shown), *questions), told=found)


def _lead(report: CheckReport) -> Iterator[str]:
    if report.undecided is not None:
        yield report.undecided
    yield (
        f"{report.entry} ({report.kind}) on {report.platform}, asked about {report.examined} of "
        f"{report.prompts:,} prompts in {report.seconds:.1f} s"
    )
    if line := check_line(report):
        yield line
    if not report.findings:
        yield "no findings"


def _verdict(report: CheckReport) -> Case:
    """The verdict as a question of its own: what could not be judged is no failure."""
    blockers = [f"{one.code} {one.title}" for one in report.findings if one.severity == "blocker"]
    match report.verdict:
        case "pass":
            return Case("verdict", "passed")
        case "fail":
            return Case("verdict", "failed", f"FAIL: {blockers[0]}" if blockers else "FAIL", "\n".join(blockers))
        case _:
            return Case("verdict", "error", report.undecided or "not judged")


def _undecided(report: CheckReport) -> Mapping[str, str]:
    found = unasked(report.findings)
    if report.undecided is None or found:
        return found
    told_of = {one.code for one in report.findings}
    return {code: f"not asked: {report.undecided}" for code in NEED_RIGHT if code not in told_of}

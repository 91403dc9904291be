"""A verification as an outline: a case for each answer of the reproduction."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.formats.evidence.values import value
from rewardlab.formats.outline import Case, Outline, Part, Place, State, Told, Tone
from rewardlab.reports.section import visible_all
from rewardlab.reports.verification import VerifiedCase, VerifyReport

VERDICTS: Mapping[str, tuple[str, Tone]] = {
    "mended": ("MENDED", "good"),
    "not_mended": ("NOT MENDED", "bad"),
    "could_not_judge": ("NOT JUDGED", "open"),
}
STATES: Mapping[str, State] = {"held": "passed", "broken": "failed", "unasked": "error", "seen": "skipped"}
WANTS = {
    "succeeds": "should succeed",
    "fails": "should fail",
    "scored": "should have a score",
    "repeats": "should earn the same again",
    "keeps_batch": "should leave a good sample beside it its score",
    "seen": "is only shown",
}


def outline(report: VerifyReport) -> Outline:
    """The outline of a verification."""
    shown = visible_all(report)
    verdict, tone = VERDICTS[report.verdict]
    broken = tuple(sentence(case) for case in shown.cases if case.state == "broken")
    told = (Told(shown.finding, "blocker", shown.title, broken, place=Place(report.reward)),) if broken else ()
    cases = tuple(Case(case.id, STATES[case.state], sentence(case)) for case in shown.cases)
    part = Part(shown.reward, verdict, tone, (shown.why, f"{shown.finding} {shown.title}"), cases, told)
    return Outline("verify", "Verification", verdict, tone, report.exit_code, report.version, (part,))


def sentence(case: VerifiedCase) -> str:
    """`p1:0 should fail (its text is wrong): earned 1, now 0`."""
    now = value(case.score) if case.score is not None else f"no score ({case.detail})"
    then = "no score" if case.observed is None else value(case.observed)
    return f"{case.id} {WANTS[case.want]} ({case.why}): earned {then}, now {now}"

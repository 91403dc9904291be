"""A proof as an outline: whether the function scores as the audit did, what failed, and what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rewardlab.formats.outline import Case, Outline, Part, Place, Rows, Told, Tone
from rewardlab.formats.proof.sentences import compared, entry, invocations, measured, samples, score
from rewardlab.reports.proof import FailurePart, ProofReport
from rewardlab.reports.section import visible_all
from rewardlab.version import __version__

VERDICTS: Mapping[str, tuple[str, Tone]] = {
    "proven": ("PROVEN", "good"),
    "differs": ("DIFFERS", "bad"),
    "failed": ("FAILED", "bad"),
}
#: Differences that are shown, and lines of a log; JSON holds them all.
SHOWN, LOG_LINES = 20, 12
DIFFERS = "the function scores otherwise than the audit"
FAILS = "invocations fail"


def outline(report: ProofReport) -> Outline:
    """The outline of a proof."""
    shown = visible_all(report)
    verdict, tone = VERDICTS[report.verdict]
    place = Place(report.package.path)
    part = Part(
        subject=shown.package.path,
        verdict=verdict,
        tone=tone,
        lead=(entry(shown), compared(shown.scores, shown.source), *measured(shown), *shown.notices),
        cases=tuple(_cases(shown)),
        told=tuple(_told(shown, place)),
        tables=tuple(_tables(shown)),
    )
    return Outline("prove", "Proof", verdict, tone, report.exit_code, __version__, (part,))


def _told(report: ProofReport, place: Place) -> Iterator[Told]:
    if report.differences:
        yield Told("score-differs", "blocker", DIFFERS, tuple(_differences(report)), place=place)
    for failure in report.failures:
        lines = (_failure(failure), failure.message)
        yield Told("invocation-fails", "blocker", f"{FAILS}: {failure.type}", lines, place=place)


def _cases(report: ProofReport) -> Iterator[Case]:
    """Whether all scores are equal, whether each invocation succeeds, whether a batch fits Lambda's limit."""
    verdict = VERDICTS[report.verdict][0]
    yield Case("verdict", "passed" if report.verdict == "proven" else "failed", verdict)
    said = compared(report.scores, report.source)
    if report.differences or report.scores.different:
        yield Case("scores equal the audit's", "failed", said, "\n".join(_differences(report)))
    elif report.scores.not_asked:
        yield Case("scores equal the audit's", "error", said)
    else:
        yield Case("scores equal the audit's", "passed", said)
    for failure in report.failures:
        yield Case(f"no {failure.type}", "failed", _failure(failure), f"{failure.message}\n{failure.log_tail}")
    if not report.failures:
        yield Case("no invocation fails", "passed")
    if report.recommended is None:
        yield Case("a batch fits Lambda's limit", "skipped", "nothing was measured")
    else:
        yield Case("a batch fits Lambda's limit", "passed", "\n".join(measured(report)))


def _failure(failure: FailurePart) -> str:
    return f"{invocations(failure.count)}, the first of {samples(failure.samples)}"


def _differences(report: ProofReport) -> Iterator[str]:
    for one in report.differences[:SHOWN]:
        told = f" ({one.detail})" if one.detail else ""
        yield f"{one.prompt_id} [{one.index}]: audit {score(one.audit)}, function {score(one.function)}{told}"
    if len(report.differences) > SHOWN:
        yield f"{len(report.differences) - SHOWN:,} more"


def _tables(report: ProofReport) -> Iterator[Rows]:
    for failure in report.failures:
        lines = tuple((line,) for line in failure.log_tail.splitlines()[-LOG_LINES:])
        if lines:
            yield Rows(f"log of {failure.type}", ("",), lines)

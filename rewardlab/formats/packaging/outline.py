"""A packaging report as an outline: what was packaged, its sizes, and what forbids it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rewardlab.formats.outline import Case, Outline, Part, Rows, Tone
from rewardlab.formats.packaging.sizes import SHOWN, megabytes, sizes
from rewardlab.formats.questions import cases
from rewardlab.formats.telling import told
from rewardlab.reports.packaging import PackageReport
from rewardlab.reports.section import visible_all
from rewardlab.version import __version__

VERDICTS: Mapping[str, tuple[str, Tone]] = {"packaged": ("PACKAGED", "good"), "refused": ("REFUSED", "bad")}


def outline(report: PackageReport) -> Outline:
    """The outline of a packaging report."""
    shown = visible_all(report)
    verdict, tone = VERDICTS[report.verdict]
    found = told(report.findings, reward=report.reward, prompts=None)
    state = Case("verdict", "passed" if report.verdict == "packaged" else "failed", verdict)
    part = Part(
        subject=shown.path or shown.reward,
        verdict=verdict,
        tone=tone,
        lead=tuple(_lead(shown)),
        cases=(state, *cases(found, ("RL901",), undecided={}, skipped={})),
        told=found,
        tables=(_contributors(shown),),
    )
    return Outline("package", "Package", verdict, tone, report.exit_code, __version__, (part,))


def _lead(report: PackageReport) -> Iterator[str]:
    entry = f"{report.entry} ({report.kind})" if report.kind else report.entry or "no entry found"
    yield f"{entry} for {report.platform}, Python {report.python} on {report.architecture}"
    yield sizes(report)
    if report.sha256:
        yield f"sha256 {report.sha256}"
    if report.layer:
        yield f"layer with the dependencies: {report.layer}"
    if report.audit:
        yield f"audited {report.audit['created']}: {report.audit['verdict']}"


def _contributors(report: PackageReport) -> Rows:
    rows = [(one.name, megabytes(one.bytes)) for one in report.contributors[:SHOWN]]
    if left := report.contributors[SHOWN:]:
        rows.append((f"{len(left)} more", megabytes(sum(one.bytes for one in left))))
    return Rows("what is in it", ("", "unpacked"), tuple(rows))

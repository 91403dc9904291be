"""A packaging report as a person reads it in a terminal."""

from __future__ import annotations

from rich.text import Text

from rewardlab.formats.display import Display
from rewardlab.formats.findings import drawn, findings_table, lines_of
from rewardlab.formats.packaging.sizes import SHOWN, megabytes, sizes
from rewardlab.reports.packaging import PackageReport
from rewardlab.reports.section import visible_all

VERDICTS = {"packaged": ("PACKAGED", "bold green"), "refused": ("REFUSED", "bold red")}


def render(report: PackageReport, display: Display) -> str:
    """The package and what it was built from, its digest and sizes, the largest contributors, and the findings."""
    report = visible_all(report)
    name, style = VERDICTS[report.verdict]
    entry = f"{report.entry} ({report.kind})" if report.kind else report.entry or "no entry found"
    with drawn(display) as (console, out):
        console.print(Text.assemble((name, style), f"  {report.path or report.reward}"), soft_wrap=True)
        console.print(f"{entry} for {report.platform}, Python {report.python} on {report.architecture}")
        if report.sha256:
            console.print(f"sha256 {report.sha256}", soft_wrap=True)
        if report.audit:
            accuracy = report.audit["accuracy"]
            known = "undefined" if accuracy is None else f"{accuracy:.4g}"
            console.print(f"audited {report.audit['created']}: {report.audit['verdict']}, accuracy {known}")
        console.print(sizes(report))
        for one in report.contributors[:SHOWN]:
            console.print(f"  {megabytes(one.bytes):>10}  {one.name}", soft_wrap=True)
        if left := report.contributors[SHOWN:]:
            console.print(f"  {megabytes(sum(one.bytes for one in left)):>10}  {len(left)} more")
        if report.layer:
            console.print(f"layer with the dependencies: {report.layer}", soft_wrap=True)
        findings_table(console, report.findings)
    return lines_of(out)

"""A proof as a person reads it in a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rewardlab.formats.display import Display
from rewardlab.formats.findings import drawn, lines_of
from rewardlab.reports.proof import DifferencePart, FailurePart, ProofReport, ScoresPart
from rewardlab.reports.section import visible_all

VERDICTS = {"proven": ("PROVEN", "bold green"), "differs": ("DIFFERS", "bold red"), "failed": ("FAILED", "bold red")}
#: How many differences, lines of a log and characters of a message are shown; JSON holds them all.
SHOWN, LOG_LINES, LONGEST = 10, 12, 300


def render(report: ProofReport, display: Display) -> str:
    """The verdict, the comparison of the scores, what failed, what was measured, and what to configure."""
    report = visible_all(report)
    name, style = VERDICTS[report.verdict]
    package = report.package
    entry = f"{package.entry} ({package.kind})" if package.kind else package.entry or package.reward
    with drawn(display) as (console, out):
        console.print(Text.assemble((name, style), f"  {package.path}"), soft_wrap=True)
        _print(
            console,
            f"{entry} for {package.platform}, Python {package.python} on {package.architecture}, in awslambdaric "
            f"{report.versions['awslambdaric']} with {report.configuration.memory_mb} MB and "
            f"{report.configuration.timeout_s:g} s",
        )
        _print(console, _scores(report.scores, report.source))
        if report.differences:
            _differences(console, report.differences)
        for failure in report.failures:
            _failure(console, failure)
        _measured(console, report)
        for notice in report.notices:
            _print(console, f"note: {notice}")
    return lines_of(out)


def _print(console: Console, text: str) -> None:
    console.print(Text(text), soft_wrap=True)


def _scores(scores: ScoresPart, source: str) -> str:
    whose = "the run's" if scores.source == "run" else "the audit's worker's"
    parts = [f"{scores.equal:,} of {scores.samples:,} scores equal {whose} ({source})"]
    for count, what in (
        (scores.close, "within 1e-9"),
        (scores.both_unscored, "without a score in both"),
        (scores.different, "different"),
        (scores.not_asked, "not asked about"),
    ):
        if count:
            parts.append(f"{count:,} {what}")
    if scores.audit_noisy:
        parts.append(f"the audit saw noise in {scores.audit_noisy:,}")
    return ", ".join(parts)


def _differences(console: Console, differences: tuple[DifferencePart, ...]) -> None:
    table = Table.grid(padding=(0, 2))
    for heading in ("prompt", "index", "audit", "function", ""):
        table.add_column(heading)
    table.add_row("prompt", "index", "audit", "function", "", style="dim")
    for one in differences[:SHOWN]:
        cells = (one.prompt_id, str(one.index), _score(one.audit), _score(one.function), (one.detail or "")[:LONGEST])
        table.add_row(*map(Text, cells))
    console.print()
    console.print(table)
    if len(differences) > SHOWN:
        console.print(f"{len(differences) - SHOWN:,} more")


def _score(value: float | None) -> str:
    return "none" if value is None else repr(value)


def _failure(console: Console, failure: FailurePart) -> None:
    times = _invocations(failure.count)
    console.print()
    console.print(Text.assemble((failure.type, "bold red"), f"  {times}, the first of {_samples(failure.samples)}"))
    _print(console, f"  {failure.message[:LONGEST]}")
    for line in failure.log_tail.splitlines()[-LOG_LINES:]:
        console.print(Text(f"  | {line[:LONGEST]}", "dim"), soft_wrap=True)


def _measured(console: Console, report: ProofReport) -> None:
    console.print()
    if (cold := report.cold) and cold.init_s:
        first = f", first invocation {_ms(1000 * max(cold.first_s))}" if cold.first_s else ""
        slowest = _ms(1000 * max(cold.init_s))
        console.print(f"cold start {slowest}{first} (the slowest of {len(cold.init_s)} starts)")
    if warm := report.warm:
        console.print(
            f"warm, {_samples(warm.batch)}: p50 {_ms(warm.p50_ms)}, p90 {_ms(warm.p90_ms)}, p99 {_ms(warm.p99_ms)} "
            f"of {_invocations(warm.invocations)}"
        )
    if report.peak_memory_mb is not None:
        console.print(f"peak memory {report.peak_memory_mb:.0f} MB")
    if (found := report.recommended) is None:
        return
    _print(
        console,
        f"configure --timeout {found.timeout_s} --memory {found.memory_mb}: {found.vcpu:.2g} of a processor, which "
        f"makes it {found.slowdown:.2g} times slower than here; 1,769 MB have a whole one",
    )
    if not found.fits:
        console.print("a full batch needs longer than Lambda's 900 s: make the reward faster or give it more memory")


def _invocations(count: int) -> str:
    return "1 invocation" if count == 1 else f"{count:,} invocations"


def _samples(count: int) -> str:
    return "1 sample" if count == 1 else f"{count:,} samples"


def _ms(value: float) -> str:
    return f"{value:,.3g} ms" if value < 1000 else f"{value / 1000:,.3g} s"

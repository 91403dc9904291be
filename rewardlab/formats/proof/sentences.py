"""What a proof says, in sentences that every format shows."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.reports.proof import ProofReport, ScoresPart


def entry(report: ProofReport) -> str:
    """What was run, for which platform, and with which configuration."""
    package = report.package
    name = f"{package.entry} ({package.kind})" if package.kind else package.entry or package.reward
    return (
        f"{name} for {package.platform}, Python {package.python} on {package.architecture}, in awslambdaric "
        f"{report.versions['awslambdaric']} with {report.configuration.memory_mb} MB and "
        f"{report.configuration.timeout_s:g} s"
    )


def measured(report: ProofReport) -> Iterator[str]:
    """What was measured of the function, and what to configure, a sentence each."""
    if (cold := report.cold) and cold.init_s:
        first = f", first invocation {milliseconds(1000 * max(cold.first_s))}" if cold.first_s else ""
        slowest = milliseconds(1000 * max(cold.init_s))
        yield f"cold start {slowest}{first} (the slowest of {len(cold.init_s)} starts)"
    if warm := report.warm:
        yield (
            f"warm, {samples(warm.batch)}: p50 {milliseconds(warm.p50_ms)}, p90 {milliseconds(warm.p90_ms)}, "
            f"p99 {milliseconds(warm.p99_ms)} of {invocations(warm.invocations)}"
        )
    if report.peak_memory_mb is not None:
        yield f"peak memory {report.peak_memory_mb:.0f} MB"
    if (found := report.recommended) is None:
        return
    yield (
        f"configure --timeout {found.timeout_s} --memory {found.memory_mb}: {found.vcpu:.2g} of a processor, which "
        f"makes it {found.slowdown:.2g} times slower than here; 1,769 MB have a whole one"
    )
    if not found.fits:
        yield "a full batch needs longer than Lambda's 900 s: make the reward faster or give it more memory"


def compared(scores: ScoresPart, source: str) -> str:
    """How many scores equal the audit's, and what became of the others."""
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


def invocations(count: int) -> str:
    """`1 invocation`, `2,000 invocations`."""
    return "1 invocation" if count == 1 else f"{count:,} invocations"


def samples(count: int) -> str:
    """`1 sample`, `2,000 samples`."""
    return "1 sample" if count == 1 else f"{count:,} samples"


def milliseconds(value: float) -> str:
    """Milliseconds to three digits; in seconds from 1,000 on."""
    return f"{value:,.3g} ms" if value < 1000 else f"{value / 1000:,.3g} s"


def score(value: float | None) -> str:
    """A score with all its digits, or "none"."""
    return "none" if value is None else repr(value)

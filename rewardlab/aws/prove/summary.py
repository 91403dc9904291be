"""Builds the report of a proof from what was observed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Literal

import numpy as np

from rewardlab.aws.prove.comparison import Comparison, Difference, compare
from rewardlab.aws.prove.evidence import Evidence
from rewardlab.aws.prove.execution import Execution, kinds_of
from rewardlab.aws.prove.recommendation import recommend
from rewardlab.aws.prove.runtime import INIT_SECONDS
from rewardlab.aws.prove.runtime_client import client_version
from rewardlab.aws.prove.runtime_process import Configuration
from rewardlab.outcome import Outcome, Scored, Unscored
from rewardlab.packages.target import python_here
from rewardlab.packages.unpacked import Package
from rewardlab.platforms import Platform, find_platform
from rewardlab.reports.proof import (
    ColdPart,
    ConfigurationPart,
    DifferencePart,
    FailurePart,
    PackagePart,
    ProofReport,
    Recommended,
    ScoresPart,
    WarmPart,
)
from rewardlab.rewards.events.event import Key
from rewardlab.version import __version__

#: The share of Lambda's limit on loading above which a slower processor may break it.
SLOW_INIT = 0.3


def summarize(
    path: Path,
    unpacked: Package,
    configuration: Configuration,
    evidence: Evidence,
    *,
    seen: Execution,
    audit: Mapping[Key, Outcome],
) -> ProofReport:
    """The report on the package at `path`, from its run (`seen`) and the audit's scores of the same evidence."""
    manifest = unpacked.manifest
    compared = compare(seen.outcomes, audit)
    warm, redacted = _warm(seen), configuration.role.redacted
    return ProofReport(
        verdict=_verdict(seen, compared),
        package=PackagePart(
            path=str(path),
            sha256=unpacked.sha256,
            platform=manifest.platform,
            reward=manifest.reward,
            entry=manifest.entry,
            kind=manifest.kind,
            source_sha256=manifest.source_sha256,
            python=manifest.python,
            architecture=manifest.architecture,
        ),
        configuration=ConfigurationPart(
            timeout_s=configuration.timeout,
            memory_mb=configuration.memory_mb,
            environment=tuple(sorted({*configuration.environment, *configuration.role.credentials})),
        ),
        source=evidence.source,
        scores=_scores(evidence, seen, compared),
        differences=tuple(_difference(one, redacted) for one in compared.differences),
        failures=tuple(
            FailurePart(
                type=one.kind,
                count=count,
                message=redacted(one.message),
                samples=one.samples,
                log_tail=redacted(one.log_tail),
            )
            for one, count in kinds_of(seen.failures)
        ),
        cold=ColdPart(
            processes=len(seen.first),
            init_s=tuple(seen.init),
            first_s=tuple(seen.first),
            init_timeouts=seen.init_timeouts,
        )
        if seen.init or seen.init_timeouts
        else None,
        warm=warm,
        peak_memory_mb=seen.peak_mb or None,
        cpu_share=seen.cpu_share if seen.warm else None,
        recommended=_recommended(seen, warm, find_platform(manifest.platform)),
        isolated=seen.isolated,
        notices=(*evidence.notices, *_notices(unpacked, seen, warm)),
        versions={
            "rewardlab": __version__,
            "awslambdaric": client_version(),
            "python": sys.version.split()[0],
            **_offered(),
        },
    )


def _verdict(seen: Execution, compared: Comparison) -> Literal["proven", "differs", "failed"]:
    """Failed if an invocation failed, or if there was no score to compare."""
    if seen.failures or not compared.compared - compared.both_unscored:
        return "failed"
    return "differs" if compared.differences else "proven"


def _scores(evidence: Evidence, seen: Execution, compared: Comparison) -> ScoresPart:
    return ScoresPart(
        source=evidence.whose,
        samples=len(evidence.pairs),
        equal=compared.equal,
        close=compared.close,
        both_unscored=compared.both_unscored,
        different=len(compared.differences),
        not_asked=len(evidence.pairs) - len(seen.outcomes),
        repeated=len(seen.repeated),
        noisy=len(seen.noisy),
        audit_noisy=evidence.noisy,
    )


def _difference(one: Difference, redacted: Callable[[str], str]) -> DifferencePart:
    unscored = next((each for each in (one.function, one.audit) if isinstance(each, Unscored)), None)
    return DifferencePart(
        prompt_id=one.key[0],
        index=one.key[1],
        audit=one.audit.score if isinstance(one.audit, Scored) else None,
        function=one.function.score if isinstance(one.function, Scored) else None,
        detail=redacted(unscored.detail) if unscored else None,
    )


def _warm(seen: Execution) -> WarmPart | None:
    """The latency of the largest batches; with fewer than a hundred, p99 is the slowest."""
    if not seen.warm:
        return None
    largest = max(size for size, _ in seen.warm)
    values = 1000 * np.array([seconds for size, seconds in seen.warm if size == largest])
    p50, p90, p99 = (float(value) for value in np.percentile(values, (50, 90, 99), method="higher"))
    return WarmPart(invocations=len(values), batch=largest, p50_ms=p50, p90_ms=p90, p99_ms=p99)


def _recommended(seen: Execution, warm: WarmPart | None, platform: Platform) -> Recommended | None:
    """What to configure; None if no warm invocation was answered."""
    if warm is None or not seen.init or not seen.first:
        return None
    once = max(0.0, max(seen.first) - warm.p50_ms / 1000)  # the extra time of a first invocation: imports, caches
    longest = warm.p99_ms / 1000 * platform.batch_size / warm.batch
    found = recommend(init=max(seen.init), once=once, longest=longest, peak_mb=seen.peak_mb, cpu_share=seen.cpu_share)
    return Recommended(
        timeout_s=found.timeout,
        memory_mb=found.memory_mb,
        vcpu=found.vcpu,
        slowdown=found.slowdown,
        fits=found.fits,
    )


def _notices(unpacked: Package, seen: Execution, warm: WarmPart | None) -> list[str]:
    """What the user should know about how the package was proven, a sentence each."""
    manifest = unpacked.manifest
    platform = find_platform(manifest.platform)
    said = []
    if manifest.python != python_here():
        said.append(f"proven in Python {python_here()}; the function will run in {manifest.python}")
    if not seen.isolated:
        said.append("this machine allows no namespaces: the system was not read-only, and /tmp was not private")
    if seen.init_timeouts:
        said.append(
            f"loading took longer than Lambda's 10 s at {seen.init_timeouts} of the starts, and was begun again"
        )
    if seen.init and max(seen.init) > SLOW_INIT * INIT_SECONDS:
        said.append(
            f"loading took {max(seen.init):.1f} s here: past {INIT_SECONDS:g} s Lambda ends it and begins again within "
            "the invocation; give it more memory, or import less"
        )
    if warm and warm.batch < platform.batch_size:
        said.append(
            f"the longest batch held {warm.batch} samples, {platform.name} sends {platform.batch_size}: "
            "the timeout is extrapolated"
        )
    if seen.noisy:
        share = f"{len(seen.noisy)} of {len(seen.repeated)} samples"
        said.append(f"the reward is noisy: asked again, {share} got another score; differences may be its own")
    if seen.spent:
        said.append("asking stopped after too many failures" if not seen.unloadable else "the function does not load")
    if any("NoCredentialsError" in failure.log_tail + failure.message for failure in seen.failures):
        said.append("the function looked for its role's credentials: --credentials hands over this shell's")
    if manifest.kind is None:
        said.append("the package was made where its code could not be loaded")
    return said


def _offered() -> dict[str, str]:
    try:
        return {"boto3": metadata.version("boto3")}
    except metadata.PackageNotFoundError:
        return {}

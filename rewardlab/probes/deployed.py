"""Is a deployed function fast enough, and how many of its invocations should run at once?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rewardlab.findings import Finding, Severity
from rewardlab.platforms import LAMBDA, Platform
from rewardlab.probes.reward.speed import GUIDANCE_SECONDS, MARGIN, STEP_SECONDS
from rewardlab.rewards.deployed.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds of the invocations of the largest batches that were sent, and what the platform needs of them.

    `concurrency` is how many must run at once for one training step a minute, by Little's law (Little 1961, L = λW):
    invocations a second times the seconds of one. `step_seconds` is how long a step's rewards take at the platform's
    own concurrency. `samples_per_second` is what that concurrency scores at the most.
    """

    batch: int
    p50: float
    p90: float
    p99: float
    invocations: int
    concurrency: int
    step_samples: int
    step_seconds: float
    samples_per_second: float


def pace(traffic: Traffic, platform: Platform) -> Pace | None:
    """What was measured; None where nothing answered for a whole batch."""
    if not traffic.batches:
        return None
    batch = max(samples for samples, _ in traffic.batches)
    seconds = [taken for samples, taken in traffic.batches if samples == batch]
    p50, p90, p99 = (float(np.percentile(seconds, share)) for share in (50, 90, 99))
    step = platform.step_samples or platform.batch_size
    calls = math.ceil(step / batch)
    return Pace(
        batch=batch,
        p50=p50,
        p90=p90,
        p99=p99,
        invocations=len(seconds),
        concurrency=max(1, math.ceil(calls / STEP_SECONDS * p50)),
        step_samples=step,
        step_seconds=math.ceil(calls / platform.concurrency) * p99,
        samples_per_second=platform.concurrency * batch / p50,
    )


def ask(traffic: Traffic, platform: Platform, *, timeout: int | None) -> Iterator[Finding]:
    """RL204 and RL205 of what happened in the cloud; `timeout` is the function's, None where it is not known.

    RL204: a blocker where batches were throttled after the platform's last retry, which fails the job; a warning for
    any throttling, a step over a minute, a sample over the guidance, or a timeout nearly used up. RL205: a warning for
    batches that had to be split.
    """
    if traffic.split:
        evidence = {"direction": "event", "batches_split": traffic.split, "batch_size": platform.batch_size}
        yield Finding("RL205", "warning", evidence)
    found = pace(traffic, platform)
    if traffic.throttled:
        severity: Severity = "blocker" if traffic.refused else "warning"
        yield Finding("RL204", severity, _evidence(traffic, platform, found, timeout), _throttled(platform))
    elif found is not None and (remedy := _slow(found, timeout)):
        yield Finding("RL204", "warning", _evidence(traffic, platform, found, timeout), remedy)


def _slow(found: Pace, timeout: int | None) -> str:
    """What to do about a slow function; empty if it is not slow."""
    if timeout is not None and found.p99 * MARGIN > timeout * 2:
        longer = min(math.ceil(MARGIN * found.p99), LAMBDA.most_seconds)
        return f"Raise the function's timeout to {longer} s: rewardlab deploy --timeout {longer}."
    if found.step_seconds > STEP_SECONDS:
        return (
            f"Set the concurrency limit to {found.concurrency} on both sides: the trainer's "
            f"(lambda_concurrency_limit on smtj and hyperpod) and the function's (rewardlab deploy "
            f"--reserved-concurrency {found.concurrency}). Or make it faster."
        )
    if found.p50 / found.batch > GUIDANCE_SECONDS:
        return "Make it faster, give it more memory (1,769 MB are one CPU), or score a batch's samples in parallel."
    return ""


def _throttled(platform: Platform) -> str:
    return (
        f"Let at least {platform.concurrency} invocations run at once, as many as the trainer sends: raise the "
        f"function's reserved concurrency (rewardlab deploy --reserved-concurrency {platform.concurrency}) or the "
        "account's quota, or lower the trainer's limit to what the function has."
    )


def _evidence(traffic: Traffic, platform: Platform, found: Pace | None, timeout: int | None) -> dict[str, object]:
    evidence: dict[str, object] = {
        "invocations": traffic.invocations,
        "throttled": traffic.throttled,
        "batches_throttled_after_the_last_retry": traffic.refused,
        "retried": traffic.retried,
        "cold_starts": traffic.cold_starts,
        "cold_start_seconds": traffic.init_seconds,
        "peak_memory_mb": traffic.peak_mb,
        "function_timeout": timeout,
        "concurrency": platform.concurrency,
    }
    if found is None:
        return evidence
    return evidence | {
        "batch_seconds": {"p50": found.p50, "p90": found.p90, "p99": found.p99, "invocations": found.invocations},
        "measured_batch": found.batch,
        "seconds_per_sample": found.p50 / found.batch,
        "samples_per_second": found.samples_per_second,
        "samples_per_step": found.step_samples,
        "seconds_of_rewards_per_step": found.step_seconds,
        "concurrency_for_a_step_within_60_s": found.concurrency,
    }

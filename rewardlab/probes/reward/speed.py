"""Is the reward fast enough for its platform, for Lambda's timeout, and for the concurrency there is?"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rewardlab.findings import Finding
from rewardlab.platforms import LAMBDA
from rewardlab.probes.reward.trials.ordinary import ordinary_cases
from rewardlab.probes.reward.trials.subject import Subject
from rewardlab.rewards.isolation.reply import Answer

#: The agent toolkit's guidance for a reward without network, seconds a sample.
GUIDANCE_SECONDS = 0.1
MOST_CALLS = 20
#: The seconds to measure for; at least one warm call is made.
MEASURE_SECONDS = 0.3
#: No page gives the length of a step; a reward that takes longer than this is what training waits for.
STEP_SECONDS = 60.0
#: A timeout leaves room for a cold start and for longer answers.
MARGIN = 3


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds of invocations: the first of the process, warm ones of `batch` samples, one sample alone."""

    cold: float
    warm: tuple[float, ...]
    batch: int
    alone: float

    def of(self, samples: int) -> float:
        """The seconds of an invocation of so many samples, on the line through one sample and a batch."""
        batch = float(np.median(self.warm))
        if self.batch < 2:
            return samples * batch if samples > 1 else batch
        slope = max(batch - self.alone, 0.0) / (self.batch - 1)
        return batch + slope * (samples - self.batch)


def measure(subject: Subject) -> Latency | None:
    """Time the reward in a fresh process; None when it does not answer."""
    batch = min(subject.platform.batch_size, subject.afford(subject.platform.batch_size, invocations=4))
    samples = subject.samples(ordinary_cases(subject, batch))
    subject.restart()
    cold, one = subject.invoke(samples[:1]), subject.invoke(samples[:1])
    warm: list[float] = []
    until = time.monotonic() + MEASURE_SECONDS
    while not warm or (len(warm) < MOST_CALLS and time.monotonic() < until):
        reply = subject.invoke(samples)
        if not isinstance(reply, Answer):
            return None
        warm.append(reply.seconds)
    return Latency(cold.seconds, tuple(warm), batch, one.seconds)


def _is_slow(latency: Latency, batch: int) -> bool:
    """Whether a batch exceeds Lambda's default timeout, or a sample the guidance."""
    whole = latency.of(batch)
    return whole > LAMBDA.default_seconds or whole / batch > GUIDANCE_SECONDS


def ask(subject: Subject) -> Iterator[Finding]:
    """RL204: a blocker where a batch exceeds Lambda's longest timeout; a warning over its default or over the guidance.

    Seconds are of this machine; a Lambda of little memory is slower.
    """
    latency = measure(subject)
    if latency is None:
        return
    size = subject.platform.batch_size
    if _is_slow(latency, size) and (again := measure(subject)) is not None:  # repeated before it is said
        latency = min(latency, again, key=lambda one: one.of(size))
    whole = latency.of(size)
    per_sample = whole / size
    if whole > LAMBDA.most_seconds:
        yield Finding("RL204", "blocker", _evidence(subject, latency), _too_long(subject, per_sample))
    elif _is_slow(latency, size):
        yield Finding("RL204", "warning", _evidence(subject, latency), _slow(whole))


def _evidence(subject: Subject, latency: Latency) -> dict[str, object]:
    """Little's law (Little 1961, L = λW): the invocations in flight are their rate times what one takes."""
    platform = subject.platform
    whole = latency.of(platform.batch_size)
    step = platform.step_samples or platform.batch_size
    invocations = math.ceil(step / platform.batch_size)
    p50, p90, p99 = (float(np.percentile(latency.warm, share)) for share in (50, 90, 99))
    return {
        "seconds_per_sample": whole / platform.batch_size,
        "seconds_per_batch": whole,
        "batch_size": platform.batch_size,
        "measured_batch": latency.batch,
        "warm_seconds": {"p50": p50, "p90": p90, "p99": p99, "invocations": len(latency.warm)},
        "cold_seconds": latency.cold,
        "guidance_seconds_per_sample": GUIDANCE_SECONDS,
        "lambda_default_timeout": LAMBDA.default_seconds,
        "lambda_longest_timeout": LAMBDA.most_seconds,
        "samples_per_step": step,
        "seconds_of_rewards_per_step": math.ceil(invocations / platform.concurrency) * whole,
        "concurrency": platform.concurrency,
        "concurrency_for_a_step_within_60_s": math.ceil(invocations / STEP_SECONDS * whole),
    }


def _slow(whole: float) -> str:
    timeout = min(math.ceil(MARGIN * whole), LAMBDA.most_seconds)
    if whole <= LAMBDA.default_seconds:
        return f"Make it faster; set the Lambda's timeout to {timeout} s at least (the default is 3 s)."
    return (
        f"Set the Lambda's timeout to {timeout} s: at its default of {LAMBDA.default_seconds} s full batches fail. "
        "Then make it faster; where it waits for a network, score the samples in parallel threads, or write it as "
        "`async def`: trainers and packages await them together."
    )


def _too_long(subject: Subject, per_sample: float) -> str:
    fits = int(LAMBDA.most_seconds / per_sample)
    return (
        f"No timeout is long enough: Lambda stops at {LAMBDA.most_seconds} s, in which {fits} of the "
        f"{subject.platform.batch_size} samples of a batch are scored. Score them in parallel, or make it faster."
    )

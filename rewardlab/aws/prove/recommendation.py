"""Recommends the timeout and the memory to configure, from the measurements of a proof."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rewardlab.aws.prove.runtime import INIT_SECONDS
from rewardlab.platforms import LAMBDA

#: A function's share of a processor grows with its memory; so many MB have a whole one
#: (docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html).
VCPU_MB = 1769
MEMORY_SAFETY, MEMORY_STEP = 1.5, 64
#: Reserve of the timeout: Lambda's processor may be slower than this machine's, and a batch longer than those sent.
TIME_SAFETY = 2.0


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The timeout in whole seconds and the memory in MB, and what follows from that memory.

    `vcpu` is the number of processors it comes with, `slowdown` how many times slower than here the function is, and
    `fits` whether the seconds it needs are within Lambda's limit.
    """

    timeout: int
    memory_mb: int
    vcpu: float
    slowdown: float
    fits: bool


def recommend(*, init: float, longest: float, peak_mb: float, cpu_share: float, once: float = 0.0) -> Recommendation:
    """What to configure for a function that loads in `init` seconds, spends `once` more in its first invocation, and
    answers a full batch within `longest`.

    Memory: max(1.5 peak_mb, 1769 min(1, init / 10)), rounded up to a multiple of 64 MB. The second term is there
    because loading needs the processor and has 10 s.

    Timeout: (init + once + longest) x slowdown x 2, rounded up to a second, where slowdown = 1 + cpu_share (1 / min(1,
    vcpu) - 1): with a share of a processor its busy seconds take longer, the seconds spent waiting do not.

    Both are within Lambda's limits, and the timeout is not below Lambda's default.
    """
    loading_mb = VCPU_MB * min(1.0, init / INIT_SECONDS)
    needed_mb = MEMORY_STEP * math.ceil(max(peak_mb * MEMORY_SAFETY, loading_mb) / MEMORY_STEP)
    memory = min(max(needed_mb, LAMBDA.least_memory_mb), LAMBDA.most_memory_mb)
    vcpu = memory / VCPU_MB
    slowdown = 1 + cpu_share * (1 / min(1.0, vcpu) - 1)
    seconds = math.ceil((init + once + longest) * slowdown * TIME_SAFETY)
    timeout = min(max(seconds, LAMBDA.default_seconds), LAMBDA.most_seconds)
    return Recommendation(timeout, memory, vcpu, slowdown, fits=seconds <= LAMBDA.most_seconds)

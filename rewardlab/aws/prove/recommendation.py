"""The timeout and the memory to configure, from what was measured here."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rewardlab.aws.prove.runtime import INIT_SECONDS
from rewardlab.platforms import LAMBDA

#: Lambda's share of a processor grows with the memory; so many MB have a whole one
#: (docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html).
VCPU_MB = 1769
MEMORY_SAFETY, MEMORY_STEP = 1.5, 64
#: A processor of Lambda's may be slower than this machine's, a batch longer than those sent.
TIME_SAFETY = 2.0


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Whole seconds and MB, the processors that so much memory has, how much slower than here that makes the function,
    and whether the seconds it needs lie within Lambda's limit.
    """

    timeout: int
    memory_mb: int
    vcpu: float
    slowdown: float
    fits: bool


def recommend(*, init: float, longest: float, peak_mb: float, cpu_share: float, once: float = 0.0) -> Recommendation:
    """What to configure for a function that loads in `init` seconds, spends `once` more in its first invocation, and
    answers a full batch within `longest`.

    Memory: the peak times 1.5, and at least 1769 init / 10 as long as that is no more than a whole processor's, since
    loading is the processor's work and has 10 s; up to the next 64 MB. Timeout: (init + once + longest) x slowdown x 2,
    up to the next second, where slowdown = 1 + cpu_share (1 / min(1, vcpu) - 1): the seconds that the processor was
    busy stretch with its share, those spent waiting do not. Both within Lambda's limits; no timeout below Lambda's own
    default.
    """
    loading_mb = VCPU_MB * min(1.0, init / INIT_SECONDS)
    needed_mb = MEMORY_STEP * math.ceil(max(peak_mb * MEMORY_SAFETY, loading_mb) / MEMORY_STEP)
    memory = min(max(needed_mb, LAMBDA.least_memory_mb), LAMBDA.most_memory_mb)
    vcpu = memory / VCPU_MB
    slowdown = 1 + cpu_share * (1 / min(1.0, vcpu) - 1)
    seconds = math.ceil((init + once + longest) * slowdown * TIME_SAFETY)
    timeout = min(max(seconds, LAMBDA.default_seconds), LAMBDA.most_seconds)
    return Recommendation(timeout, memory, vcpu, slowdown, fits=seconds <= LAMBDA.most_seconds)

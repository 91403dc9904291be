"""pass@k and pass^k by their unbiased estimators."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rewardlab.stats.choose import choose_ratio
from rewardlab.stats.incomplete import chance_of_any, mean_with_incomplete
from rewardlab.stats.interval import LEVEL, Floats, Quantity, Undefined
from rewardlab.stats.successes import mean_of_successes


def pass_at_k(samples: Floats, successes: Floats, k: int) -> Floats:
    """The chance that at least one of k generations succeeds, per prompt: 1 - C(n-c, k) / C(n, k).

    Arguments: `samples` n and `successes` c, of one shape; k at least 1. NaN where n < k: k draws cannot be made.
    Source: Chen et al. (2021), arXiv:2107.03374, eq. 1 (whose code returns 1 for n < k).
    """
    return 1 - choose_ratio(samples - successes, samples, k)


def pass_hat_k(samples: Floats, successes: Floats, k: int) -> Floats:
    """The chance that all of k generations succeed, per prompt: C(c, k) / C(n, k). NaN where n < k.

    Source: Yao et al. (2024), arXiv:2406.12045 (tau-bench), section 2.
    """
    return choose_ratio(successes, samples, k)


def mean_pass(samples: Floats, successes: Floats, k: int, *, every: bool = False, level: float = LEVEL) -> Quantity:
    """Mean pass@k (with `every`, pass^k) and its interval, over the prompts with a scored generation.

    The interval is that of `mean_of_successes`. A prompt with fewer than k samples contributes a bound from those it
    has (`mean_with_incomplete`): more draws can only raise pass@k and lower pass^k.
    Undefined when no prompt has k samples.
    """
    if not (samples >= k).any():
        return Undefined(f"no prompt has {k} scored generations")
    kept = samples > 0
    samples, successes = samples[kept], successes[kept]
    # All succeed if none fails: pass^k = 1 - pass@k of the failures. For k = 1 pass^k and pass@k are the same.
    every = every and k > 1
    hits = samples - successes if every else successes
    if samples.min() >= k:
        found = mean_of_successes(samples, hits, draws=k, level=level)
    else:
        found = _with_incomplete(samples, hits, k, level)
    if not every or isinstance(found, Undefined):
        return found
    return replace(found, estimate=1 - found.estimate, low=1 - found.high, high=1 - found.low)


def _with_incomplete(samples: Floats, hits: Floats, k: int, level: float) -> Quantity:
    own = np.minimum(samples, k)
    values = np.empty(len(samples))
    for size in np.unique(own):
        mine = own == size
        values[mine] = pass_at_k(samples[mine], hits[mine], int(size))
    return mean_with_incomplete(
        values,
        np.maximum(samples // k, 1),
        incomplete=(samples < k) & (values < 1),
        samples=samples,
        successes=hits,
        curve=chance_of_any(k),
        level=level,
    )

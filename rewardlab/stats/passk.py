"""pass@k and pass^k by their unbiased estimators."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rewardlab.stats.interval import LEVEL, Floats, Quantity, Undefined, mean_over_prompts


def choose_ratio(count: Floats, total: Floats, size: int) -> Floats:
    """C(count, size) / C(total, size): the chance that `size` of `total` things, drawn without replacement, are all
    among `count` of them.

    Arguments: `count` and `total` broadcast, 0 <= count <= total, size >= 1. NaN where total < size.
    Identity: the product over i < size of (count - i) / (total - i), taken factor by factor so that nothing overflows.
    """
    count, total = np.broadcast_arrays(np.asarray(count, float), np.asarray(total, float))
    ratio = np.ones(count.shape)
    for taken in range(size):
        left = np.maximum(count - taken, 0.0)
        ratio *= np.divide(left, total - taken, out=np.zeros(count.shape), where=total > taken)
    return np.where(total >= size, ratio, np.nan)


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
    """Mean pass@k over prompts (with `every`, pass^k) and its interval, over the prompts with at least k samples.

    A prompt of n samples counts as n // k independent draws of k. Undefined when no prompt has k samples.
    """
    defined: NDArray[np.bool_] = samples >= k
    if not defined.any():
        return Undefined(f"no prompt has {k} scored generations")
    samples, successes = samples[defined], successes[defined]
    values = (pass_hat_k if every else pass_at_k)(samples, successes, k)
    return mean_over_prompts(values, samples // k, level=level)

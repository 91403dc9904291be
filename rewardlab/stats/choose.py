"""Ratios of binomial coefficients, for draws without replacement."""

from __future__ import annotations

import numpy as np

from rewardlab.stats.interval import Floats


def choose_ratio(count: Floats, total: Floats, size: int) -> Floats:
    """C(count, size) / C(total, size): the chance that `size` draws without replacement from `total` items all fall
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

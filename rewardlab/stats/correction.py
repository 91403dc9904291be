"""Corrections of p-values for multiple tests."""

from __future__ import annotations

import numpy as np

from rewardlab.stats.interval import Floats


def benjamini_hochberg(p_values: Floats) -> Floats:
    """The adjusted p-values: rejecting those of at most q keeps the false discovery rate at most q.

    Arguments: `p_values` (tests,) in [0, 1]; NaN is a test that was not made: it stays NaN and is not counted.
    Identity: the i-th smallest of m becomes the least p_(j) m / j over j >= i, at most 1. Holds for independent tests
    and for positively dependent ones. Raises ValueError for a p-value outside [0, 1].
    Source: Benjamini & Hochberg (1995), J. R. Stat. Soc. B 57:289.
    """
    p_values = np.asarray(p_values, float)
    made = np.flatnonzero(~np.isnan(p_values))
    if ((p_values[made] < 0) | (p_values[made] > 1)).any():
        raise ValueError("a p-value lies in [0, 1]")
    adjusted = np.full(p_values.shape, np.nan)
    order = made[np.argsort(-p_values[made])]
    scaled = p_values[order] * len(order) / np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return adjusted


def benjamini_yekutieli(p_values: Floats) -> Floats:
    """The p-values adjusted as by Benjamini and Hochberg, but valid for tests with any dependence.

    Arguments and NaN as in `benjamini_hochberg`. Identity: its adjusted values times sum_(i=1..m) 1/i, at most 1.
    Source: Benjamini & Yekutieli (2001), Ann. Stat. 29:1165.
    """
    made = int(np.count_nonzero(~np.isnan(np.asarray(p_values, float))))
    harmonic = float((1 / np.arange(1, made + 1)).sum())
    return np.minimum(benjamini_hochberg(p_values) * harmonic, 1.0)

"""A second opinion on alpha: the krippendorff package's, where the scale is small enough for it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from rewardlab.stats.agreement.alpha import alpha_of
from rewardlab.stats.agreement.table import Level, Table
from rewardlab.stats.interval import Floats, Undefined

#: The package holds an array of units x values x values: more distinct values are not given to it.
MOST_VALUES = 64
#: Cells of that array given to it at a time (about 100 MB of what it makes), and how many times at most.
CELLS, BLOCKS = 4_000_000, 16
TOLERANCE = 1e-9
#: Ratings whose squares and sums the package cannot hold are scaled before they are given to it.
LARGE = 1e100


class MismatchError(AssertionError):
    """Two implementations of alpha disagree: a bug in one of them, and no number to report."""


def check_alpha(values: ArrayLike, level: Level, found: float | Undefined) -> str:
    """Compare alpha as `found` with the krippendorff package's on the same `values` (units, raters).

    The package is given the ratings themselves, so that how they are coded here is checked too.
    Returns what was compared, in words. A table too large for the package at once is compared in blocks of units, each
    block's alpha by both, at most 16 of them evenly over the table.
    Raises: MismatchError when they differ by more than 1e-9, or one of them is undefined and the other not.
    """
    given = np.asarray(values, float)
    domain = np.unique(given[~np.isnan(given)])
    if len(domain) > MOST_VALUES:
        return f"not compared: more than {MOST_VALUES} distinct values"
    try:
        import krippendorff  # noqa: PLC0415 - GPL: kept at this edge, and the report can do without
    except ImportError:
        return "not compared: the krippendorff package is not installed"
    if len(domain) and np.abs(domain).max() > LARGE:
        given = given / np.abs(domain).max()  # so that no square overflows there
        if len(np.unique(given[~np.isnan(given)])) < len(domain):
            return "not compared: its squares of these values overflow"
    given = given[(~np.isnan(given)).sum(axis=1) >= 2]
    units = max(1, CELLS // max(1, len(domain)) ** 2)
    blocks = -(-len(given) // units)
    if blocks <= 1:
        _compare(krippendorff.alpha, given, level, found)
        return "equal to the krippendorff package's within 1e-9"
    chosen = np.unique(np.linspace(0, blocks - 1, min(blocks, BLOCKS)).astype(int))
    for block in chosen:
        part = given[block * units : (block + 1) * units]
        _compare(krippendorff.alpha, part, level, alpha_of(Table.of(part), level))
    return f"equal to the krippendorff package's within 1e-9 on {len(chosen)} of {blocks} blocks of units"


def _compare(theirs: object, given: Floats, level: Level, found: float | Undefined) -> None:
    assert callable(theirs)
    if len(np.unique(given[~np.isnan(given)])) < 2:
        expected = math.nan
    else:
        expected = float(theirs(reliability_data=given.T, level_of_measurement=level))
    same = math.isnan(expected) if isinstance(found, Undefined) else abs(found - expected) <= TOLERANCE
    if not same:
        raise MismatchError(f"alpha ({level}) is {found} here and {expected} by the krippendorff package")

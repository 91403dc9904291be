"""Cross-checks alpha against the krippendorff package, where the scale is small enough for it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from rewardlab.stats.agreement.alpha import alpha_of
from rewardlab.stats.agreement.table import Level, Table
from rewardlab.stats.interval import Floats, Undefined

#: The package holds an array of units x values x values, so it is not used for more distinct values than this.
MOST_VALUES = 64
#: The most cells of that array at a time (about 100 MB), and the most blocks of units that are compared.
CELLS, BLOCKS = 4_000_000, 16
TOLERANCE = 1e-9
#: Ratings larger than this are scaled first, since the package's squares and sums of them would overflow.
LARGE = 1e100


class MismatchError(AssertionError):
    """Two implementations of alpha disagree, so that one of them has a bug and no number can be reported."""


def check_alpha(values: ArrayLike, level: Level, found: float | Undefined) -> str:
    """Compare `found`, our alpha, with the krippendorff package's for the same `values` (units, raters).

    The package gets the ratings themselves, so that our coding of them is checked too.
    Returns what was compared, in words. A table that is too large for the package is compared in blocks of units: for
    at most 16 blocks, spread evenly over the table, both compute the block's alpha.
    Raises: MismatchError when the two differ by more than 1e-9, or only one of them is undefined.
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
        given = given / np.abs(domain).max()  # so that no square overflows in the package
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

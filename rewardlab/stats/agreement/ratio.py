"""Alpha at the ratio level: over all pairs of values where there are few, else by the characteristic function.

With y = log x, the distance ((x - z)/(x + z))^2 is 1 - sech^2 of half the difference of the logs, and sech^2 is four
times the density of the logistic distribution. The sum over all pairs of ratings is therefore an integral of a sum over
units, computed in O(ratings).
Source: the characteristic function of the logistic distribution, pi t / sinh(pi t).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rewardlab.stats.agreement.sums import Sums
from rewardlab.stats.agreement.table import Codes, count_table
from rewardlab.stats.interval import Floats

#: Up to this many distinct values, all pairs are summed directly.
FEW = 64
#: sech^2 is below 1e-16 for logs further apart than REACH, and the integrand is for frequencies above HIGHEST.
REACH, HIGHEST = 40.0, 14.0
#: Units processed at a time, so that their complex waves fit in the processor's cache.
BLOCK = 2048
#: A mean distance below this is round-off of the integral; the ratings count as equal.
SAME = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class FewRatios(Sums):
    """Columns: d_u, then the count of each value; `distances` (values, values)."""

    distances: Floats

    @override
    def parts(self, sums: Floats) -> tuple[Floats, Floats, Floats]:
        counts = sums[:, 1:]
        return counts.sum(axis=1), sums[:, 0], ((counts @ self.distances) * counts).sum(axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Ratios(Sums):
    """Columns: d_u, ratings, zeros among them, then the real and imaginary sum of exp(i t log x) at each frequency."""

    weights: Floats

    @override
    def parts(self, sums: Floats) -> tuple[Floats, Floats, Floats]:
        observed, ratings, zeros = sums[:, :3].T
        alike = np.square(sums[:, 3:]) @ np.tile(self.weights, 2)
        expected = np.square(ratings) - np.square(zeros) - alike
        return ratings, observed, np.where(expected > SAME * np.square(ratings), expected, 0.0)


def ratio_sums(values: Floats, codes: Codes) -> FewRatios | Ratios:
    """The columns of the ratio level, one row for each row of codes."""
    values = values / 2  # the sum of two halves does not overflow, and no ratio changes
    if len(values) > FEW:
        return _many(values, codes)
    total = values[:, None] + values
    apart = np.divide(values[:, None] - values, total, out=np.zeros(total.shape), where=total > 0)
    given = values[np.unique(codes[codes >= 0])]
    furthest = float(((given[-1] - given[0]) / (given[-1] + given[0])) ** 2)
    known = codes >= 0
    rows = np.column_stack([_relative(values[codes], known), count_table(codes, len(values))])
    return FewRatios(rows, furthest, np.arange(len(codes)), np.square(apart))


def _many(values: Floats, codes: Codes) -> Ratios:
    """Integrate by the trapezoid rule; for an entire, decaying integrand its error is only round-off."""
    known, own = codes >= 0, values[codes]
    positive = known & (own > 0)
    logs = np.log(own, where=positive, out=np.zeros(own.shape))
    logs[positive] -= logs[positive].mean()
    reach = float(np.ptp(logs[positive]))
    step = 2 * np.pi / (reach + REACH)
    steps = int(np.ceil(HIGHEST / step))
    columns = np.empty((3 + 2 * (steps + 1), len(codes)))
    for start in range(0, len(codes), BLOCK):
        block = slice(start, start + BLOCK)
        turn = np.exp(1j * step * np.ascontiguousarray(logs[block].T))  # sums over raters run along memory
        wave = positive[block].T.astype(complex, order="C")
        for number in range(steps + 1):
            total = wave.sum(axis=0)
            columns[3 + number, block], columns[4 + steps + number, block] = total.real, total.imag
            wave *= turn
    # (2/pi) times the integral over all t of pi t / sinh(pi t) |wave|^2, which is even in t and 1 at t = 0.
    angles = np.pi * step * np.arange(1, steps + 1)
    weights = 2 * step / np.pi * np.concatenate([[1.0], 2 * angles / np.sinh(angles)])
    zeros = (known & (own == 0)).sum(axis=1)
    columns[0], columns[1], columns[2] = _relative(own, known), known.sum(axis=1), zeros
    furthest = 1.0 if zeros.any() else float(np.tanh(reach / 2) ** 2)
    return Ratios(columns.T, furthest, np.arange(len(codes)), weights)


def _relative(own: Floats, known: NDArray[np.bool_]) -> Floats:
    """Sum the squared relative differences over each row's ordered pairs, over m - 1; loops over pairs of raters."""
    total = np.zeros(len(own))
    for first in range(own.shape[1]):
        for second in range(first):
            both = known[:, first] & known[:, second]
            apart, sum_ = own[:, first] - own[:, second], own[:, first] + own[:, second]
            share = np.divide(apart, sum_, out=np.zeros(len(own)), where=both & (sum_ > 0))
            total += 2 * np.square(share)
    shared: Floats = total / (known.sum(axis=1) - 1)
    return shared

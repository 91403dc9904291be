"""Alpha at the nominal or ordinal level for tables with too many distinct values to hold a column for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rewardlab.stats.agreement.sums import squared, unlike
from rewardlab.stats.agreement.table import Codes, Table
from rewardlab.stats.interval import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Counts the ratings anew for each draw, in O(ratings): `given` (ratings,) are their codes, `unit` their units."""

    table: Table
    ordered: bool
    given: Codes
    unit: Codes
    disagreement: Floats

    @property
    def kind(self) -> Codes:
        return np.arange(self.table.clusters)

    @property
    def kinds(self) -> int:
        return self.table.clusters

    def alphas(self, weights: Floats) -> Floats:
        return np.array([self._alpha(one[self.table.cluster]) for one in weights])

    def largest(self, weights: Floats) -> tuple[float, float]:
        once = weights[self.table.cluster]
        ratings, _, expected = self._parts(once)
        places = self._places(self._counts(once))
        return (float(np.ptp(places)) ** 2 if self.ordered else 1.0), expected / (ratings * (ratings - 1))

    def _alpha(self, units: Floats) -> float:
        ratings, observed, expected = self._parts(units)
        return float(1 - (ratings - 1) * observed / expected) if expected > 0 else np.nan

    def _counts(self, units: Floats) -> Floats:
        return np.bincount(self.given, weights=units[self.unit], minlength=len(self.table.values)).astype(float)

    def _places(self, counts: Floats) -> Floats:
        """The mid-rank of each value, around their mean."""
        ranks: Floats = np.cumsum(counts) - (counts + counts.sum()) / 2
        return ranks

    def _parts(self, units: Floats) -> tuple[float, float, float]:
        counts = self._counts(units)
        ratings = float(counts.sum())
        if np.count_nonzero(counts) < 2:
            return ratings, 0.0, 0.0
        if not self.ordered:
            return ratings, float(units @ self.disagreement), ratings**2 - float(counts @ counts)
        places = self._places(counts)
        observed = float(units @ squared(self.table.codes, places))
        return ratings, observed, float(2 * ratings * (counts @ np.square(places)))


def counted(table: Table, *, ordered: bool) -> Counted:
    """Prepare a table whose units all have at least two ratings for counting at each draw."""
    known = table.codes >= 0
    return Counted(table, ordered, table.codes[known], np.nonzero(known)[0], unlike(table.codes))

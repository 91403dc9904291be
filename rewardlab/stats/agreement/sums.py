"""Alpha from columns that are summed over units, so that a resample is one product of its weights with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from rewardlab.stats.agreement.table import Codes, count_table
from rewardlab.stats.interval import Floats

#: A variance below this share of the mean square is round-off; the ratings count as equal.
SAME = 1e-11


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Columns to be summed over units: `rows` (kinds, columns), the first is the disagreement; `kind` as in `Drawn`."""

    rows: Floats
    furthest: float
    kind: Codes

    @property
    def kinds(self) -> int:
        return len(self.rows)

    def alphas(self, weights: Floats) -> Floats:
        return self.of_sums(weights @ self.rows)

    def without_each(self) -> Floats:
        """Alpha (clusters,) with each cluster left out in turn."""
        return self.of_sums(self._total() - self.rows)[self.kind]

    def _total(self) -> Floats:
        return np.bincount(self.kind, minlength=self.kinds).astype(float)[None] @ self.rows

    def of_sums(self, sums: Floats) -> Floats:
        """Alpha (draws,) from summed columns (draws, columns); NaN without variation."""
        ratings, observed, expected = self.parts(sums)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(expected > 0, 1 - (ratings - 1) * observed / expected, np.nan)

    def parts(self, sums: Floats) -> tuple[Floats, Floats, Floats]:
        """The number of ratings, the sum of d_u, and e (0 without variation), each (draws,)."""
        raise NotImplementedError

    def largest(self, weights: Floats) -> tuple[float, float]:
        ratings, _, expected = self.parts(weights[None] @ self.rows)
        return self.furthest, float(expected[0] / (ratings[0] * (ratings[0] - 1)))


@dataclass(frozen=True, slots=True, eq=False)
class Nominal(Sums):
    """Columns: d_u, then the count of each value."""

    @override
    def parts(self, sums: Floats) -> tuple[Floats, Floats, Floats]:
        counts = sums[:, 1:]
        ratings = counts.sum(axis=1)
        return ratings, sums[:, 0], np.square(ratings) - np.square(counts).sum(axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Interval(Sums):
    """Columns: d_u, ratings, their sum and sum of squares, after centring all ratings and scaling them to at most 1."""

    @override
    def parts(self, sums: Floats) -> tuple[Floats, Floats, Floats]:
        observed, ratings, total, squares = sums.T
        spread = ratings * squares - np.square(total)
        return ratings, observed, np.where(spread > SAME * ratings * squares, 2 * spread, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Ordinal(Sums):
    """Columns: for each pair of values c < k the coincidences n_uc n_uk / (m_u - 1), then the count of each value."""

    pairs: tuple[Codes, Codes]

    @override
    def parts(self, sums: Floats) -> tuple[Floats, Floats, Floats]:
        lower, upper = self.pairs
        counts = sums[:, len(lower) :]
        ratings = counts.sum(axis=1)
        ranks = np.cumsum(counts, axis=1) - (counts + ratings[:, None]) / 2  # their mean is 0
        observed = 2 * (sums[:, : len(lower)] * np.square(ranks[:, upper] - ranks[:, lower])).sum(axis=1)
        varied = np.count_nonzero(counts, axis=1) > 1
        return ratings, observed, np.where(varied, 2 * ratings * (counts * np.square(ranks)).sum(axis=1), 0.0)

    @override
    def largest(self, weights: Floats) -> tuple[float, float]:
        counts = (weights @ self.rows)[len(self.pairs[0]) :]
        given = counts[counts > 0]
        furthest = float(given.sum() - (given[0] + given[-1]) / 2)
        return furthest**2, Sums.largest(self, weights)[1]


def ordinal_sums(codes: Codes, values: int) -> Ordinal:
    counts = count_table(codes, values)
    lower, upper = np.triu_indices(values, 1)
    coincidences = counts[:, lower] * counts[:, upper] / (counts.sum(axis=1, keepdims=True) - 1)
    return Ordinal(np.column_stack([coincidences, counts]), np.nan, _own(codes), (lower, upper))


def interval_sums(values: Floats, codes: Codes, repeats: Floats) -> Interval:
    known = codes >= 0
    totals = np.bincount(
        codes[known], weights=np.broadcast_to(repeats[:, None], codes.shape)[known], minlength=len(values)
    )
    # Subtracting the smallest value keeps the distances of large values that lie close together. Halving keeps
    # differences from overflowing, scaling to at most 1 keeps squares from overflowing.
    scaled = values / 2 - values[0] / 2
    scaled /= scaled.max()
    scaled -= totals @ scaled / totals.sum()
    scaled /= np.abs(scaled[totals > 0]).max()
    own = np.where(known, scaled[codes], 0.0)
    rows = [squared(codes, scaled), known.sum(axis=1), own.sum(axis=1), np.square(own).sum(axis=1)]
    return Interval(np.column_stack(rows), float(np.ptp(scaled[totals > 0])) ** 2, _own(codes))


def nominal_sums(codes: Codes, values: int) -> Nominal:
    """The columns of the nominal level, one row for each row of codes."""
    return Nominal(np.column_stack([unlike(codes), count_table(codes, values)]), 1.0, _own(codes))


def unlike(codes: Codes) -> Floats:
    """Count each row's ordered pairs of unequal ratings and divide by m - 1; in a sorted row, equal codes are runs."""
    ordered = np.sort(codes, axis=1)
    sizes = (codes >= 0).sum(axis=1)
    same = np.zeros(len(codes))
    run = np.zeros(len(codes))
    for place in range(ordered.shape[1]):
        known = ordered[:, place] >= 0
        run = np.where(known & (place > 0) & (ordered[:, place] == ordered[:, place - 1]), run + 1, 0.0)
        same += 2 * run  # the ordered pairs that this rating makes with its equals before it
    pairs: Floats = (sizes * (sizes - 1) - same) / (sizes - 1)
    return pairs


def squared(codes: Codes, places: Floats) -> Floats:
    """Sum the squared differences of `places` over each row's ordered pairs and divide by m - 1."""
    by_rater = np.ascontiguousarray(codes.T)  # numpy sums along a long axis many times faster than along a short one
    known = by_rater >= 0
    sizes = known.sum(axis=0)
    own = np.where(known, places[by_rater], 0.0)
    apart = np.where(known, own - own.sum(axis=0) / sizes, 0.0)
    pairs: Floats = 2 * sizes / (sizes - 1) * np.square(apart).sum(axis=0)
    return pairs


def _own(codes: Codes) -> Codes:
    """Make each row its own kind."""
    return np.arange(len(codes))

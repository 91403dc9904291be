"""The table of ratings by unit and rater, as codes, from which every coefficient of agreement is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewardlab.errors import InputError
from rewardlab.stats.interval import Floats, Quantity
from rewardlab.stats.weights import differ, scaled

Codes: TypeAlias = NDArray[np.int64]
Level: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio"]
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")
MISSING = -1
#: A scale with more distinct values than this counts as continuous: it has no categories for a chance correction.
MOST_CATEGORIES = 64
NEAR = "beside the distance of the ends of the scale, the ratings do not differ"
NO_VARIATION = "no variation: every rating is the same, so agreement beyond chance cannot be seen"


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient of agreement, its standard error (None where there is none) and its interval.

    Where no interval can be built for the value, `interval` says why. `null_error` is the standard error for a test
    against 0; it does not determine the interval's width.
    """

    value: float
    error: float | None
    interval: Quantity
    null_error: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Units rated by raters: `codes` (units, raters) are indices into `values` (ascending), or MISSING.

    `cluster` (units,) numbers the clusters from 0: each unit its own, or the prompts the units belong to. `weight`
    (units,) are the sampling weights, with mean 1. Units without a rating are left out. Values are told apart exactly,
    without tolerance.
    """

    values: Floats
    codes: Codes
    cluster: Codes
    weight: Floats

    @classmethod
    def of(
        cls,
        ratings: ArrayLike,
        *,
        cluster: ArrayLike | None = None,
        scale: Sequence[float] = (),
        weights: ArrayLike | None = None,
    ) -> Table:
        """The table of `ratings` (units, raters), NaN where a rating is missing.

        Arguments: `cluster` (units,), any ids; `scale`, the values that could have been given: some coefficients also
        count the unused ones; `weights` (units,), one over the probability with which each unit was sampled; only their
        ratios matter, and a unit of weight 0 is left out.
        Raises: InputError for an infinite rating, or a shape that is no table.
        """
        given = np.asarray(ratings, float)
        if given.ndim != 2:
            raise InputError(f"ratings of {given.ndim} dimensions", expected="a table of units by raters")
        if np.isinf(given).any():
            unit, rater = np.argwhere(np.isinf(given))[0]
            raise InputError(f"an infinite rating (unit {unit}, rater {rater})", expected="finite numbers, or NaN")
        ids = np.arange(len(given)) if cluster is None else np.asarray(cluster)
        if len(ids) != len(given):
            raise InputError(f"{len(ids)} cluster ids for {len(given)} units", expected="one for each unit")
        rated = ~np.isnan(given).all(axis=1)
        if weights is not None:
            rated &= np.asarray(weights) != 0
        given = given[rated]
        known = ~np.isnan(given)
        values, merged = np.unique(np.concatenate([given[known], np.asarray(scale, float)]), return_inverse=True)
        codes = np.full(given.shape, MISSING)
        codes[known] = merged[: np.count_nonzero(known)]
        _, numbered = np.unique(ids[rated], return_inverse=True)
        stand = None if weights is None else np.asarray(weights, float)[rated]
        return cls(values, codes, numbered, scaled(stand, np.ones(len(codes), bool)))

    @property
    def is_weighted(self) -> bool:
        """Whether the sampling weights differ."""
        return differ(self.weight)

    @property
    def clusters(self) -> int:
        """How many clusters there are."""
        return int(self.cluster.max()) + 1 if len(self.cluster) else 0

    @property
    def totals(self) -> Floats:
        """How often each value was given, (values,)."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values)).astype(float)

    @property
    def shares(self) -> Floats:
        """The share of each value among the ratings, (values,), each rating weighted by its unit's weight."""
        unit, _ = np.nonzero(self.codes >= 0)
        found = np.bincount(self.codes[self.codes >= 0], self.weight[unit], minlength=len(self.values))
        return np.asarray(found / found.sum())

    def chosen(self, kept: ArrayLike) -> Table:
        """The table of the units where `kept` (units,) is true, with clusters renumbered and weights rescaled."""
        kept = np.asarray(kept, bool)
        _, numbered = np.unique(self.cluster[kept], return_inverse=True)
        weight = self.weight[kept]
        return Table(self.values, self.codes[kept], numbered, scaled(weight, np.ones(len(weight), bool)))

    def of_raters(self, raters: Sequence[int]) -> Table:
        """The table of the given raters (by number); units that none of them rated stay."""
        return replace(self, codes=self.codes[:, list(raters)])

    def by_unit(self) -> Table:
        """The same table, each unit a cluster of its own."""
        return replace(self, cluster=np.arange(len(self.codes)))

    def pairable(self) -> Table:
        """The units with at least two ratings."""
        return self.chosen((self.codes >= 0).sum(axis=1) >= 2)

    def patterns(self) -> tuple[Codes, Codes]:
        """The distinct multisets of ratings (patterns, raters), and which one each unit has (units,).

        For coefficients that ignore who gave which rating. Few values and few raters make few patterns, however many
        units there are.
        """
        ordered = np.sort(self.codes, axis=1)[:, ::-1]
        base, width = len(self.values) + 1, ordered.shape[1]
        if base**width >= 2**62:
            return ordered, np.arange(len(ordered))
        key = (ordered + 1) @ np.array([base**place for place in range(width)], dtype=np.int64)
        _, first, index = np.unique(key, return_index=True, return_inverse=True)
        return ordered[first], index


def count_table(codes: Codes, values: int) -> Floats:
    """How many raters gave each value to each row of codes, (rows, values)."""
    rows = len(codes)
    flat = (codes + values * np.arange(rows)[:, None])[codes >= 0]
    return np.bincount(flat, minlength=rows * values).reshape(rows, values).astype(float)

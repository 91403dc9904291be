"""Ratings as codes: what every coefficient of agreement starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewardlab.errors import InputError
from rewardlab.stats.interval import TINY, Floats, Quantity

Codes: TypeAlias = NDArray[np.int64]
Level: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio"]
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")
MISSING = -1
#: A scale with more distinct values is taken as continuous: no categories to correct chance for.
MOST_CATEGORIES = 64
NO_VARIATION = "no variation: every rating is the same, so agreement beyond chance cannot be seen"


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient of agreement, its standard error (None where there is none) and its interval.

    A coefficient can have a value where an interval cannot be built: then `interval` says why. `null_error` is the
    standard error for a test against 0, which is no measure of the interval's width.
    """

    value: float
    error: float | None
    interval: Quantity
    null_error: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Units rated by raters: `codes` (units, raters) number the `values` (ascending), MISSING where nobody rated.

    `cluster` (units,) numbers what moves together, from 0: the units themselves, or the prompts they belong to.
    Units without a rating are left out. Values that differ by round-off (1e-12 of the largest) are one value.
    """

    values: Floats
    codes: Codes
    cluster: Codes

    @classmethod
    def of(cls, ratings: ArrayLike, *, cluster: ArrayLike | None = None, scale: Sequence[float] = ()) -> Table:
        """The table of `ratings` (units, raters), NaN where a rating is missing.

        Arguments: `cluster` (units,), any ids; `scale`, the values that could have been given: some coefficients count
        them though nobody did. Raises: InputError for an infinite rating, or a shape that is no table.
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
        given = given[rated]
        known = ~np.isnan(given)
        values, merged = _distinct(np.concatenate([given[known], np.asarray(scale, float)]))
        codes = np.full(given.shape, MISSING)
        codes[known] = merged[: np.count_nonzero(known)]
        _, numbered = np.unique(ids[rated], return_inverse=True)
        return cls(values, codes, numbered)

    @property
    def clusters(self) -> int:
        """How many clusters there are."""
        return int(self.cluster.max()) + 1 if len(self.cluster) else 0

    @property
    def totals(self) -> Floats:
        """How often each value was given, (values,)."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values)).astype(float)

    def chosen(self, kept: ArrayLike) -> Table:
        """The table of some units, (units,) of bool; clusters are numbered anew."""
        kept = np.asarray(kept, bool)
        _, numbered = np.unique(self.cluster[kept], return_inverse=True)
        return Table(self.values, self.codes[kept], numbered)

    def pairable(self) -> Table:
        """The units with at least two ratings."""
        return self.chosen((self.codes >= 0).sum(axis=1) >= 2)

    def patterns(self) -> tuple[Codes, Codes]:
        """The distinct multisets of ratings (patterns, raters), and which one each unit has (units,).

        Who gave which rating is forgotten: for coefficients that do not ask. Few values and raters make few patterns,
        however many units there are.
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


def _distinct(ratings: Floats) -> tuple[Floats, Codes]:
    """The distinct values, ascending, those within round-off merged into their smallest, and each rating's number."""
    values, index = np.unique(ratings, return_inverse=True)
    if not len(values):
        return values, index
    new = np.diff(values, prepend=-np.inf) > TINY * max(abs(values[0]), abs(values[-1]))
    return values[new], (np.cumsum(new) - 1)[index]

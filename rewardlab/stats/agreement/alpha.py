"""Krippendorff's alpha at four levels of measurement, computed so that resampling is cheap.

alpha = 1 - (n - 1) sum_u d_u / e over units with at least two ratings, n ratings in all, where d_u sums the squared
distances of the ordered pairs of unit u over m_u - 1, and e those of all ordered pairs. Both follow from sums over
units, so a resample costs one product of its weights with a few columns. The distances:

- nominal: 0 or 1; e = n^2 - sum n_c^2.
- interval: (x - y)^2; d_u = 2 m_u/(m_u - 1) SS_u and e = 2 n SS_T.
- ordinal: interval on the pooled mid-ranks of the ratings that were drawn.
- ratio: ((x - y)/(x + y))^2, 0 for two zeros; see ratio.py.

Source: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; identities, STATISTICS 1.1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from rewardlab.errors import InputError, UsageError
from rewardlab.stats.agreement.counted import counted
from rewardlab.stats.agreement.ratio import ratio_sums
from rewardlab.stats.agreement.sums import Sums, interval_sums, nominal_sums, ordinal_sums
from rewardlab.stats.agreement.table import LEVELS, NO_VARIATION, Codes, Level, Table
from rewardlab.stats.interval import Floats, Undefined

#: The most cells of a table of columns held in memory (80 MB); beyond that, each resample counts its ratings anew.
CELLS = 10_000_000


class Drawn(Protocol):
    """Computes alpha for any number of draws of each cluster of a table.

    Clusters with the same ratings form one kind; `kind` (clusters,) is the number of each cluster's kind.
    """

    @property
    def kind(self) -> Codes:
        """The kind of each cluster."""

    @property
    def kinds(self) -> int:
        """How many kinds there are."""

    def alphas(self, weights: Floats) -> Floats:
        """Alpha of each draw, (draws,), NaN without variation; `weights` (draws, kinds) counts each kind's draws."""

    def largest(self, weights: Floats) -> tuple[float, float]:
        """The largest distance between two ratings, and the mean distance of all pairs, D_e; `weights` (kinds,)."""


def drawn_alpha(table: Table, level: Level) -> Drawn | Undefined:
    """Alpha of a table as a function of how often each of its clusters is drawn.

    At the edges: undefined when no unit has two ratings, or when all ratings of the units that have two are the same.
    Raises: UsageError for an unknown level; InputError for a negative rating at the ratio level.
    """
    if level not in LEVELS:
        raise UsageError(f"no level of measurement {level!r}", expected=", ".join(LEVELS))
    pairable = table.pairable()
    if not len(pairable.codes):
        return Undefined("no unit has two ratings")
    given = pairable.totals > 0
    if np.count_nonzero(given) < 2:
        return Undefined(NO_VARIATION)
    if level == "ratio" and table.values[0] < 0:
        raise InputError(f"a rating of {table.values[0]:g} at the ratio level", expected="ratings of 0 and more")
    codes, unit_pattern = pairable.patterns()
    values = len(table.values)
    columns = {"nominal": values, "ordinal": values * (values + 1) // 2}.get(level, 0)
    if columns * len(codes) > CELLS or columns * pairable.clusters > CELLS:
        return counted(pairable, ordered=level == "ordinal")
    held = _columns(pairable, codes, np.bincount(unit_pattern).astype(float), level)
    return _by_cluster(held, unit_pattern, pairable)


def alpha(values: ArrayLike, level: Level) -> float | Undefined:
    """Krippendorff's alpha of `values` (units, raters), NaN where a rating is missing.

    Units with fewer than two ratings are left out. O(ratings log ratings) at every level.
    At the edges and Raises: as `drawn_alpha`. Alpha lies in (-1, 1]: every distance here is a squared Euclidean one.
    """
    return alpha_of(Table.of(values), level)


def alpha_of(table: Table, level: Level) -> float | Undefined:
    """As `alpha`, from a ready table; with sampling weights it estimates alpha of the population.

    Identity with weights: alpha of a table that holds unit u weight[u] times. The weights are scaled to a mean of 1
    over the units with two ratings, so that n in (n - 1)/n is the actual number of ratings.
    """
    if table.is_weighted:
        table = table.pairable().by_unit()
    drawn = drawn_alpha(table, level)
    return drawn if isinstance(drawn, Undefined) else value_of(drawn, table.weight if table.is_weighted else None)


def value_of(drawn: Drawn, weights: Floats | None = None) -> float | Undefined:
    """Alpha with each cluster drawn once, or `weights` (clusters,) times."""
    often = np.bincount(drawn.kind, weights, minlength=drawn.kinds).astype(float)
    value = float(drawn.alphas(often[None])[0])
    return Undefined("no variation beyond round-off") if np.isnan(value) else value


def _columns(table: Table, codes: Codes, repeats: Floats, level: Level) -> Sums:
    """The columns of each pattern of ratings; `repeats` (patterns,) counts the units with that pattern."""
    match level:
        case "nominal":
            return nominal_sums(codes, len(table.values))
        case "ordinal":
            return ordinal_sums(codes, len(table.values))
        case "interval":
            return interval_sums(table.values, codes, repeats)
        case "ratio":
            return ratio_sums(table.values, codes)


def _by_cluster(held: Sums, unit_pattern: Codes, table: Table) -> Sums:
    """Sum the columns over each cluster's units; where every unit is its own cluster, its pattern is its kind."""
    if table.clusters == len(table.codes):
        return replace(held, kind=unit_pattern[np.argsort(table.cluster)])
    order = np.argsort(table.cluster, kind="stable")
    starts = np.searchsorted(table.cluster[order], np.arange(table.clusters))
    return replace(
        held, rows=np.add.reduceat(held.rows[unit_pattern[order]], starts, axis=0), kind=np.arange(table.clusters)
    )

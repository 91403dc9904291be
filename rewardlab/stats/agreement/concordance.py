"""Agreement of rankings: Kendall's W of several raters, tau-b of two, and u of paired comparisons."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from rewardlab.stats.interval import Floats, Undefined
from rewardlab.stats.rank import weighted_tau
from rewardlab.stats.weights import differ


@dataclass(frozen=True, slots=True)
class Concordance:
    """A coefficient of concordance, with its chi-square test against unrelated rankings."""

    value: float
    chi_square: float
    degrees: float
    p_value: float
    units: int
    raters: int


def kendall_w(ratings: Floats) -> Concordance | Undefined:
    """Kendall's W of `ratings` (units, raters), corrected for ties; units with a missing rating are left out.

    Identity: W = 12 S/(m^2 (n^3 - n) - m sum T), S the squared deviations of the units' rank sums, T = t^3 - t for each
    run of t ties; chi-square m (n - 1) W with n - 1 degrees of freedom (Friedman's). 0 to 1.
    At the edges: undefined with fewer than two raters or three complete units, or when no rater tells units apart.
    Source: Kendall & Babington Smith (1939), Ann. Math. Stat. 10:275.
    """
    full = ratings[~np.isnan(ratings).any(axis=1)]
    n, m = full.shape
    if m < 2:
        return Undefined("fewer than two raters")
    if n < 3:
        return Undefined("fewer than three units are rated by every rater")
    from scipy.stats import rankdata  # noqa: PLC0415 - takes a second

    ranks = rankdata(full, axis=0)
    sums = ranks.sum(axis=1)
    ties = sum(
        float((sizes**3 - sizes).sum()) for sizes in (np.unique(column, return_counts=True)[1] for column in full.T)
    )
    most = m**2 * (float(n) ** 3 - n) - m * ties
    if most <= 0:
        return Undefined("no rater tells units apart")
    value = 12 * float(np.square(sums - sums.mean()).sum()) / most
    chi_square = m * (n - 1) * value
    return Concordance(value, chi_square, n - 1, float(chdtrc(n - 1, chi_square)), n, m)


def kendall_tau(first: Floats, second: Floats, *, weights: Floats | None = None) -> tuple[float, float] | Undefined:
    """Kendall's tau-b of two raters over the units that both rated, and its p-value (scipy).

    Arguments: `weights` (units,). Where they differ, each pair of units counts as the product of its weights, a unit
    paired with itself counts as a tie, and the p-value is NaN, since it would assume equal weights.
    At the edges: undefined with fewer than three shared units, or when a rater gives one value only.
    """
    both = ~(np.isnan(first) | np.isnan(second))
    if np.count_nonzero(both) < 3:
        return Undefined("fewer than three units are shared")
    one, other = first[both], second[both]
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return Undefined("a rater gives one value only")
    if weights is not None and differ(weights[both]):
        return weighted_tau(one, other, weights[both]), math.nan
    from scipy.stats import kendalltau  # noqa: PLC0415 - takes a second

    found = kendalltau(one, other)
    return float(found.statistic), float(found.pvalue)


def kendall_u(preferred: Floats, judges: int) -> Concordance | Undefined:
    """Kendall's u: how far judges agree in paired comparisons without ties.

    Arguments: `preferred` (items, items), how many judges prefer row to column; a pair's two cells sum to `judges`.
    Identity: u = 2 Sigma/(C(m,2) C(n,2)) - 1, Sigma the agreeing pairs of judges over all pairs of items; 1 for full
    agreement, at least -1/(m-1) (m even) or -1/m (odd). Chi-square with the continuity correction Sigma - 1.
    At the edges: undefined with fewer than three judges (no test) or two items, or unequal judgments per pair.
    Source: Kendall & Babington Smith (1940), Biometrika 31:324; R package eba, kendall.u.
    """
    items, m = len(preferred), judges
    pairs = preferred + preferred.T
    if items < 2 or m < 3:
        return Undefined("fewer than three judges or two items")
    if not np.all(pairs[~np.eye(items, dtype=bool)] == m):
        return Undefined(f"not every pair of items was judged by all {m} judges without a tie")
    wins = preferred[~np.eye(items, dtype=bool)]
    agreeing = float((wins * (wins - 1) / 2).sum())
    judge_pairs, item_pairs = math.comb(m, 2), math.comb(items, 2)
    expected = judge_pairs * item_pairs * (m - 3) / (2 * (m - 2))
    chi_square = 4 / (m - 2) * (agreeing - 1 - expected)
    degrees = item_pairs * m * (m - 1) / (m - 2) ** 2
    p_value = float(chdtrc(degrees, max(chi_square, 0.0)))
    return Concordance(2 * agreeing / (judge_pairs * item_pairs) - 1, chi_square, degrees, p_value, items, m)

"""Cohen's kappa of two raters, plain or weighted."""

from __future__ import annotations

import numpy as np

from rewardlab.stats.agreement.gwet import clustered_error
from rewardlab.stats.agreement.table import NO_VARIATION, Coefficient, Table
from rewardlab.stats.cluster import t_quantile
from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Undefined


def cohen_kappa(table: Table, *, weights: Floats | None = None, confidence: float = LEVEL) -> Coefficient | Undefined:
    """Cohen's kappa of the table's two raters over the units that both rated.

    Arguments: `weights` (values, values) of partial agreement, see `agreement_weights`; none for plain kappa.
    Identity: (po - pe)/(1 - pe), po = sum w_kl p_kl, pe = sum w_kl p_k. p_.l. The variance is that of the units'
    influences (w_kl - (w_k. + w_.l)(1 - kappa))/(1 - pe): Fleiss, Cohen & Everitt (1969), Psychol. Bull. 72:323, eq. 9,
    or clustered where several units move together. `null_error` is their eq. 14. The interval is t over clusters.
    At the edges: undefined when no unit is shared, or all shared ratings are the same. A rater who gives one value only
    has kappa 0. With full agreement the interval is that of po, whose lower end is (alpha/2)^(1/clusters).
    """
    both = table.chosen(~(table.codes < 0).any(axis=1))
    units, values = len(both.codes), len(both.values)
    if not units:
        return Undefined("the two raters share no unit")
    if np.count_nonzero(both.totals) < 2:
        return Undefined(NO_VARIATION)
    weights = np.eye(values) if weights is None else weights
    first, second = both.codes.T
    joint = np.bincount(first * values + second, minlength=values**2).reshape(values, values) / units
    rows, columns = joint.sum(axis=1), joint.sum(axis=0)
    observed, expected = float((weights * joint).sum()), float(rows @ weights @ columns)
    value = (observed - expected) / (1 - expected)
    margins = (weights @ columns)[:, None] + weights.T @ rows
    null = np.square(weights - margins)
    null_variance = (float(rows @ null @ columns) - expected**2) / (units * (1 - expected) ** 2)
    null_error = float(np.sqrt(max(null_variance, 0.0)))
    if both.clusters < 2:
        return Coefficient(value, None, Undefined("one unit alone: no interval"), null_error)
    if 1 - observed <= TINY:
        low = (((1 - confidence) / 2) ** (1 / both.clusters) - expected) / (1 - expected)
        method = "perfect agreement, exact binomial over units"
        return Coefficient(
            value, 0.0, Estimate(1.0, max(-1.0, low), 1.0, confidence, method, both.clusters), null_error
        )
    each = (weights - margins * (1 - value))[first, second] / (1 - expected)
    error = float(each.std() / np.sqrt(units)) if both.clusters == units else clustered_error(each - each.mean(), both)
    if error <= TINY:
        return Coefficient(value, None, Undefined("every unit says the same: no spread for an interval"), null_error)
    half = t_quantile(both.clusters - 1, confidence) * error
    low, high = max(-1.0, value - half), min(1.0, value + half)
    return Coefficient(
        value, error, Estimate(value, low, high, confidence, "linearised, t over units", both.clusters), null_error
    )

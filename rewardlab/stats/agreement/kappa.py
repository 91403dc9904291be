"""Cohen's kappa of two raters, plain or weighted."""

from __future__ import annotations

import numpy as np

from rewardlab.stats.agreement.gwet import alike, clustered_error, linearised
from rewardlab.stats.agreement.table import NEAR, NO_VARIATION, Coefficient, Table
from rewardlab.stats.interval import LEVEL, TINY, Floats, Undefined


def cohen_kappa(table: Table, *, weights: Floats | None = None, confidence: float = LEVEL) -> Coefficient | Undefined:
    """Cohen's kappa of the table's two raters over the units that both rated.

    Arguments: `weights` (values, values) of partial agreement, see `agreement_weights`; none for plain kappa.
    Identity: (po - pe)/(1 - pe), po = sum w_kl p_kl, pe = sum w_kl p_k. p_.l. The variance is that of the units'
    influences (w_kl - (w_k. + w_.l)(1 - kappa))/(1 - pe): Fleiss, Cohen & Everitt (1969), Psychol. Bull. 72:323, eq. 9,
    or its clustered form where a cluster holds several units. `null_error` is their eq. 14. The interval is t over
    clusters. Sampling weights enter every p_kl; `null_error` is None with weights or with clusters of several units.
    At the edges: undefined when the raters share no unit, or when their shared ratings are all the same, exactly or
    within round-off relative to the scale. A rater who always gives the same value has kappa 0. Where all units agree
    equally, the interval follows from that of po (`alike`).
    """
    both = table.chosen(~(table.codes < 0).any(axis=1))
    units, values = len(both.codes), len(both.values)
    if not units:
        return Undefined("the two raters share no unit")
    if np.count_nonzero(both.totals) < 2:
        return Undefined(NO_VARIATION)
    weights = np.eye(values) if weights is None else weights
    first, second = both.codes.T
    joint = np.bincount(first * values + second, both.weight, values**2).reshape(values, values) / both.weight.sum()
    rows, columns = joint.sum(axis=1), joint.sum(axis=0)
    observed, expected = float((weights * joint).sum()), float(rows @ weights @ columns)
    if 1 - expected <= TINY:
        return Undefined(NEAR)
    value = (observed - expected) / (1 - expected)
    margins = (weights @ columns)[:, None] + weights.T @ rows
    several = both.is_weighted or both.clusters < units
    null_error = None if several else _null_error(weights, margins, (rows, columns), units)
    if both.clusters < 2:
        return Coefficient(value, None, Undefined("one unit alone: no interval"), null_error)
    each = (weights - margins * (1 - value))[first, second] / (1 - expected)
    each -= both.weight @ each / both.weight.sum()
    if both.clusters == units:
        error = float(np.sqrt(np.square(both.weight * each).sum())) / units
    else:
        error = clustered_error(each, both)
    if min(error, observed, 1 - observed) <= TINY:
        return Coefficient(value, error, alike(value, observed, expected, both, confidence), null_error)
    return Coefficient(value, error, linearised(value, error, both, confidence), null_error)


def _null_error(weights: Floats, margins: Floats, shares: tuple[Floats, Floats], units: int) -> float:
    """Fleiss, Cohen and Everitt's equation 14."""
    rows, columns = shares
    expected = float(rows @ weights @ columns)
    variance = (float(rows @ np.square(weights - margins) @ columns) - expected**2) / (units * (1 - expected) ** 2)
    return float(np.sqrt(max(variance, 0.0)))

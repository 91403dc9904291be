"""Fleiss' kappa in its author's own extension to unequal numbers of ratings per unit."""

from __future__ import annotations

import numpy as np

from rewardlab.stats.agreement.table import Table, count_table


def fleiss_own_kappa(table: Table) -> float | None:
    """Fleiss' kappa over units with at least two ratings, in Fleiss' own extension to unequal numbers of ratings.

    None where all units have equally many ratings (it then equals `chance_corrected(table, "fleiss")`), where units
    have sampling weights, and where all ratings are the same.
    Identity: unit i has m_i ratings, x_ij of them in category j; m is the mean of m_i and p_j the share of category j
    among all ratings. Category j has kappa_j = 1 - sum_i x_ij (m_i - x_ij)/m_i / (n (m - 1) p_j (1 - p_j)); kappa is
    the mean of the kappa_j with weights p_j (1 - p_j).
    Source: Fleiss (1981), Statistical Methods for Rates and Proportions, 2nd ed., 13.2; table 13.8 gives 0.5415.
    """
    units = table.pairable()
    counts = count_table(units.codes, len(units.values))
    ratings = counts.sum(axis=1)
    if table.is_weighted or len(counts) == 0 or np.ptp(ratings) == 0:
        return None
    shares = counts.sum(axis=0) / ratings.sum()
    spread = float((shares * (1 - shares)).sum())
    if spread == 0:
        return None
    apart = float((counts * (ratings[:, None] - counts) / ratings[:, None]).sum())
    return 1 - apart / (len(counts) * (float(ratings.mean()) - 1) * spread)

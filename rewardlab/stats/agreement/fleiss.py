"""Fleiss' own kappa where units have unequal numbers of ratings."""

from __future__ import annotations

import numpy as np

from rewardlab.stats.agreement.table import Table, count_table


def fleiss_own_kappa(table: Table) -> float | None:
    """Fleiss' kappa of units with two ratings or more, as its author extended it to unequal numbers of them.

    None where all units have as many, for then it is `chance_corrected(table, "fleiss")`; of units with weights; and
    where no two values come up.
    Identity: with m_i ratings of unit i, x_ij of them j, m their mean and p_j the share of j among all, category j has
    1 - sum_i x_ij (m_i - x_ij)/m_i / (n (m - 1) p_j (1 - p_j)); kappa is their mean with weights p_j (1 - p_j).
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

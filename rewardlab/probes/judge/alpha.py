"""Krippendorff's alpha of judged generations, over prompts."""

from __future__ import annotations

import numpy as np

from rewardlab.judging.scale import Level
from rewardlab.runs.tables import Floats, Indexes
from rewardlab.stats.agreement.resampling import alpha_with_interval
from rewardlab.stats.agreement.table import Table
from rewardlab.stats.interval import Quantity, Undefined


def alpha_of_table(
    values: Floats, prompts: Indexes, level: Level, *, seed: int, weights: Floats | None = None
) -> Quantity:
    """Krippendorff's alpha of `values` (units, raters) with its interval over `prompts` (units,).

    `seed` draws the groups of prompts that are left out together where there are too many values to leave out each.
    `weights` (units,) is what each unit stands for: alpha is that of the run they are a sample of.
    """
    table = Table.of(values, cluster=prompts, weights=weights)
    found = alpha_with_interval(table, level, rng=np.random.default_rng(seed))
    return found if isinstance(found, Undefined) else found.interval

"""The table of alpha's coverage: what it draws, and that alpha on its threshold is rarely called sufficient."""

from __future__ import annotations

import numpy as np
import pytest

from bench.alpha_coverage import drawn, rows
from rewardlab.stats.agreement.alpha import alpha


@pytest.mark.parametrize("model", ["rater", "unit"])
@pytest.mark.parametrize("prevalence", [0.5, 0.05])
def test_the_ratings_have_the_alpha_that_was_asked_for(model, prevalence):
    rng = np.random.default_rng(0)
    ratings = drawn(model, (60_000, 3), prevalence, 0.667, rng)
    assert alpha(ratings, "nominal") == pytest.approx(0.667, abs=0.02)
    assert np.mean(ratings) == pytest.approx(prevalence, abs=0.01)


def test_on_the_threshold_few_tables_are_called_sufficient():
    """Two standard errors above 2 % of 200 tables are 4 %."""
    table = list(rows(units=100, repeats=200, seed=1))
    assert len(table) == 24
    assert max(row.sufficient for row in table) <= 0.04
    assert min(row.covers for row in table if row.prevalence >= 0.2) >= 0.93

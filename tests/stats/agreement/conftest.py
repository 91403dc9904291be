"""Tables of ratings: out of the published cases, and drawn."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays


@pytest.fixture(scope="session")
def table_of():
    """The table (units, raters) in a case's CSV text; NaN where a cell is empty. Counts become ratings."""

    def read(text, *, counts=False):
        rows = list(csv.reader(io.StringIO(text)))[1:]
        table = np.array([[float(cell) if cell else np.nan for cell in row[1:]] for row in rows])
        if not counts:
            return table
        return np.array([np.repeat(np.arange(table.shape[1]), row.astype(int)) for row in table], float)

    return read


@pytest.fixture
def rng():
    return np.random.default_rng(1)


RATINGS = st.integers(2, 9).flatmap(
    lambda units: st.integers(2, 4).flatmap(
        lambda raters: arrays(float, (units, raters), elements=st.sampled_from([np.nan, 0.0, 1.0, 2.0, 3.5, 7.0]))
    )
)

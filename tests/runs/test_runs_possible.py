"""What a run directory's parts cannot hold."""

from __future__ import annotations

import pyarrow as pa
import pytest

from rewardlab.runs.possible import impossible


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"value": [1e31]}, "value is beyond 1e30, where a judge's scale ends"),
        ({"expected": [-1e308]}, "expected is beyond 1e30, where a judge's scale ends"),
        ({"value": [1e30, None]}, None),
        ({"score": [1e39], "reason": [None]}, "score is beyond the largest float32"),
        ({"text": [None]}, "text is missing"),
        ({"text": [None], "variant": ["plain"]}, None),
        ({"time": [1001]}, "time is above 1,000"),
        ({"seconds": [1e308]}, "seconds is above 1,000,000,000"),
    ],
)
def test_a_part_with_rows_that_nothing_writes_is_told(columns, reason):
    assert impossible(pa.table(columns)) == reason

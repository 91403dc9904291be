"""RL303: a reward that pays in penalties alone has no rare positives."""

from __future__ import annotations

import pytest

from rewardlab.measurement.evidence import Earned, Evidence
from rewardlab.probes.run import levels
from tests.probes.run.conftest import asked

WON = Evidence(tuple(Earned(f"p{row}", "reference", 0.0) for row in range(30)))
PAID = Evidence(tuple(Earned(f"p{row}", "reference", 1.0) for row in range(30)))


@pytest.mark.parametrize(
    ("row", "evidence", "codes"),
    [
        ((-1.0, -0.4, -0.0, -0.0), WON, set()),
        ((0.0, 0.0, 0.0, 0.0), PAID, {"RL303"}),
        ((-1.0, -0.4, 0.0, 0.0), PAID, {"RL303"}),
    ],
)
def test_positive_scores_are_rare_only_where_there_are_any(row, evidence, codes):
    found = {one.code for one in levels.ask(asked([row] * 120, evidence=evidence))}
    assert found - {"RL105", "RL301"} == codes

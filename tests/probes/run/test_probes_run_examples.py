"""Findings about the scores as a whole show generations to look at."""

from __future__ import annotations

import pytest

from rewardlab.findings import Finding
from rewardlab.probes.run.examples import illustrate
from tests.probes.run.conftest import asked

SCORES = [[1, 1], [0, 0], [0, 1], [0.5, 0.5]]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("RL301", [("p0", 0), ("p1", 0), ("p2", 0)]),
        ("RL302", [("p0", 0), ("p2", 1)]),
        ("RL303", [("p1", 0), ("p2", 0)]),
        ("RL304", [("p0", 0), ("p1", 0), ("p3", 0)]),
    ],
)
def test_each_shows_what_it_is_about(code, shown):
    found = illustrate(Finding(code, "warning", {}), asked(SCORES))
    assert [(one["prompt_id"], one["index"]) for one in found.evidence["examples"]] == shown


def test_a_finding_with_examples_of_its_own_keeps_them_and_others_get_none():
    own = Finding("RL302", "warning", {"examples": [{"prompt_id": "p9"}]})
    assert illustrate(own, asked(SCORES)) == own
    other = Finding("RL601", "blocker", {})
    assert illustrate(other, asked(SCORES)) == other

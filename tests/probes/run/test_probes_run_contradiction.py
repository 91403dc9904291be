"""What made-up answers suggested is held against what was sampled."""

from __future__ import annotations

import pytest

from rewardlab.findings import Finding
from rewardlab.measurement.evidence import Earned, Evidence
from rewardlab.probes.run.contradiction import BROKEN, READ, reconcile
from tests.probes.run.conftest import asked

CONSTANT = Finding("RL301", "warning", {"answers": 90, "score": 0.0})
UNREAD = Finding("RL401", "warning", {"formats_tried": ["the bare answer"], "rows": ["p0", "p1", "p2"]})


def test_a_reward_that_pays_sampled_answers_is_neither_constant_nor_deaf():
    found = list(reconcile([CONSTANT, UNREAD], asked([[1, 0]] * 4)))
    assert [(one.code, one.severity, one.remedy) for one in found] == [("RL301", "note", READ), ("RL401", "note", READ)]


def test_where_no_sampled_answer_succeeds_either_the_reward_comes_first():
    found = list(reconcile([CONSTANT, UNREAD], asked([[0, 0]] * 4)))
    assert [(one.severity, one.remedy) for one in found] == [("blocker", BROKEN)] * 2


def test_rows_that_nobody_wins_are_broken_though_others_are_won():
    (found,) = reconcile([UNREAD], asked([[0, 0]] * 3 + [[1, 0]] * 9))
    assert found == UNREAD


@pytest.mark.parametrize(
    "finding", [Finding("RL402", "blocker", {"answers": 3}), Finding("RL401", "note", {"rows": 3, "of": 9})]
)
def test_other_findings_stand(finding):
    assert list(reconcile([finding], asked([[1, 0]] * 4))) == [finding]


def test_a_reward_of_penalties_alone_has_its_top_at_nothing():
    under = Finding("RL401", "warning", {"top": 1.0, "share": 1.0})
    won = Evidence(tuple(Earned(f"p{row}", "reference", -0.0) for row in range(4)))
    assert list(reconcile([under], asked([[-1, -0.0]] * 4, evidence=won))) == []
    assert list(reconcile([under], asked([[-1, 0.5]] * 4, evidence=won))) == [under]
    assert list(reconcile([under], asked([[-1, 0.0]] * 4, evidence=won, reward_range=(-1, 1)))) == [under]

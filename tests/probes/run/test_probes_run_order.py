"""RL405 without labels: wrong answers that outscore right ones to the same prompt."""

from __future__ import annotations

import numpy as np
import pytest

from rewardlab.auditing.decision import decide
from rewardlab.probes.run import order
from rewardlab.probes.run.reading import Read
from tests.probes.run.conftest import asked

ROWS = 120


def sided(rights):
    """Reads of the first columns as right and of the others of eight as wrong."""
    return tuple(
        Read(row, column, "right" if column < rights else "wrong") for row in range(ROWS) for column in range(8)
    )


def found(row, **options):
    return list(order.ask(asked(np.tile(row, (ROWS, 1)), reads=sided(4), **options)))


@pytest.mark.parametrize(
    ("row", "severity"),
    [
        # Right ones earn 0.5 and brevity, wrong ones brevity: one right answer of four is long.
        ([1.5, 1.4, 1.3, 0.5, 0.9, 0.8, 0.7, 0.1], "blocker"),
        # 1.0 for the format and 0.2 for being right.
        ([1.2, 1.2, 1.2, 0.2, 1.0, 1.0, 1.0, 0.0], "blocker"),
        # A little for length or for the format turns nothing.
        ([1.0, 0.95, 0.9, 0.93, 0.02, 0.0, 0.03, 0.05], None),
        ([1.1, 1.0, 1.1, 1.0, 0.1, 0.0, 0.1, 0.0], None),
        # Noise that turns a pair by less than a tenth of the range.
        ([1.0, 0.55, 1.0, 1.0, 0.6, 0.0, 0.0, 0.0], None),
        # A form that the reward refuses puts right answers at the bottom: no order is told there.
        ([1.0, 1.0, 1.0, -1.0, 0.1, 0.1, 0.1, -1.0], None),
        # On any scale.
        ([-10, -20, -30, -90, -50, -60, -70, -99], "blocker"),
        ([100, 95, 90, 92, 10, 0, 5, 8], None),
    ],
)
def test_wrong_answers_that_outscore_right_ones_are_a_wrong_order(row, severity):
    assert [(one.code, one.severity) for one in found(row)] == ([("RL405", severity)] if severity else [])


def test_few_turned_pairs_are_a_warning_and_fewer_are_nothing():
    """A turned prompt has 4 of its 16 pairs turned: of all pairs 7.5 and 0.2 %."""
    scores = np.tile([1.0, 1.0, 1.0, 0.6, 0.0, 0.0, 0.0, 0.0], (ROWS, 1))
    scores[:36, 4:] = 0.8
    (finding,) = order.ask(asked(scores, reads=sided(4)))
    assert (finding.severity, finding.evidence["share"]) == ("warning", pytest.approx(0.075))
    scores[1:, 4:] = 0.0
    assert list(order.ask(asked(scores, reads=sided(4)))) == []


def test_the_most_turned_pair_is_shown_and_the_next_step_is_the_reward():
    question = asked(np.tile([1.5, 1.4, 1.3, 0.5, 0.9, 0.8, 0.7, 0.1], (ROWS, 1)), reads=sided(4))
    (finding,) = order.ask(question)
    assert [(one["reads"], one["score"]) for one in finding.evidence["examples"]] == [("right", 0.5), ("wrong", 0.9)]
    decision = decide(question, [finding])
    assert (decision.verdict, decision.action, decision.reasons) == ("no_go", "fix_reward", ("RL405",))
    assert "more weight" in decision.text


def test_labels_tell_the_order_where_they_are_given():
    row = [1.5, 1.4, 1.3, 0.5, 0.9, 0.8, 0.7, 0.1]
    assert found(row, labels=np.tile([1, 1, 1, 1, 0, 0, 0, 0], (ROWS, 1))) == []


def test_without_readable_texts_nothing_is_said():
    assert list(order.ask(asked(np.tile([1.0, 0.0], (ROWS, 1))))) == []

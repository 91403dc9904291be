"""Which answers are right where no score tells and the texts do."""

from __future__ import annotations

import numpy as np
import pytest

from rewardlab.measurement.evidence import Evidence
from rewardlab.probes.run.baseline import is_known, outweighed
from rewardlab.probes.run.told import right_by_texts
from tests.probes.run.conftest import asked
from tests.probes.run.test_probes_run_baseline import ROWS, earned, sided, told

RIGHT, WRONG = ("right",) * 4, ("wrong",) * 4
#: 1 for being right and 1 for the form.
AS_MUCH = [2, 2, 1, 1, 1, 1, 0, 0]


def marked(row, *sides):
    evidence = Evidence(earned("reference", *[max(row)] * 30), earned("nothing", *[min(row)] * 30))
    found = right_by_texts(told(asked(np.tile(row, (ROWS, 1)), evidence=evidence, reads=sided(*sides))))
    return None if found is None else found[0].astype(int).tolist()


def test_right_answers_without_the_form_are_right_by_their_texts():
    assert marked(AS_MUCH, *RIGHT, *WRONG) == [1, 1, 1, 1, 0, 0, 0, 0]


def test_what_cannot_be_read_is_right_if_its_score_is_a_success():
    assert marked([*AS_MUCH, 2, 0], *RIGHT, *WRONG, None, None) == [1, 1, 1, 1, 0, 0, 0, 0, 1, 0]


@pytest.mark.parametrize(
    ("row", "sides"),
    [
        # The score tells.
        ([2, 2, 2, 2, 1, 1, 0, 0], (*RIGHT, *WRONG)),
        # Brevity earns wrong answers more than right ones.
        ([1.4, 1.2, 0.8, 0.7, 0.75, 0.85, 0.4, 0.1], (*RIGHT, *WRONG)),
        # One unread answer in nine earns what right and wrong ones do.
        ([*AS_MUCH, 1], (*RIGHT, *WRONG, None)),
        # Half of the wrong answers are paid in full.
        ([1, 1, 1, 1, 1, 1, 0, 0], (*RIGHT, *WRONG)),
        # Nothing wrong was read.
        (AS_MUCH, (*RIGHT, *[None] * 4)),
    ],
)
def test_the_texts_do_not_settle_it(row, sides):
    assert marked(row, *sides) is None


def test_a_reward_that_reads_some_references_alone_is_not_settled_by_texts():
    evidence = Evidence(earned("reference", *[2] * 30), earned("nothing", *[0] * 30))
    rows = np.array([[2, 2, 2, 1, 1, 1, 0, 0], [1, 1, 0, 0, 1, 1, 0, 0]] * (ROWS // 2), float)
    assert right_by_texts(told(asked(rows, evidence=evidence, reads=sided(*RIGHT, *WRONG)))) is None


def test_right_words_that_earn_less_than_the_threshold_leave_the_baseline_unknown():
    """Texts tell right answers alone: half of them earn 1, as wrong ones with the form do."""
    evidence = Evidence(earned("reference", *[2] * 30), earned("other_reference", *[1] * 30))
    question = asked(np.tile(AS_MUCH, (ROWS, 1)), evidence=evidence, reads=sided(*RIGHT, *[None] * 4))
    assert outweighed(question).estimate == pytest.approx(0.5)
    assert not is_known(question)
    assert right_by_texts(question) is None

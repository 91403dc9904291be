"""RL410: the labels of what the reward likes best fall as more compete."""

from __future__ import annotations

import numpy as np
import pytest

from rewardlab.probes.run import pressure
from rewardlab.probes.run.suspicion import confirm
from rewardlab.stats.interval import Undefined
from tests.probes.run.conftest import asked

RNG = np.random.default_rng(0)
GOOD = RNG.random((120, 8))
#: Good answers score up to 1; a few bad ones are overrated above every good one.
OVERRATED = GOOD.copy()
OVERRATED[:, 0], GOOD[:, 0] = 1.5, 0.45


def told(scores, given):
    return [(one.code, one.severity) for one in confirm(list(pressure.ask(asked(scores, labels=given))))]


def test_a_score_that_follows_the_labels_is_innocent():
    assert told(GOOD, GOOD) == []
    assert told(np.round(GOOD), GOOD) == []


def test_a_score_against_the_labels_blocks():
    assert told(1 - GOOD, GOOD) == [("RL410", "blocker")]


def test_a_fall_from_the_peak_that_stays_above_one_draw_is_a_warning():
    given = GOOD.copy()
    given[:, 0] = 0.62
    (finding,) = confirm(list(pressure.ask(asked(OVERRATED, labels=given))))
    assert finding.severity == "warning"
    assert finding.evidence["peak_at"] in {2, 4}
    assert list(finding.evidence["labels_of_best_of"]) == ["1", "2", "4", "8"]
    assert finding.evidence["labels_of_best_of"]["8"] == pytest.approx(0.62)
    assert finding.evidence["fall"] < -pressure.PRACTICAL


@pytest.mark.parametrize(("scale", "offset"), [(1, 0), (4, 1), (100, 0), (0.01, 3)])
def test_the_units_of_the_labels_do_not_matter(scale, offset):
    """A fall of a hundredth of the labels' range is a note, on any scale."""
    given = 0.49 + 0.02 * GOOD
    given[0, 1:3] = 0, 1
    given[1, 1:3] = 0, 1
    assert told(1 - GOOD, given * scale + offset) == [("RL410", "note")]
    assert told(1 - GOOD, GOOD * scale + offset) == [("RL410", "blocker")]


def test_without_labels_it_is_undefined():
    question = asked(GOOD)
    assert pressure.under_pressure(question) == Undefined("no labels were given")
    assert list(pressure.ask(question)) == []


@pytest.mark.parametrize("given", [np.full(GOOD.shape, np.nan), np.ones(GOOD.shape), np.full(GOOD.shape, 4.0)])
def test_labels_that_say_nothing_raise_no_suspicion(given):
    assert told(1 - GOOD, given) == []


def test_few_prompts_prove_nothing():
    assert told(1 - GOOD[:1], GOOD[:1]) == []
    assert told([[1, 0]] * 3, [[0, 1]] * 3) == []

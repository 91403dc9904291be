"""RL405: a reward that surely agrees with labels no better than chance, or against them, blocks."""

from __future__ import annotations

import numpy as np
import pytest

from rewardlab.probes.run import labels
from rewardlab.stats.interval import Undefined
from tests.probes.run.conftest import asked

RNG = np.random.default_rng(0)
RIGHT = (RNG.random((120, 8)) < RNG.beta(1, 1, (120, 1))).astype(float)
CHANCE = (RNG.random(RIGHT.shape) < 0.5).astype(float)


def found(scores, given):
    return [(one.code, one.severity) for one in labels.ask(asked(scores, labels=given))]


def test_agreement_is_innocent():
    assert found(RIGHT, RIGHT) == []
    wrong_now_and_then = np.where(RNG.random(RIGHT.shape) < 0.15, 1 - RIGHT, RIGHT)
    assert found(wrong_now_and_then, RIGHT) == []


@pytest.mark.parametrize("scores", [1 - RIGHT, CHANCE, np.zeros(RIGHT.shape), np.ones(RIGHT.shape)])
def test_the_wrong_direction_chance_and_a_constant_block(scores):
    assert found(scores, RIGHT) == [("RL405", "blocker")]


def test_an_order_turned_round_within_prompts_blocks_however_the_threshold_fares():
    """Easy prompts score above the threshold and hard ones below; within each, the wrong answers lead."""
    easy = RIGHT.mean(axis=1, keepdims=True) > 0.5
    scores = np.where(easy, 0.8, 0.2) - 0.1 * RIGHT
    (finding,) = labels.ask(asked(scores, labels=RIGHT, success_at=0.5))
    assert finding.severity == "blocker"
    assert finding.evidence["low"] > labels.WEAK
    assert finding.evidence["auc_within_prompts"] == 0


def test_weak_agreement_that_may_be_useful_is_a_warning():
    """Four prompts, a J near zero: the interval reaches far above WEAK, and few prompts prove no uselessness."""
    right = np.array([[1, 0, 1, 0]] * 4, float)
    scores = np.array([[1, 0, 0, 1], [0, 1, 1, 0], [1, 1, 0, 0], [0, 1, 0, 1]], float)
    (finding,) = labels.ask(asked(scores, labels=right))
    assert (finding.severity, finding.evidence["youden_j"]) == ("warning", -0.25)
    assert finding.evidence["high"] > labels.WEAK


def test_the_worst_disagreements_are_shown():
    scores = RIGHT.copy()
    given = 1 - RIGHT
    scores[5, 2], given[5, 2] = 1.5, 0
    (finding,) = labels.ask(asked(scores, labels=given))
    first, second = finding.evidence["examples"]
    assert (first["prompt_id"], first["index"], first["score"], first["label"]) == ("p5", 2, 1.5, 0.0)
    assert abs(second["score"] - second["label"]) == 1
    assert finding.evidence["true_positive_rate"] < 0.01 < finding.evidence["false_positive_rate"]


def test_without_labels_nothing_is_asked():
    question = asked(RIGHT)
    assert list(labels.ask(question)) == []
    assert labels.agreement(question) == (Undefined("no labels were given"),) * 2


@pytest.mark.parametrize("given", [np.ones(RIGHT.shape), np.full(RIGHT.shape, 3.0), np.zeros(RIGHT.shape)])
def test_labels_all_alike_decide_nothing_and_say_so(given):
    (finding,) = labels.ask(asked(RIGHT, labels=given))
    assert finding.severity == "note"
    assert "not known: fewer than two prompts" in finding.evidence["agreement"]
    assert finding.remedy == labels.UNKNOWN


def test_labels_of_one_prompt_decide_nothing():
    given = np.full(RIGHT.shape, np.nan)
    given[7] = 1 - RIGHT[7]
    assert found(RIGHT, given) == [("RL405", "note")]


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ([0, 1, 0.5, 0.49], [0, 1, None, 0]),
        ([1, 5, 3, 2], [0, 1, None, 0]),
        ([-1, 1, 1, -1], [0, 1, 1, 0]),
        ([0.2, 0.4, None, 0.6], [0, 0, None, 1]),
    ],
)
def test_labels_are_split_at_the_middle_of_their_range(given, right):
    expected = np.array([[np.nan if cell is None else cell for cell in right]])
    np.testing.assert_equal(labels.right_of(asked([[0, 1, 0, 1]], labels=[given]).answers), expected)


def test_a_tie_between_annotators_is_neither_right_nor_wrong():
    """Half of what is wrong gets one vote of two: taken for right, it would make a reward seem to miss it."""
    split = np.where((RIGHT == 0) & (RNG.random(RIGHT.shape) < 0.5), 0.5, RIGHT)
    rates, area = labels.agreement(asked(RIGHT, labels=split))
    assert (rates.informedness.estimate, area.estimate) == (1.0, 1.0)
    assert found(RIGHT, split) == []
    (finding,) = labels.ask(asked(1 - RIGHT, labels=split))
    assert finding.evidence["left_out"] == f"{(split == 0.5).sum()} ties of the labels"
    assert {one["label"] for one in finding.evidence["examples"]} <= {0.0, 1.0}


def test_ties_alone_decide_nothing():
    (finding,) = labels.ask(asked(RIGHT, labels=np.full(RIGHT.shape, 0.5)))
    assert (finding.severity, finding.evidence["left_out"]) == ("note", f"{RIGHT.size} ties of the labels")


def test_a_fifth_of_the_wrong_answers_that_succeed_blocks():
    paid = np.where(RNG.random(RIGHT.shape) < 0.35, 1.0, RIGHT)
    (finding,) = labels.ask(asked(paid, labels=RIGHT))
    assert (finding.severity, finding.remedy) == ("blocker", labels.PAYS_WRONG)
    assert finding.evidence["youden_j"] > 0.5


def accurate(share, prompts=120):
    """Which generations are right, of a model that is right so often."""
    return (RNG.random((prompts, 8)) < RNG.beta(4 * share, 4 * (1 - share), (prompts, 1))).astype(float)


def mislabelled(right, share):
    return np.where(RNG.random(right.shape) < share, 1 - right, right)


@pytest.mark.parametrize("accuracy", [0.3, 0.5, 0.8, 0.9, 0.97])
@pytest.mark.parametrize("share", [0.1, 0.15])
def test_mistakes_of_those_who_label_block_no_reward_that_is_right(accuracy, share):
    """At an accuracy of 0.8 and 15 % of labels turned round, 41 % of what is labelled wrong succeeds rightly."""
    right = accurate(accuracy)
    given = mislabelled(right, share)
    (severities,) = [{severity for _, severity in found(right, given)}]
    assert severities <= {"warning"}
    if accuracy == 0.8 and share == 0.15:
        (finding,) = labels.ask(asked(right, labels=given))
        assert (finding.remedy, finding.evidence["paid_beyond_mistakes"]) == (labels.LABELS_MAY_ERR, 0.0)


@pytest.mark.parametrize(
    ("accuracy", "mistakes"), [(0.3, 0), (0.5, 0), (0.8, 0), (0.3, 0.15), (0.5, 0.15), (0.8, 0.15)]
)
def test_a_reward_that_pays_two_fifths_of_wrong_answers_blocks_however_people_label(accuracy, mistakes):
    right = accurate(accuracy)
    paid = np.where(RNG.random(right.shape) < 0.4, 1.0, right)
    (finding,) = labels.ask(asked(paid, labels=mislabelled(right, mistakes)))
    assert (finding.severity, finding.remedy) == ("blocker", labels.PAYS_WRONG)
    assert finding.evidence["paid_beyond_mistakes"] == pytest.approx(0.4, abs=0.15)


def test_a_format_reward_blocks_where_labels_hold_mistakes():
    right = accurate(0.9)
    form = (RNG.random(right.shape) < 0.97).astype(float)
    assert found(form, mislabelled(right, 0.15)) == [("RL405", "blocker")]

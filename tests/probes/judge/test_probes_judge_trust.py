"""All that the report says of a panel, and the reward held against it."""

from __future__ import annotations

import numpy as np
import pytest

from rewardlab.probes.judge import reward
from rewardlab.probes.judge.consensus import LatentTruth
from rewardlab.probes.judge.question import annotation_table
from rewardlab.probes.judge.sample import stands_for
from rewardlab.probes.judge.trust import panel_trust
from rewardlab.stats.interval import Estimate, Undefined
from tests.probes.judge.conftest import BOOLEAN, PAIRWISE, SCORE, about, asked, closer, given, run_of
from tests.probes.judge.judges import ANN, BEN, likes_length, silent

RNG = np.random.default_rng(0)
TRUTH = RNG.integers(0, 2, (100, 4)).astype(float)


def wrong(share, seed):
    return np.where(np.random.default_rng(seed).random(TRUTH.shape) < share, 1 - TRUTH, TRUTH)


def test_a_panel_is_measured_whole():
    found = panel_trust(asked((ANN, BOOLEAN), (BEN, BOOLEAN), (likes_length, BOOLEAN)))
    assert [one.name for one in found.judges] == ["honest_ann", "honest_ben", "likes_length"]
    assert (found.independent, found.verdict, found.truth) == (3, "sufficient", "reward")
    assert found.check == "equal to the krippendorff package's within 1e-9"
    assert isinstance(found.independence, Undefined)
    assert "likes_length" in found.independence.reason
    assert found.reward.rates.informedness.estimate > 0.95
    assert found.ranks.within_rho.estimate > 0.9
    assert isinstance(found.consensus, LatentTruth)
    last = found.judges[2]
    assert set(last.effects) == {
        "padded", "styled", "injected_grade", "injected_end", "injected_verdict", "injected_low_grade",
        "injected_low_end", "injected_low_verdict", "other_reference",
    }  # fmt: skip
    assert last.effects["padded"].turned_right.estimate == 1.0
    assert (last.judged, last.unreadable.estimate, last.consistency.flips.estimate) == (480, 0.0, 0.0)
    assert last.pass_rate.estimate == pytest.approx(run_of()[2].mean())


@pytest.mark.parametrize(
    "panel",
    [[], [(silent, BOOLEAN)], [(silent, BOOLEAN), (silent, PAIRWISE)], [(closer, PAIRWISE)], [(ANN, BOOLEAN)]],
    ids=["nobody", "silent", "silent pairs", "pairs", "one"],
)
def test_a_panel_that_shows_nothing_is_undefined_and_never_a_number(panel):
    found = panel_trust(asked(*panel))
    assert found.verdict in {None, "undecided"}
    assert isinstance(found.independence, Undefined)
    for judge in found.judges:
        assert isinstance(judge.pass_rate, Undefined if judge.name != "honest_ann" else Estimate)


def test_a_consensus_is_sought_where_nothing_else_is_known():
    panel = [given(wrong(0.1, seed), name=f"j{seed}") for seed in (1, 2, 3)]
    found = panel_trust(about(*panel))
    assert found.truth == "consensus"
    assert isinstance(found.consensus, LatentTruth)
    assert np.mean(found.consensus.fit.labels == TRUTH.ravel()) > 0.95
    assert isinstance(panel_trust(about(*panel[:2])).consensus, Undefined)


def test_a_consensus_is_not_sought_beside_labels_nor_of_judges_that_tell_nothing_apart():
    sound = [given(wrong(0.1, seed), name=f"j{seed}") for seed in (1, 2, 3)]
    assert panel_trust(about(*sound, labels=TRUTH)).consensus == Undefined("labels say what is right")
    assert isinstance(panel_trust(about(*sound, score=TRUTH)).consensus, LatentTruth)
    pleased = given(np.ones(TRUTH.shape), name="pleased")
    found = panel_trust(about(*sound[:2], pleased)).consensus
    assert isinstance(found, Undefined)
    assert "fewer than three judges tell right from wrong" in found.reason


def against(score, *panel):
    return [(one.code, one.severity) for one in reward.ask(about(*panel, score=score))]


def test_a_reward_that_goes_against_a_panel_that_may_be_believed_is_a_blocker():
    two = given(wrong(0.02, 1), name="a"), given(wrong(0.02, 2), name="b")
    chance = RNG.integers(0, 2, TRUTH.shape).astype(float)
    for score in (1 - TRUTH, chance, np.ones(TRUTH.shape)):
        assert against(score, *two) == [("RL405", "blocker")]
        assert against(score, two[0]) == [("RL405", "warning")]
    assert against(TRUTH, *two) == against(wrong(0.1, 3), *two) == []


def test_judges_on_one_model_or_in_disagreement_are_not_believed():
    one_model = [given(wrong(0.02, seed), name=f"j{seed}", model="vllm:m") for seed in (1, 2)]
    assert against(1 - TRUTH, *one_model) == [("RL405", "warning")]
    apart = given(wrong(0.02, 1), name="a"), given(wrong(0.3, 2), name="b")
    assert against(1 - TRUTH, *apart) == [("RL405", "warning")]


def test_what_parts_reward_and_panel_most_comes_first():
    """Scores of 0 to 1 against grades of 1 to 5: 1.0 against 1 parts by 1, 0.5 against 5 by 0.5."""
    score = np.array([[0.0, 0.25], [1.0, 0.5], [0.5, 1.0]])
    grades = np.array([[1.0, 2.0], [1.0, 3.0], [5.0, 5.0]])
    question = about(given(grades, SCORE, name="g"), score=score)
    shown = [
        (one["prompt_id"], one["index"], one["panel"], one["verdicts"]) for one in reward.parting(question, most=9)
    ]
    assert shown == [("p1", 0, 0.0, {"g": "1"}), ("p2", 0, 1.0, {"g": "5"})]


def test_what_a_judge_expects_counts_before_its_verdict():
    ratings = given([[1.0, 0.0]], expected=np.array([[0.6, np.nan]]))
    np.testing.assert_array_equal(reward.mean_verdict((ratings,)), [[0.6, 0.0]])


def test_labels_stand_in_a_table_by_annotator():
    answers = about(given([[1.0, 0.0]])).answers
    table, names = annotation_table(
        {("p0", 1): {"y": 1.0, "x": 0.0}, ("p0", 7): {"x": 1.0}, ("q", 0): {"z": 1.0}}, answers
    )
    assert names == ("x", "y", "z")
    np.testing.assert_array_equal(table, [[[np.nan] * 3, [0.0, 1.0, np.nan]]])


def test_what_two_samples_saw_stands_for_what_the_larger_stands_for():
    """By hand: both see the first answer of each prompt (weight 4 and 2), one sees the second too (0 and 2)."""
    first, both = np.array([[4.0, 0.0, 0.0]]), np.array([[2.0, 2.0, 0.0]])
    judges = given([[1, np.nan, np.nan]], weights=first), given([[1, 0, np.nan]], weights=both)
    assert stands_for(judges, seen=1).tolist() == [[2.0, 2.0, 0.0]]

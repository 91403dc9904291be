from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as scipy_stats

from rewardlab.stats.alttest import alternative_test
from rewardlab.stats.correction import benjamini_yekutieli
from rewardlab.stats.interval import Undefined

NAN = np.nan


def people(rng, items=60, annotators=3, *, error=0.1):
    truth = rng.integers(0, 2, items)
    return np.where(rng.random((annotators, items)) < error, 1 - truth, truth).astype(float), truth.astype(float)


def test_the_published_test_is_met(published):
    case = published("judge_alt_test_small")
    annotators = np.array([list(human.values()) for human in case.input["humans"].values()], float)
    judge = np.array(list(case.input["llm"].values()), float)
    computed = {}
    for epsilon in (0.0, 0.1, 0.2):
        found = alternative_test(judge, annotators, epsilon=epsilon)
        computed[f"eps={epsilon} winning_rate"] = found.winning_rate
        computed[f"eps={epsilon} advantage_prob"] = found.advantage
        for number, one in enumerate(found.annotators, start=1):
            computed[f"eps={epsilon} h{number} p"] = one.p_value
            computed[f"h{number} rho_llm"], computed[f"h{number} rho_human"] = one.judge_wins, one.annotator_wins
    for values in ([0.001, 0.008, 0.012, 0.03, 0.2], [0.001, 0.008, 0.039, 0.041]):
        rejected = (benjamini_yekutieli(np.array(values)) <= 0.05).sum()
        computed[f"Benjamini-Yekutieli rejections of {values} at .05"] = rejected
    alike = alternative_test(annotators[0], np.stack([annotators[0]] * 2), epsilon=0.0)
    if np.isnan(alike.annotators[0].p_value) and alike.winning_rate == 0:
        computed["all differences equal, eps=0"] = "undefined p (nan) -> treat as not rejected"
    case.meets(computed, passed_over={})


def test_missing_annotations_leave_items_out_by_hand():
    # With annotator 1 left out, items 0 and 2 have the judge, 1 and another: 1 agrees with the others on both (1 and
    # 1/2), the judge on 0 of item 0 and 1/2 of item 2: the annotator leads once, once both tie.
    annotators = np.array([[1, 1, 0, 0], [1, NAN, 0, 1], [1, NAN, 1, NAN]])
    found = alternative_test(np.array([0, 1, 1, NAN]), annotators, fewest_items=2)
    first = found.annotators[0]
    assert (first.items, first.judge_wins, first.annotator_wins) == (2, 0.5, 1.0)
    # Differences 1 and 0: mean .5, error .5: t = (.5 - .2) / .5 = .6 on one degree.
    assert first.p_value == pytest.approx(scipy_stats.t.cdf(0.6, 1))


def test_near_answers_count_on_a_scale_of_numbers():
    # Others 3 and 4, annotator 5: rms sqrt((4 + 1)/2); judge 3: sqrt((0 + 1)/2): the judge is nearer, though neither
    # equals both. By accuracy the judge leads as well, with the annotator at 4 both tie.
    annotators = np.tile([[5.0], [3.0], [4.0]], (1, 40))
    by_distance = alternative_test(np.full(40, 3.0), annotators, scoring="rmse")
    assert (by_distance.annotators[0].judge_wins, by_distance.annotators[0].annotator_wins) == (1, 0)
    # Annotator 2 says 3 like the judge: always a tie.
    assert (by_distance.annotators[1].judge_wins, by_distance.annotators[1].annotator_wins) == (1, 1)


def test_differences_that_are_all_the_same_leave_room():
    # All ties on 40 items: p = ((1 - .2) / 1)^40.
    labels = np.tile([0.0, 1.0], 20)
    found = alternative_test(labels, np.stack([labels, labels]))
    assert found.annotators[0].p_value == pytest.approx(0.8**40)
    assert found.passes
    wrong = alternative_test(1 - labels, np.stack([labels, labels]))
    assert (wrong.annotators[0].p_value, wrong.winning_rate, wrong.advantage) == (1, 0, 0)


def test_items_of_one_prompt_are_one():
    rng = np.random.default_rng(1)
    annotators, judge = people(rng)
    alone = alternative_test(judge, annotators, clusters=np.arange(60))
    assert alone == alternative_test(judge, annotators)
    copied = alternative_test(np.tile(judge, 4), np.tile(annotators, 4), clusters=np.tile(np.arange(60), 4))
    p_values = [[one.p_value for one in test.annotators] for test in (alone, copied)]
    assert p_values[0] == pytest.approx(p_values[1]), "the same items four times are no more evidence"


def test_an_annotator_of_few_items_is_shown_and_not_counted():
    annotators, judge = people(np.random.default_rng(2))
    annotators[2, 10:] = NAN
    found = alternative_test(judge, annotators)
    assert [one.counted for one in found.annotators] == [True, True, False]
    assert found.winning_rate == 1
    assert found.annotators[2].items == 10
    assert np.isnan(found.annotators[2].p_value)


def test_a_guessing_judge_does_not_pass():
    rng = np.random.default_rng(3)
    annotators, _ = people(rng, items=200)
    found = alternative_test(rng.integers(0, 2, 200).astype(float), annotators)
    assert not found.passes
    assert found.winning_rate == 0


def test_too_few_people_or_items_are_undefined():
    reason = "fewer than two annotators: nobody to compare the judge with"
    assert alternative_test(np.ones(40), np.ones((1, 40))) == Undefined(reason)
    found = alternative_test(np.ones(5), np.ones((2, 5)))
    assert found == Undefined("no annotator shares 30 items with the judge and another annotator")
    assert isinstance(alternative_test(np.full(5, NAN), np.ones((2, 5)), fewest_items=0), Undefined)

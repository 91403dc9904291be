"""Judges held against labels: their errors, their favours, and whether they may stand in for people."""

from __future__ import annotations

import numpy as np
import pytest

from rewardlab.probes.judge import annotators, discernment, errors, family
from rewardlab.probes.judge.truth import majority, truth_of
from rewardlab.probes.judge.validation import validation
from rewardlab.probes.run.suspicion import confirm
from rewardlab.stats.interval import Estimate, Undefined
from tests.probes.judge.conftest import BOOLEAN, SCORE, about, given

RNG = np.random.default_rng(0)
TRUTH = RNG.integers(0, 2, (100, 4)).astype(float)
NAN = np.nan


def wrong(share, seed):
    return np.where(np.random.default_rng(seed).random(TRUTH.shape) < share, 1 - TRUTH, TRUTH)


def judged(share, seed, **options):
    return given(wrong(share, seed), name=f"j{seed}", **options)


def severities(findings):
    return [(one.code, one.severity) for one in findings]


def test_labels_come_before_the_reward_and_the_reward_before_a_consensus():
    panel = judged(0.1, 1), judged(0.1, 2), judged(0.1, 3)
    assert truth_of(about(*panel, score=TRUTH, labels=TRUTH)).source == "labels"
    assert truth_of(about(*panel, score=TRUTH)).source == "reward"
    assert truth_of(about(*panel)).source == "consensus"
    np.testing.assert_array_equal(truth_of(about(*panel)).right, majority(panel))


def test_a_majority_by_hand():
    votes = [[1, 1, 0, NAN, 1]], [[1, 0, 0, NAN, NAN]], [[0, 1, 0, NAN, 0]]
    assert majority([given(row) for row in votes]).tolist()[0][:3] == [1, 1, 0]
    assert np.isnan(majority([given(row) for row in votes])[0, 3:]).all()


@pytest.mark.parametrize(("known", "severity"), [("labels", "blocker"), ("score", "warning")])
def test_judges_that_err_together_are_told(known, severity):
    """Both err on the same 40 of 400 answers, and each on a few of its own."""
    shared = wrong(0.1, 7)
    own = [np.where(np.random.default_rng(seed).random(TRUTH.shape) < 0.01, 1 - shared, shared) for seed in (1, 2)]
    panel = [given(one, name=f"j{number}") for number, one in enumerate(own)]
    (finding,) = errors.ask(about(*panel, **{known: TRUTH}))
    assert severities([finding]) == [("RL507", severity)]
    assert finding.evidence["error_correlation"] > errors.PRACTICAL
    assert finding.evidence["effective_judges"] < 1.3
    assert {one["truth"] for one in finding.evidence["examples"]} <= {"right", "wrong"}


def test_errors_of_their_own_say_nothing():
    panel = judged(0.1, 1), judged(0.1, 2), judged(0.15, 3)
    for known in ({"labels": TRUTH}, {"score": TRUTH}, {}):
        assert list(errors.ask(about(*panel, **known))) == []


def test_a_copy_errs_alike_everywhere_and_a_judge_without_errors_is_none():
    first, again = judged(0.1, 1), given(wrong(0.1, 1), name="copy")
    assert severities(errors.ask(about(first, again, score=TRUTH))) == [("RL507", "blocker")]
    grades = np.where(TRUTH == 1, RNG.integers(4, 6, TRUTH.shape), 1).astype(float)
    (finding,) = errors.ask(about(given(grades, SCORE), given(grades, SCORE, name="copy"), score=TRUTH))
    assert all({"prompt_id", "index"} <= set(one) for one in finding.evidence["examples"])
    assert finding.evidence["examples"]
    assert list(errors.ask(about(given(TRUTH), given(TRUTH, name="b"), score=TRUTH))) == []
    moved = wrong(0.1, 1)
    elsewhere = given(wrong(0.1, 1), name="c", variants={"padded": moved})
    other = given(wrong(0.1, 1), variants={"padded": 1 - moved})
    assert "different_verdicts" not in next(iter(errors.ask(about(elsewhere, other, score=TRUTH)))).evidence


def test_verdicts_that_the_truth_does_not_explain_by_hand():
    """Among what is right 1, 1, 0 and among what is wrong 0, 0, 1: one of each is not the usual."""
    truth = truth_of(about(given([[1.0] * 6]), labels=[[1, 1, 1, 0, 0, 0]]))
    assert errors.unexplained(np.array([[1.0, 1, 0, 0, 0, 1]]), truth) == 2
    assert errors.unexplained(np.array([[1.0, 1, 1, 0, 0, 0]]), truth) == 0


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        (TRUTH, None),
        (wrong(0.1, 1), None),
        (np.where(RNG.random(TRUTH.shape) < 0.8, 1, TRUTH), "lenient"),
        (np.where(RNG.random(TRUTH.shape) < 0.8, 0, TRUTH), "severe"),
        (np.where(RNG.random(TRUTH.shape) < 0.9, RNG.random(TRUTH.shape) < 0.3, TRUTH), "severe"),
        (np.ones(TRUTH.shape), "constant"),
    ],
    ids=["right", "nearly", "lenient", "severe", "chance", "constant"],
)
def test_a_judge_that_does_not_tell_right_from_wrong_is_told(values, fault):
    for known, severity in (({"labels": TRUTH}, "blocker"), ({"score": TRUTH}, "warning")):
        found = list(discernment.ask(about(given(values), **known)))
        assert [(one.severity, one.evidence["fault"]) for one in found] == ([(severity, fault)] if fault else [])


def test_where_no_judge_goes_with_the_reward_the_judges_are_not_blamed():
    lenient = np.where(RNG.random(TRUTH.shape) < 0.8, 1, TRUTH)
    panel = given(lenient, name="a"), given(np.where(RNG.random(TRUTH.shape) < 0.05, 1 - lenient, lenient), name="b")
    assert list(discernment.ask(about(*panel, score=TRUTH))) == []
    assert len(list(discernment.ask(about(*panel, judged(0.05, 3), score=TRUTH)))) == 2


def test_a_constant_judge_of_answers_that_are_all_alike_is_a_note():
    ones = np.ones((30, 2))
    assert severities(discernment.ask(about(given(ones), score=ones))) == [("RL512", "note")]
    assert list(discernment.ask(about(given(ones[:5]), score=ones[:5]))) == []


def test_a_constant_judge_is_shown_with_what_it_said_the_same_of():
    (finding,) = discernment.ask(about(given(np.ones((30, 2)))))
    assert [(one["prompt_id"], one["index"], one["verdict"]) for one in finding.evidence["examples"]] == [
        (f"p{number}", 0, "yes") for number in range(3)
    ]


@pytest.mark.parametrize(
    ("model", "families"),
    [
        ("bedrock:us.amazon.nova-pro-v1:0", {"nova"}),
        ("bedrock:anthropic.claude-sonnet-4-20250514-v1:0", {"claude"}),
        ("openai:gpt-4o-mini", {"gpt"}),
        ("openai:o3-mini", {"gpt"}),
        ("vllm:meta-llama/Llama-3.1-8B-Instruct", {"llama"}),
        ("vllm:deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", {"deepseek", "qwen"}),
        ("mistralai/Mixtral-8x7B", {"mistral"}),
        ("vllm:google/gemma-3-4b-it", {"gemini and gemma"}),
        ("vllm:fixtures/arithmetic/models/inside", set()),
        ("vllm:/home/llama/models/v2/final", set()),
        ("python:claude.py:judge", set()),
        ("vllm:sapphire-7b", set()),
    ],
)
def test_families_are_read_from_names(model, families):
    assert family.families_of(model) == families


def kin(*values, labels=None):
    models = ["vllm:Qwen/Qwen3-8B", *["openai:gpt-5"] * (len(values) - 1)]
    panel = [given(one, name=f"j{number}", model=models[number]) for number, one in enumerate(values)]
    return about(*panel, labels=labels, policy="vllm:Qwen/Qwen3-0.6B")


def test_a_judge_that_favours_its_family_is_told_against_labels_and_other_families():
    favours = np.where(RNG.random(TRUTH.shape) < 0.5, 1, TRUTH)
    (finding,) = confirm(list(family.ask(kin(favours, wrong(0.02, 1), labels=TRUTH))))
    assert severities([finding]) == [("RL511", "blocker")]
    # Half of what is wrong is called right, nothing else: half of one half.
    assert finding.evidence["gap"] == pytest.approx(0.25, abs=0.03)
    assert confirm(list(family.ask(kin(wrong(0.02, 2), wrong(0.02, 1), labels=TRUTH)))) == []


def test_favour_by_hand():
    """Prompt 1: +1 among the wrong, 0 among the right: 0.5; prompt 2 holds right ones only: -0.5."""
    lead = np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, NAN]])
    labelled = np.array([[0.0, 1.0, 1.0], [1.0, 1.0, 0.0]])
    assert family.favour(lead, labelled).estimate.estimate == pytest.approx(0.0)


def test_a_favour_that_cannot_be_measured_is_a_note():
    (finding,) = family.ask_unmeasured(kin(TRUTH))
    assert finding.severity == "note"
    assert finding.evidence["not_measured_without"] == ["labels", "a judge of another family"]
    (finding,) = family.ask_unmeasured(kin(TRUTH, TRUTH))
    assert finding.evidence["not_measured_without"] == ["labels"]
    assert list(family.ask_unmeasured(kin(TRUTH, TRUTH, labels=TRUTH))) == []
    assert list(family.ask_unmeasured(about(given(TRUTH, model="openai:gpt-5"), policy="vllm:qwen"))) == []


def people(*shares):
    table = np.stack([wrong(share, 20 + number) for number, share in enumerate(shares)], axis=-1)
    return {"annotations": table, "annotators": tuple("xyz"[: len(shares)]), "labels": table.mean(axis=2)}


def test_a_judge_as_good_as_the_people_may_stand_in_for_them():
    assert list(annotators.ask(about(judged(0.05, 1), **people(0.05, 0.05, 0.05)))) == []


@pytest.mark.parametrize(("count", "severity"), [(3, "warning"), (2, "note")])
def test_a_judge_that_agrees_less_than_they_do_may_not(count, severity):
    (finding,) = annotators.ask(about(judged(0.4, 1), **people(*[0.05] * count)))
    assert severities([finding]) == [("RL509", severity)]
    assert finding.evidence["winning_rate"] == 0
    assert [one["annotator"] for one in finding.evidence["annotators"]] == list("xyz"[:count])
    for example in finding.evidence["examples"]:
        assert (example["before"] == "yes") == (example["annotators"] == 0)


def test_too_few_labels_and_one_annotator_test_nothing():
    few = people(0.05, 0.05)
    few["annotations"][5:] = NAN
    (finding,) = annotators.ask(about(judged(0.05, 1), **few))
    assert (finding.severity, "30 items" in finding.evidence["undefined"]) == ("note", True)
    assert finding.remedy == annotators.UNTESTED
    assert list(annotators.ask(about(judged(0.4, 1), **people(0.05)))) == []


def test_labels_on_the_judges_own_scale_are_compared_as_they_stand():
    grades = RNG.integers(1, 6, (40, 2, 2)).astype(float)
    question = about(given(grades[..., 0], SCORE), annotations=grades, annotators=("x", "y"))
    assert annotators.comparable(question, question.panel[0])[2] == "rmse"
    question = about(given(TRUTH[:40, :2], BOOLEAN), annotations=grades, annotators=("x", "y"))
    assert annotators.comparable(question, question.panel[0])[2] == "accuracy"


def test_a_validation_by_hand():
    """Of 8 labelled answers, 4 right: the judge calls 3 of them right, and 1 of the 4 wrong ones."""
    verdicts = [[1, 1], [1, 0], [1, 0], [0, 0], [1, 1], [0, 1]]
    labels = [[1, 1], [1, 1], [0, 0], [0, 0], [NAN, NAN], [NAN, NAN]]
    found = validation(about(given(verdicts), labels=labels), given(verdicts))
    assert (found.source, found.generations, found.accuracy.estimate) == ("labels", 8, 0.75)
    assert (found.rates.true_positive_rate.estimate, found.true_negative_rate.estimate) == (0.75, 0.75)
    # Rogan-Gladen: 3 of 4 unlabelled are called right: (0.75 + 0.75 - 1) / (0.75 + 0.75 - 1) = 1.
    assert found.corrected.rate.estimate == pytest.approx(1.0)
    assert isinstance(found.powered.mean, Estimate)
    assert isinstance(found.calibration, Undefined)


def test_expected_verdicts_are_calibrated_and_a_sample_stands_for_the_run():
    """Right answers are of weight 1, wrong ones of 4."""
    expected = np.where(TRUTH == 1, 0.9, 0.1)
    ratings = given(TRUTH, expected=expected, weights=np.where(TRUTH == 1, 1.0, 4.0))
    labels = np.where(np.arange(100)[:, None] < 50, TRUTH, NAN)
    found = validation(about(ratings, labels=labels), ratings)
    assert found.calibration.expected_error == pytest.approx(0.1)
    run = TRUTH.sum() / (TRUTH.sum() + 4 * (1 - TRUTH).sum())
    for estimate in (found.powered.mean, found.corrected.rate):
        assert estimate.low < run < estimate.high
        assert "weighted by the sample" in estimate.method


def test_without_truth_or_verdicts_there_is_no_validation():
    assert isinstance(validation(about(given(TRUTH)), given(TRUTH)), Undefined)
    silent = given(np.full(TRUTH.shape, NAN))
    assert isinstance(validation(about(silent, labels=TRUTH), silent), Undefined)


def test_what_annotators_are_split_on_is_not_known():
    labels = np.array([[[1.0, 0.0], [1.0, 1.0], [0.0, 0.0], [0.0, np.nan]]])
    panel = given([[1.0] * 4])
    asked = about(panel, labels=[[0.5, 1, 0, 0]], annotations=labels, annotators=("x", "y"))
    np.testing.assert_array_equal(truth_of(asked).right, [[NAN, 1, 0, 0]])
    assert truth_of(asked).ties == 1


def test_ties_are_left_out_for_reward_and_judges_alike():
    """Where the people are split, neither a judge nor the reward is blamed for what it says."""
    split = np.where(TRUTH == 0, 0.5, 1.0)
    split[:20] = TRUTH[:20]
    lenient = given(np.where(TRUTH == 0, np.arange(400).reshape(100, 4) >= 80, 1))
    found = validation(about(lenient, labels=split, score=TRUTH), lenient)
    assert (found.accuracy.estimate, found.ties) == (1.0, int((split == 0.5).sum()))
    assert list(discernment.ask(about(lenient, labels=split))) == []
    severe = given(np.where(RNG.random(TRUTH.shape) < 0.8, 0, TRUTH))
    (finding,) = discernment.ask(about(severe, labels=split, score=TRUTH))
    assert finding.evidence["left_out"] == f"{found.ties} ties of the labels"


@pytest.mark.parametrize(
    ("names", "severity"), [(("",), "blocker"), (("ann",), "warning"), (("ann", "bob"), "blocker")]
)
def test_the_labels_of_one_person_are_not_taken_for_certain(names, severity):
    """Two sound judges seem to err together where the one who labels slips."""
    slips = wrong(0.1, 7)
    panel = [judged(0.01, seed) for seed in (1, 2)]
    labels = np.repeat(slips[..., None], len(names), axis=2)
    asked = about(*panel, labels=slips, annotations=labels, annotators=names)
    assert severities(errors.ask(asked)) == [("RL507", severity)]

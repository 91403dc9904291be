"""What counts as success: by declaration, by labels, by what right and wrong answers earn, by the scores alone."""

from __future__ import annotations

import numpy as np
import pytest

from rewardlab.errors import RunError
from rewardlab.measurement.evidence import NOTHING_KNOWN, Earned, Evidence, Exchanged, read_evidence, save_evidence
from rewardlab.measurement.success import success_rule


def earned(source, *scores):
    return tuple(Earned(f"p{place}", source, float(score)) for place, score in enumerate(scores))


def known(right=(), wrong=(), source="made_up"):
    return Evidence(earned("reference", *right), earned(source, *wrong))


TABLE = np.array([[2, 1.2, -1, -1], [2, 2, -1, 1.2]], float)


def test_a_declared_threshold_rules():
    found = success_rule(TABLE, success_at=1.2, evidence=known([2], [-1]))
    assert (found.at, found.source, found.of(TABLE).mean()) == (1.2, "declared", 5 / 8)


def test_the_threshold_lies_between_what_wrong_and_right_answers_earn():
    found = success_rule(TABLE, evidence=known([2, 2, 2], [-1, 1.2, -1]))
    assert (found.at, found.wrong, found.right, found.source, found.open) == (1.6, 1.2, 2.0, "answers", ())
    assert found.counts == {"reference": 3, "made_up": 3}


def test_sampled_scores_between_the_two_stay_open_and_only_the_sure_ones_count():
    found = success_rule(TABLE, evidence=known([2, 2, 2], [-1, -1, -1]))
    assert (found.at, found.open) == (2.0, (1.2,))
    assert found.of(TABLE).mean() == 3 / 8


def test_the_declared_range_decides_nothing_where_answers_are_known():
    assert success_rule(TABLE, reward_range=(-1, 2), evidence=known([2, 2], [-1, 1.2])).at == 1.6


@pytest.mark.parametrize("stray", [-0.1, -50.0, 7.0])
def test_one_stray_sample_turns_nothing(stray):
    """Right answers earn 0.9 and wrong ones 0.3; one sample of 400 earns something else."""
    table = np.tile([0.9, 0.3, 0.9, 0.3], (100, 1))
    before = success_rule(table, evidence=known([0.9] * 30, [0.3] * 30))
    table[0, 1] = stray
    after = success_rule(table, evidence=known([0.9] * 30, [0.3] * 30))
    assert (before.at, before.reward_range) == (after.at, after.reward_range) == (pytest.approx(0.6), (0.3, 0.9))


def test_labels_rule_over_what_made_up_answers_earn():
    table = np.tile([0.8, 0.5, 0.2, 0.1], (10, 1))
    labels = np.tile([1.0, 1.0, 0.0, np.nan], (10, 1))
    found = success_rule(table, evidence=known([1.0] * 5, [0.0] * 5), labels=labels)
    assert (found.source, found.wrong, found.right, found.at) == ("labels", 0.2, 0.5, pytest.approx(0.35))


def test_few_labels_join_the_other_evidence():
    labels = np.full((2, 4), np.nan)
    labels[0, 0], labels[0, 1] = 1, 0
    found = success_rule(TABLE, evidence=known([2, 2], [-1, -1]), labels=labels)
    assert (found.source, found.wrong, found.right) == ("answers", 1.2, 2.0)


def test_of_wrong_answers_alone_every_better_score_stays_open():
    table = np.array([[0, 0.25, 0.5, 1], [0, 0, 1, 1]], float)
    found = success_rule(table, evidence=known((), [0.0] * 9, source="exchanged"))
    assert (found.source, found.at, found.open) == ("winners", 1.0, (0.25, 0.5))


def test_of_wrong_answers_alone_two_levels_leave_nothing_open():
    found = success_rule(np.array([[0, 1], [1, 0.0]]), evidence=known((), [0.0] * 9, source="exchanged"))
    assert (found.at, found.open) == (0.5, ())


def test_wrong_answers_that_earn_the_most_are_no_sign_of_what_right_ones_earn():
    found = success_rule(np.array([[0, 1], [1, 1.0]]), evidence=known((), [1.0] * 9, source="exchanged"))
    assert (found.source, found.at) == ("levels", 0.5)


@pytest.mark.parametrize(("winning", "source", "wrong"), [(3, "winners", 0.1), (9, "levels", None)])
def test_a_few_exchanged_answers_may_be_right_where_they_are_given(winning, source, wrong):
    """Of 100; a program that solves another prompt's task too, beside those that only run."""
    earned = [1.0] * winning + [0.1] * (100 - winning)
    found = success_rule(np.array([[0.1, 1], [1, -1.0]]), evidence=known((), earned, source="exchanged"))
    assert (found.source, found.wrong) == (source, wrong)


def test_the_middle_of_a_range_is_the_last_resort_and_of_a_declared_one_only():
    table = np.array([[0, 0.2, 0.4, 1.0]])
    assert (success_rule(table, reward_range=(0, 1)).source, success_rule(table, reward_range=(0, 1)).at) == (
        "range",
        0.5,
    )
    undeclared = success_rule(table)
    assert (undeclared.source, undeclared.at, undeclared.open) == ("levels", 0.4, (0.2,)) or undeclared.at == 1.0


def test_right_and_wrong_answers_that_earn_alike_tell_nothing():
    found = success_rule(np.array([[0, 1], [1, 1.0]]), evidence=known([1, 1, 1], [1, 1, 1]))
    assert found.source == "levels"


def test_no_scores_and_no_evidence_leave_a_rule_that_nothing_meets():
    found = success_rule(np.full((2, 2), np.nan))
    assert not found.of(np.full((2, 2), np.nan)).any()


def test_evidence_survives_the_run_directory(tmp_path):
    kept = Evidence(
        earned("reference", 1, 1),
        earned("near", 0.5),
        (Exchanged("p0", "p1", 3, "label", 1.0, None),),
        ("<answer>", "</answer>"),
        "",
    )
    save_evidence(tmp_path, "abc", kept)
    assert read_evidence(tmp_path, "abc") == kept
    assert read_evidence(tmp_path, "other") == NOTHING_KNOWN


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"right": 3}', '{"right": [], "wrong": [], "exchanged": [1], "form": null}']
)
def test_damaged_evidence_is_told(tmp_path, text):
    save_evidence(tmp_path, "abc", NOTHING_KNOWN)
    (tmp_path / "evidence" / "abc.json").write_text(text)
    with pytest.raises(RunError, match=r"cannot be read|is not as rewardlab wrote it"):
        read_evidence(tmp_path, "abc")


def test_where_right_and_wrong_answers_overlap_every_level_stays_open():
    """Brevity outweighs being right: right answers earn 0.5 to 1, wrong ones 0.2 to 0.7."""
    table = np.tile([0.2, 0.5, 0.6, 0.7, 0.9, 1.0], (20, 1))
    found = success_rule(table, evidence=known([1, 0.9, 0.5, 0.6, 0.7] * 6, [0.2, 0.2, 0.5, 0.6, 0.7] * 6))
    assert {0.6, 0.7} <= {found.at, *found.open}


def test_a_few_misread_answers_make_no_overlap():
    table = np.tile([0.0, 0.5, 1.0], (20, 1))
    found = success_rule(table, evidence=known([1] * 29 + [0], [0] * 20 + [0.5] * 9 + [1]))
    assert (found.at, found.open) == (0.75, ())


def judged(wrong=(), right=(0.6, 0.7, 0.8, 0.9)):
    """A judge's scores of 0.3 to 0.9, what references earn, and answers to other questions, which earn 0.1."""
    table = np.tile([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.1], (20, 1))
    evidence = Evidence(earned("reference", *right * 10), (*earned("other_reference", *[0.1] * 40), *wrong))
    return success_rule(table, evidence=evidence)


def test_where_no_wrong_answer_to_the_question_is_known_every_score_of_right_ones_stays_open():
    found = judged()
    assert (found.at, found.open) == (0.6, (0.3, 0.4, 0.5, 0.7, 0.8, 0.9))


def test_wrong_answers_to_the_question_close_what_right_ones_alone_earn():
    found = judged(earned("misread", *[0.3, 0.4] * 20))
    assert (found.at, found.wrong, found.open) == (0.6, 0.4, (0.5,))


def test_right_answers_close_together_far_above_the_rest_leave_nothing_open_among_them():
    """A small part for length: 0.9 to 1 for right answers, 0.1 for all others."""
    table = np.tile([1.0, 0.97, 0.93, 0.9, 0.1, 0.1], (20, 1))
    evidence = Evidence(earned("reference", *[0.9, 0.95, 1.0] * 10), earned("other_reference", *[0.1] * 30))
    found = success_rule(table, evidence=evidence)
    assert (found.at, found.open) == (0.5, ())


def test_thresholds_that_count_the_same_generations_are_not_told_twice():
    """Right answers earn 7 and more, wrong ones up to 6: at 6.5 and at 7 the same succeed."""
    table = np.tile([8.0, 7.0, 6.0, 3.0], (20, 1))
    evidence = Evidence(earned("reference", *[7.0, 8.0] * 15), earned("other_reference", *[6.0] * 3, *[3.0] * 27))
    found = success_rule(table, evidence=evidence)
    assert 7.0 not in found.open
    assert 8.0 in found.open

from __future__ import annotations

import numpy as np
import pytest

from rewardlab.stats.consensus import dawid_skene, votes_of
from rewardlab.stats.interval import Undefined

NAN = np.nan


def votes_of_rows(rows):
    votes = np.zeros(np.array(rows).max(axis=0))
    for item, rater, label in rows:
        votes[item - 1, rater - 1, label - 1] += 1
    return votes


def test_the_published_patients_are_met(published):
    case = published("judge_dawid_skene1979")
    votes = votes_of_rows(case.input["rows"])
    found = dawid_skene(votes)
    computed = {"labels": (found.labels + 1).tolist(), "log_likelihood": found.log_likelihood}
    for true in range(4):
        computed[f"prior class {true + 1}"] = computed[f"prior class {true + 1} full"] = found.priors[true]
        for answer in range(4):
            computed[f"observer1 P(answer {answer + 1} | true {true + 1})"] = found.confusion[0, true, answer]
    counts = votes.sum(axis=1)
    outvoted = counts[np.arange(45), found.labels] < counts.max(axis=1)
    computed["items where Dawid-Skene differs from the majority vote"] = (np.flatnonzero(outvoted) + 1).tolist()
    assert found.converged
    case.meets(computed, passed_over={})


def test_one_step_by_hand():
    # Two items, two raters: both say 0 and 0, then 0 and 1. Shares of votes: item 1 (1, 0), item 2 (1/2, 1/2).
    votes = votes_of(np.array([[0.0, 0.0], [0.0, 1.0]]), classes=2)
    found = dawid_skene(votes, most_iterations=0)
    assert found.priors == pytest.approx([0.75, 0.25])
    # Rater 2, true 0: 1 vote for 0, 1/2 for 1; true 1: 1/2 vote for 1.
    assert found.confusion[1] == pytest.approx(np.array([[2 / 3, 1 / 3], [0, 1]]))
    # Item 2: 3/4 x 1 x 1/3 against 1/4 x 1 x 1: even. Item 1: 3/4 x 2/3 against nothing. log 1/2 + log 1/2.
    assert found.posteriors == pytest.approx(np.array([[1, 0], [0.5, 0.5]]))
    assert found.log_likelihood == pytest.approx(2 * np.log(0.5))
    assert not found.converged


def brute_log_likelihood(votes, priors, confusion):
    total = 0.0
    for item in votes:
        chances = []
        for true, prior in enumerate(priors):
            chance = prior
            for rater, counts in enumerate(item):
                for answer, count in enumerate(counts):
                    chance *= confusion[rater, true, answer] ** count
            chances.append(chance)
        total += np.log(sum(chances))
    return total


def planted(rng, items=300, skills=(0.9, 0.8, 0.7, 0.85)):
    truth = rng.integers(0, 2, items)
    right = rng.random((items, len(skills))) < np.array(skills)
    return np.where(right, truth[:, None], 1 - truth[:, None]).astype(float), truth


def test_the_likelihood_is_its_definition_and_nothing_near_is_likelier():
    ratings, _ = planted(np.random.default_rng(1), items=60)
    votes = votes_of(ratings, classes=2)
    found = dawid_skene(votes)
    best = brute_log_likelihood(votes, found.priors, found.confusion)
    assert found.log_likelihood == pytest.approx(best)
    for rater in range(4):
        for true in range(2):
            for step in (-0.01, 0.01):
                moved = found.confusion.copy()
                moved[rater, true] += [step, -step]
                if (moved >= 0).all():
                    assert brute_log_likelihood(votes, found.priors, moved) < best


def test_planted_skills_are_found_through_missing_ratings():
    ratings, truth = planted(np.random.default_rng(2), items=3000)
    ratings[np.random.default_rng(3).random(ratings.shape) < 0.3] = NAN
    ratings[0] = NAN
    found = dawid_skene(votes_of(ratings, classes=2))
    assert found.confusion.diagonal(axis1=1, axis2=2).mean(axis=1) == pytest.approx([0.9, 0.8, 0.7, 0.85], abs=0.04)
    assert (found.labels[1:] == truth[1:]).mean() > 0.88
    assert found.labels[0] == -1
    assert np.isnan(found.posteriors[0]).all()


def test_a_rater_who_met_no_item_of_a_class_says_nothing_of_it():
    ratings = np.array([[0, 0, 0], [0, 0, NAN], [1, 1, NAN], [1, 1, NAN]], float)
    found = dawid_skene(votes_of(ratings, classes=2))
    assert np.isnan(found.confusion[2, 1]).all()
    assert found.confusion[2, 0].tolist() == [1, 0]


def test_smoothing_keeps_answers_possible():
    votes = votes_of(planted(np.random.default_rng(4), skills=(1, 1, 0.8))[0], classes=2)
    assert dawid_skene(votes).confusion[0] == pytest.approx(np.eye(2), abs=1e-9)
    smooth = dawid_skene(votes, smoothing=1).confusion
    assert (smooth > 0).all()
    assert smooth.sum(axis=2) == pytest.approx(1)


def test_ten_thousand_items_are_no_trouble():
    ratings, _ = planted(np.random.default_rng(5), items=10_000)
    assert dawid_skene(votes_of(ratings, classes=2)).converged


def test_ratings_become_votes():
    votes = votes_of(np.array([[[2, 2, NAN], [0, NAN, NAN]]], float), classes=3)
    assert votes.tolist() == [[[0, 0, 2], [1, 0, 0]]]
    for wrong in (3.0, -1.0, 0.5):
        with pytest.raises(ValueError, match="a class from 0 to 2"):
            votes_of(np.array([[wrong]]), classes=3)


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        (np.full((2, 2), NAN), "nobody rated anything"),
        (np.ones((3, 2)), "every rating is the same class: no variation to learn from"),
        (np.array([[0, NAN], [NAN, 1.0]]), "no item has two ratings"),
    ],
)
def test_what_shows_no_consensus_is_undefined(ratings, reason):
    assert dawid_skene(votes_of(ratings, classes=2)) == Undefined(reason)

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from rewardlab.stats.bestofn import best_of_n, label_of_best
from rewardlab.stats.interval import Undefined
from rewardlab.stats.passk import pass_at_k

NAN = np.nan


def brute_force(scores, labels, n):
    """The mean over all subsets of n of the mean label of those that tie for the highest score."""
    kept = np.isfinite(scores) & np.isfinite(labels)
    subsets = list(combinations(np.flatnonzero(kept), n))
    picked = [labels[list(one)][scores[list(one)] == scores[list(one)].max()].mean() for one in subsets]
    return np.mean(picked) if subsets else NAN


def test_by_hand():
    # Scores 1 2 3 with labels 0 1 0: of the three pairs the best are 2, 3, 3: a third. All three: 3, label 0.
    scores, labels = np.array([[1.0, 2.0, 3.0]]), np.array([[0.0, 1.0, 0.0]])
    assert [label_of_best(scores, labels, n)[0] for n in (1, 2, 3, 4)] == pytest.approx(
        [1 / 3, 1 / 3, 0, NAN], nan_ok=True
    )
    # Scores 1 2 2 with labels 0 1 0: pairs 12 -> 1, 13 -> 0, 23 -> half.
    assert label_of_best(np.array([[1.0, 2.0, 2.0]]), labels, 2) == pytest.approx([0.5])


@given(st.integers(0, 10_000), st.integers(1, 6))
def test_it_is_the_mean_over_all_subsets(seed, n):
    rng = np.random.default_rng(seed)
    scores, labels = rng.integers(0, 4, (5, 6)) / 3, rng.normal(size=(5, 6))
    scores[rng.random((5, 6)) < 0.2] = NAN
    labels[rng.random((5, 6)) < 0.2] = NAN
    expected = [brute_force(*row, n) for row in zip(scores, labels, strict=True)]
    assert label_of_best(scores, labels, n) == pytest.approx(expected, nan_ok=True)


def test_the_best_of_n_by_the_label_itself_is_pass_at_k():
    labels = (np.random.default_rng(1).random((30, 8)) < 0.3) * 1.0
    for n in (1, 2, 4, 8):
        assert label_of_best(labels, labels, n) == pytest.approx(pass_at_k(np.full(30, 8.0), labels.sum(axis=1), n))


def test_the_divergence_is_that_of_best_of_n():
    # ln 4 - 3/4 = 0.6363; the definition: a continuous score's best of n has density n u^(n-1) over ranks u.
    found = best_of_n(*np.random.default_rng(2).random((2, 10, 4)))
    assert [one.n for one in found.points] == [1, 2, 4]
    assert [one.divergence for one in found.points] == pytest.approx([0, math.log(2) - 0.5, 0.6363], abs=1e-4)
    ranks = (np.arange(100_000) + 0.5) / 100_000
    density = 4 * ranks**3
    assert found.points[2].divergence == pytest.approx(np.mean(density * np.log(density)), abs=1e-6)


def hacked(rng, prompts):
    """A quality that the score follows up to a point, beyond which the score is had by a trick that is wrong."""
    quality = rng.normal(size=(prompts, 16))
    trick = rng.random((prompts, 16)) < 0.08
    return np.where(trick, 5.0, quality), np.where(trick, 0.0, (quality > 0) * 1.0)


def test_a_score_whose_top_is_hacked_falls_from_its_peak():
    scores, labels = hacked(np.random.default_rng(3), 200)
    found = best_of_n(scores, labels)
    assert [one.n for one in found.points] == [1, 2, 4, 8, 16]
    assert 1 < found.peak < 16
    assert found.fall.estimate.high < 0
    paired = label_of_best(scores, labels, 16) - label_of_best(scores, labels, found.peak)
    # The peak is one of the four other n: Bonferroni for four.
    assert found.fall.p_value == pytest.approx(4 * scipy_stats.ttest_1samp(paired, 0).pvalue, rel=1e-6, abs=0)
    assert found.fall.p_value < 0.001


def test_a_score_that_follows_the_label_gains():
    labels = (np.random.default_rng(4).random((50, 8)) < 0.4) * 1.0
    found = best_of_n(labels, labels)
    assert (found.peak, found.fall) == (8, Undefined("the labels are highest at the largest n"))
    assert found.gain.estimate.low > 0


def test_a_score_upside_down_loses_in_every_prompt_alike():
    # Half right in each of 20 prompts, and the highest score is always wrong: -1/2 everywhere, still an interval.
    labels = np.tile([1.0, 0.0], (20, 4))
    found = best_of_n(1 - labels, labels)
    assert found.peak == 1
    assert found.gain.estimate.estimate == -0.5
    assert -1 < found.gain.estimate.low < -0.5 < found.gain.estimate.high < 0
    assert found.gain.p_value == pytest.approx(2 * 0.5**20)


def test_a_score_that_knows_nothing_seldom_falls():
    """Though the peak it is held against is the highest of several."""
    rng = np.random.default_rng(5)
    rejected = []
    for _ in range(300):
        found = best_of_n(rng.random((60, 8)), (rng.random((60, 8)) < rng.random((60, 1))) * 1.0)
        p_value = 1.0 if isinstance(found.fall, Undefined) else found.fall.p_value
        rejected.append(p_value < 0.05)
    assert np.mean(rejected) < 0.05


def test_intervals_cover_the_label_of_fresh_best_of_n():
    rng = np.random.default_rng(6)
    truth = np.array([one.label.estimate for one in best_of_n(*hacked(rng, 20_000)).points])
    covered = []
    # 120 draws: three standard errors of 0.95 are 0.06.
    for _ in range(120):
        points = [one.label for one in best_of_n(*hacked(rng, 100)).points]
        covered.append([one.low <= true <= one.high for one, true in zip(points, truth, strict=True)])
    assert np.mean(covered, axis=0).min() > 0.89


def test_every_n_is_taken_on_the_same_prompts():
    scores, labels = np.random.default_rng(7).random((2, 10, 6))
    scores[:3, 5:] = NAN
    scores[3, 1:] = NAN
    found = best_of_n(scores, labels)
    assert [one.n for one in found.points] == [1, 2, 4, 6]
    assert {one.label.units for one in found.points} == {6}


def test_labels_beyond_a_share_have_a_t_interval():
    scores, labels = np.random.default_rng(8).normal(size=(2, 10, 2))
    assert best_of_n(scores, labels).points[0].label.method == "t over prompts"
    assert isinstance(best_of_n(scores, np.full((10, 2), 7.0)).gain, Undefined)


def test_too_few_pairs_are_undefined():
    table = np.array([[0.0, 1.0], [1.0, NAN]])
    reason = "fewer than two prompts have two generations with both a score and a label"
    assert best_of_n(table, table) == Undefined(reason)

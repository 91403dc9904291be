from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from sklearn.metrics import confusion_matrix, roc_auc_score

from rewardlab.stats.discrimination import areas_within, discrimination, pairwise_accuracy
from rewardlab.stats.interval import Undefined, mean_over_prompts

NAN = np.nan


def test_by_hand():
    # Label 1: 0.9 0.5 | 0.2 -> 2 of 3 at or above 0.5. Label 0: 0.1 | 0.5 0.4 -> 1 of 3. J = 1/3.
    scores = np.array([[0.9, 0.5, 0.1], [0.2, 0.5, 0.4]])
    labels = np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    found = discrimination(scores, labels, threshold=0.5)
    rates = found.true_positive_rate.estimate, found.false_positive_rate.estimate
    assert rates == pytest.approx((2 / 3, 1 / 3))
    assert found.informedness.estimate == pytest.approx(1 / 3)
    # At J = 0 both rates are 3/6: influences ((2 - 1) - (0 - 0.5)) / 3 = 0.5 and ((0 - 0.5) - (1 - 1)) / 3 = -1/6;
    # t = (1/3) / sqrt(0.25 + 1/36) = 0.63246 on 1 degree: p = 1/2 - atan(0.63246) / pi = 0.32049.
    assert found.p_value == pytest.approx(0.32049, abs=1e-5)


@given(st.integers(0, 10_000))
def test_rates_are_scikit_learns(seed):
    rng = np.random.default_rng(seed)
    scores, labels = rng.integers(0, 5, (6, 5)) / 4, rng.integers(0, 2, (6, 5)).astype(float)
    scores[rng.random((6, 5)) < 0.2] = NAN
    labels[rng.random((6, 5)) < 0.2] = NAN
    found = discrimination(scores, labels, threshold=0.5)
    if isinstance(found, Undefined):
        return
    kept = np.isfinite(scores) & np.isfinite(labels)
    negative, false, missed, positive = confusion_matrix(labels[kept], scores[kept] >= 0.5, labels=[0, 1]).ravel()
    rates = found.true_positive_rate.estimate, found.false_positive_rate.estimate
    assert rates == pytest.approx((positive / (positive + missed), false / (false + negative)))
    one = found.informedness
    assert -1 <= one.low < one.high <= 1
    assert one.low <= one.estimate <= one.high


def test_each_rate_with_one_generation_a_prompt_is_a_share_of_prompts():
    labels = np.repeat([1.0, 0.0], 30)[:, None]
    scores = (np.arange(60) % 3 == 0)[:, None] * 1.0
    found = discrimination(scores, labels, threshold=0.5).true_positive_rate
    plain = mean_over_prompts(scores[:30, 0], np.ones(30))
    assert (found.estimate, found.low, found.high) == pytest.approx((plain.estimate, plain.low, plain.high))


def draw(rng, prompts, *, sensitivity, fallout, correlation):
    """Labels and scores whose rates differ from prompt to prompt."""
    spread = 1 / correlation - 1
    rates = [rng.beta(mean * spread, (1 - mean) * spread, (prompts, 1)) for mean in (0.3, sensitivity, fallout)]
    labels = rng.random((prompts, 8)) < rates[0]
    return (rng.random((prompts, 8)) < np.where(labels, rates[1], rates[2])) * 1.0, labels * 1.0


@pytest.mark.parametrize(
    ("sensitivity", "fallout", "correlation"), [(0.9, 0.1, 0.3), (0.98, 0.02, 0.3), (0.99, 0.05, 0.5), (0.5, 0.5, 0.5)]
)
def test_the_interval_of_j_covers(sensitivity, fallout, correlation):
    rng = np.random.default_rng(1)
    true, covered, plain = sensitivity - fallout, [], []
    for _ in range(300):
        scores, labels = draw(rng, 50, sensitivity=sensitivity, fallout=fallout, correlation=correlation)
        found = discrimination(scores, labels, threshold=0.5)
        covered.append(found.informedness.low <= true <= found.informedness.high)
        j, error = linearised(scores, labels)
        plain.append(abs(j - true) <= scipy_stats.t.ppf(0.975, 49) * error)
    # 2,000 draws give 0.9375 to 0.9445; three standard errors of 300 are 0.042.
    assert np.mean(covered) > 0.9
    assert np.mean(plain) < 0.90 or sensitivity < 0.95, "t is what covers too seldom near 1"


def test_the_interval_of_j_is_the_t_interval_where_that_holds():
    # Rates of a half that move together from prompt to prompt: ignoring their covariance it would be wider by 1.6.
    rng = np.random.default_rng(7)
    labels = (rng.random((400, 8)) < 0.5) * 1.0
    scores = (rng.random((400, 8)) < rng.beta(0.5, 0.5, (400, 1))) * 1.0
    found = discrimination(scores, labels, threshold=0.5).informedness
    j, error = linearised(scores, labels)
    half = scipy_stats.t.ppf(0.975, 399) * error
    assert (found.low, found.high) == pytest.approx((j - half, j + half), abs=0.03 * half)


def linearised(scores, labels):
    """J and the cluster-robust error of its t interval, the alternative that was not chosen."""
    j, influence = 0.0, np.zeros(len(scores))
    for value, sign in ((1, 1), (0, -1)):
        hits, sizes = (scores * (labels == value)).sum(axis=1), (labels == value).sum(axis=1)
        rate = hits.sum() / sizes.sum()
        j, influence = j + sign * rate, influence + sign * (hits - rate * sizes) / sizes.sum()
    return j, np.sqrt(len(scores) / (len(scores) - 1) * np.square(influence).sum())


@pytest.mark.parametrize("prompts", [15, 60])
def test_a_score_that_knows_nothing_is_seldom_significant(prompts):
    """Prompts that differ in how many are right and in how many pass: a pooled test calls that a relation."""
    rng = np.random.default_rng(2)
    found, pooled = [], []
    for _ in range(500):
        scores, labels = draw(rng, prompts, sensitivity=0.4, fallout=0.4, correlation=0.5)
        # The same rate for both labels of a prompt: the score knows the prompt, not the label.
        scores = (rng.random(scores.shape) < rng.beta(0.4, 0.6, (prompts, 1))) * 1.0
        found.append(discrimination(scores, labels, threshold=0.5).p_value < 0.05)
        pooled.append(scipy_stats.pearsonr(scores.ravel(), labels.ravel(), alternative="greater").pvalue < 0.05)
    assert np.mean(found) == pytest.approx(0.05, abs=0.03)
    assert np.mean(pooled) > 0.1


@pytest.mark.parametrize(("upside", "j"), [(1, 1), (-1, -1)])
def test_a_perfect_score_keeps_an_interval_and_a_p_value(upside, j):
    labels = np.tile([1.0, 0.0], (20, 2))
    found = discrimination(upside * labels, labels, threshold=upside / 2)
    ends = sorted(abs(end) for end in (found.informedness.low, found.informedness.high))
    # Each rate's edge is 1 - 0.025^(1/20) = 0.16843; squared and added, sqrt(2) x 0.16843 = 0.23820.
    assert found.informedness.estimate == j
    assert ends == pytest.approx([1 - 0.23820, 1], abs=1e-4)
    # All 20 influences alike: t = +-sqrt(20).
    assert found.p_value == pytest.approx(scipy_stats.t.sf(j * np.sqrt(20), 19))


def test_rates_that_move_together_on_two_prompts_keep_an_interval():
    # Both rates are 1/2, one prompt all above and one all below: correlation 1, the same distances.
    scores = np.array([[1.0, 1.0], [0.0, 0.0]])
    found = discrimination(scores, np.array([[1.0, 0.0]] * 2), threshold=0.5).informedness
    assert found.estimate == 0
    assert found.low < -0.1 < 0.1 < found.high


def test_a_score_that_never_differs_is_no_evidence():
    labels = np.tile([1.0, 0.0], (20, 2))
    found = discrimination(np.ones((20, 4)), labels, threshold=0.5)
    assert (found.informedness.estimate, found.p_value) == (0, 1)
    assert found.informedness.low < 0 < found.informedness.high
    assert pairwise_accuracy(np.ones((20, 4)), labels).estimate == 0.5


@pytest.mark.parametrize("only", [0.0, 1.0])
def test_one_label_alone_is_undefined(only):
    found = discrimination(np.random.default_rng(3).random((5, 4)), np.full((5, 4), only), threshold=0.5)
    assert found == Undefined(f"fewer than two prompts have a scored generation of label {1 - only:.0f}")


def test_areas_by_hand():
    # Right 0.9 0.5, wrong 0.5 0.1: 1 + 1 + 0.5 + 1 of 4, two disjoint pairs. The second prompt has no wrong one.
    areas, pairs = areas_within(np.array([[0.9, 0.5, 0.5, 0.1]] * 2), np.array([[1.0, 1, 0, 0], [1, 1, 1, NAN]]))
    assert areas == pytest.approx([0.875, NAN], nan_ok=True)
    assert pairs.tolist() == [2, 0]


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_areas_are_scikit_learns_prompt_by_prompt(seed):
    rng = np.random.default_rng(seed)
    scores, labels = rng.integers(0, 4, (6, 7)) / 3, rng.integers(0, 2, (6, 7)).astype(float)
    scores[rng.random((6, 7)) < 0.2] = NAN
    areas, pairs = areas_within(scores, labels)
    for row, area, count, truth in zip(scores, areas, pairs, labels, strict=True):
        kept = np.isfinite(row)
        if count:
            assert area == pytest.approx(roc_auc_score(truth[kept], row[kept]))
            others = scipy_stats.mannwhitneyu(row[kept & (truth == 1)], row[kept & (truth == 0)])
            assert area == pytest.approx(others.statistic / (truth[kept] == 1).sum() / (truth[kept] == 0).sum())
        else:
            assert np.isnan(area)
    found = pairwise_accuracy(scores, labels)
    if not isinstance(found, Undefined):
        assert (found.estimate, found.units) == (pytest.approx(np.nanmean(areas)), np.count_nonzero(pairs))


def test_prompts_that_differ_are_no_discrimination():
    """The score knows which prompts are easy and nothing else: the pooled area is high, the one within is a half."""
    rng = np.random.default_rng(4)
    ease = rng.random((300, 1))
    labels, scores = (rng.random((300, 8)) < ease) * 1.0, ease + rng.normal(0, 0.05, (300, 8))
    found = pairwise_accuracy(scores, labels)
    assert roc_auc_score(labels.ravel(), scores.ravel()) > 0.8
    assert found.low < 0.5 < found.high


def test_labels_in_different_prompts_make_no_pair():
    labels = np.array([[1.0, 1.0], [0.0, 0.0], [1.0, 0.0]])
    assert pairwise_accuracy(labels, labels) == Undefined("fewer than two prompts hold both labels")


def test_the_pairwise_interval_covers():
    rng = np.random.default_rng(5)
    covered = []
    for _ in range(300):
        labels = (rng.random((60, 8)) < rng.beta(0.5, 0.5, (60, 1))) * 1.0
        found = pairwise_accuracy(labels * 0.8 + rng.normal(size=(60, 8)), labels)
        covered.append(found.low <= scipy_stats.norm.cdf(0.8 / np.sqrt(2)) <= found.high)
    assert np.mean(covered) > 0.92


def test_weights_by_hand_are_copies_of_what_they_stand_for():
    """Prompt 1: label 1 passes and stands for 3, label 1 fails for 1; prompt 2: label 0 passes for 1, fails for 3."""
    scores, labels = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 1.0]]), np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    weights = np.array([[3.0, 1.0, 1.0], [1.0, 3.0, 1.0]])
    found = discrimination(scores, labels, threshold=0.5, weights=weights)
    rates = found.true_positive_rate.estimate, found.false_positive_rate.estimate
    assert rates == pytest.approx((4 / 5, 1 / 5))


def test_equal_weights_change_nothing():
    scores, labels = draw(np.random.default_rng(1), 40, sensitivity=0.7, fallout=0.2, correlation=0.2)
    assert discrimination(scores, labels, threshold=0.5, weights=np.full(scores.shape, 7.0)) == discrimination(
        scores, labels, threshold=0.5
    )


def test_a_sample_drawn_by_the_score_tells_the_rates_of_the_run():
    """Half the sample passes though few do: unweighted, J is far off; weighted, its interval holds the run's J."""
    rng = np.random.default_rng(0)
    labels = (rng.random((300, 8)) < 0.3) * 1.0
    scores = (rng.random((300, 8)) < np.where(labels == 1, 0.5, 0.05)) * 1.0
    run = discrimination(scores, labels, threshold=0.5).informedness.estimate
    chance = np.where(scores == 1, 300 / scores.sum(), 300 / (scores == 0).sum())
    held, plain = 0, []
    for _ in range(100):
        chosen = rng.random(scores.shape) < chance
        seen, weights = np.where(chosen, labels, NAN), np.where(chosen, 1 / chance, 0.0)
        found = discrimination(scores, seen, threshold=0.5, weights=weights).informedness
        held += found.low <= run <= found.high
        plain.append(discrimination(scores, seen, threshold=0.5).informedness.estimate)
    assert held >= 90
    assert np.mean(plain) > run + 0.1


@pytest.mark.parametrize(
    ("shift", "differ", "levels"), [(0.0, 0.0, False), (1.0, 0.0, False), (1.0, 1.0, True), (2.0, 1.0, False)]
)
def test_the_interval_of_the_area_covers_and_is_no_wider_than_it_need_be(shift, differ, levels):
    """Scores of right answers lie `shift` above, by prompt more or less; with levels they are above the middle or not.

    3,000 draws cover 0.95 to 0.97, where disjoint pairs as trials covered 0.99 and were half as wide again.
    """
    rng = np.random.default_rng(5)
    found = []
    for _ in range(400):
        labels = (rng.random((100, 8)) < 0.4) * 1.0
        scores = rng.normal(size=(100, 8)) + labels * rng.normal(shift, differ, (100, 1))
        found.append(pairwise_accuracy((scores > shift / 2) * 1.0 if levels else scores, labels))
    estimates = np.array([one.estimate for one in found])
    truth, needed = estimates.mean(), 2 * 1.96 * estimates.std()
    assert np.mean([one.low <= truth <= one.high for one in found]) > 0.925
    assert np.mean([one.high - one.low for one in found]) < 1.25 * needed


def test_scores_that_never_differ_have_an_area_of_a_half_with_an_interval():
    found = pairwise_accuracy(np.ones((50, 4)), np.tile([1.0, 0.0], (50, 2)))
    assert found.low < found.estimate == 0.5 < found.high

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as scipy_stats

from rewardlab.stats.interval import Undefined, mean_over_prompts
from rewardlab.stats.ratio import cluster_means, cluster_sums, share_of_items

NAN = np.nan


def test_by_hand():
    # Prompts with 2 of 2, 0 of 1 and 1 of 1: 3/4. Influences (2-1.5, 0-.75, 1-.75)/4 = .125, -.1875, .0625; squares sum
    # to .0546875, times 3/2 = .08203; .1875/.08203 = 2.29 trials, under (sum n)^2 / sum n^2 = 16/6, which counts.
    found = share_of_items([1, 1, 0, 1], [4, 4, 7, 9])
    t, n = scipy_stats.t.ppf(0.975, 2), 16 / 6
    half = t * np.sqrt(0.1875 / n + t * t / (4 * n * n)) / (1 + t * t / n)
    centre = (0.75 + t * t / (2 * n)) / (1 + t * t / n)
    assert (found.estimate, found.low, found.high) == pytest.approx(
        (0.75, max(centre - half, 0), min(centre + half, 1))
    )
    assert found.units == 3


def test_items_of_equal_clusters_have_the_interval_of_their_prompts():
    table = (np.random.default_rng(1).random((40, 4)) < np.random.default_rng(2).random((40, 1))) * 1.0
    found = share_of_items(table.ravel(), np.repeat(np.arange(40), 4))
    prompts = mean_over_prompts(table.mean(axis=1), np.full(40, 4.0))
    assert (found.low, found.high) == pytest.approx((prompts.low, prompts.high))


def test_clusters_may_have_any_names_and_missing_items_are_left_out():
    named = share_of_items([1, 0, NAN, 1], ["b", "a", "a", "c"])
    assert named == share_of_items([1, 0, 1], [1, 0, 2])


def test_no_hit_in_thirty_leaves_room():
    # 1 - 0.025^(1/30) = 0.1157; in six clusters of five, 1 - 0.025^(1/6) = 0.4593.
    assert share_of_items(np.zeros(30)).high == pytest.approx(0.1157, abs=1e-4)
    assert share_of_items(np.zeros(30), np.arange(30) // 5).high == pytest.approx(0.4593, abs=1e-4)
    assert share_of_items(np.ones(30)).low == pytest.approx(1 - 0.1157, abs=1e-4)


def test_what_has_no_spread_is_undefined():
    assert share_of_items([]) == Undefined("no item")
    assert share_of_items([1, 0], ["a", "a"]) == Undefined("one prompt shows no spread")


def test_sums_and_means_of_clusters():
    codes = np.array([0, 2, 0, 1])
    assert cluster_sums(np.array([1.0, 2.0, 3.0, 4.0]), codes).tolist() == [4, 4, 2]
    assert cluster_means(np.array([1.0, NAN, 3.0, 4.0]), codes).tolist() == [2, 4]

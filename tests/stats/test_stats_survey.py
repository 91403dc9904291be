from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.stats.interval import Undefined, mean_over_prompts
from rewardlab.stats.survey import allocation, stratified_mean, stratified_sample, weighted_mean

NAN = np.nan


def test_by_hand():
    # Stratum 0 has 6 generations, 2 seen: 1, 0; stratum 1 has 2, both seen: 1, 1. 6/8 x 1/2 + 2/8 x 1 = .625.
    strata = np.array([[0, 0, 1, 0], [0, 0, 1, 0]])
    values = np.array([[1, NAN, 1, NAN], [0, NAN, 1, NAN]])
    found = stratified_mean(values, strata, bounds=None)
    assert found.estimate == pytest.approx(0.625)
    # Means differ by stratum alike in both prompts: (3 (.5 - .625) + (1 - .625))/8 = 0; sampled: 3/8 (1 - .5) and its
    # opposite. Variance 2 (2 x .1875^2) = .140625, sd .375; t(1) 12.7062.
    assert found.high - found.estimate == pytest.approx(12.7062 * 0.375, rel=1e-5)
    assert found.units == 2


def test_a_run_judged_whole_has_the_interval_over_prompts():
    table = (np.random.default_rng(1).random((40, 4)) < np.random.default_rng(2).random((40, 1))) * 1.0
    whole = mean_over_prompts(table.mean(axis=1), np.full(40, 4.0))
    for strata in (np.zeros((40, 4), int), np.tile(np.arange(4), (40, 1)), table.astype(int)):
        found = stratified_mean(table, strata)
        assert (found.estimate, found.low, found.high) == pytest.approx((whole.estimate, whole.low, whole.high))
    alike = weighted_mean(table.ravel(), np.full(160, 0.3), np.repeat(np.arange(40), 4))
    assert (alike.low, alike.high) == pytest.approx((whole.low, whole.high))


def test_the_weighted_mean_of_a_stratified_sample_is_the_same():
    rng = np.random.default_rng(3)
    strata = rng.integers(0, 3, (60, 4))
    chosen = stratified_sample(strata, size=90, rng=rng)
    values = np.where(chosen, rng.random((60, 4)), NAN)
    probabilities = np.array([chosen[strata == one].mean() for one in range(3)])[strata]
    prompts = np.broadcast_to(np.arange(60)[:, None], strata.shape)
    weighted = weighted_mean(values[chosen], probabilities[chosen], prompts[chosen])
    assert weighted.estimate == pytest.approx(stratified_mean(values, strata).estimate)


def test_what_the_strata_explain_does_not_widen():
    """A rare stratum of ones, all else zero: the sample need not guess how many there are."""
    rng = np.random.default_rng(4)
    strata = (rng.random((300, 8)) < 0.05).astype(int)
    chosen = stratified_sample(strata, size=120, rng=rng)
    noisy = np.where(rng.random(strata.shape) < 0.02, 1 - strata, strata).astype(float)
    values = np.where(chosen, noisy, NAN)
    prompts = np.broadcast_to(np.arange(300)[:, None], strata.shape)[chosen]
    probabilities = np.array([chosen[strata == one].mean() for one in range(2)])[strata][chosen]
    narrow, wide = stratified_mean(values, strata), weighted_mean(values[chosen], probabilities, prompts)
    assert narrow.high - narrow.low < 0.8 * (wide.high - wide.low)


def test_every_stratum_is_seen_and_its_generations_are_equally_likely():
    strata = np.full((50, 4), 0)
    strata[:3, 0] = 1
    strata[:, 3] = -1
    draws = [stratified_sample(strata, size=40, rng=np.random.default_rng(seed)) for seed in range(400)]
    assert {int(one.sum()) for one in draws} == {40}
    assert {int(one[strata == 1].sum()) for one in draws} == {2}
    assert not any(one[strata == -1].any() for one in draws)
    shares = np.mean(draws, axis=0)[strata == 0]
    # 38 of 147; four standard errors of a share over 400 draws are .0875.
    assert np.abs(shares - 38 / 147).max() < 0.0875


@given(st.lists(st.integers(1, 60), min_size=1, max_size=8), st.integers(0, 200))
def test_the_allocation_is_whole_and_near_proportional(sizes, total):
    sizes = np.array(sizes)
    counts = allocation(sizes, total)
    least = np.minimum(sizes, 2)
    assert (counts >= least).all()
    assert (counts <= sizes).all()
    assert counts.sum() == max(min(total, sizes.sum()), least.sum())
    free = (counts > least) & (counts < sizes)
    assert (np.abs(counts - total * sizes / sizes.sum())[free] <= len(sizes) + 2).all()


def test_no_one_in_the_sample_leaves_room():
    values = np.full((100, 2), NAN)
    values[:30, 0] = 0
    found = stratified_mean(values, np.zeros((100, 2), int))
    assert (found.estimate, found.low) == (0, 0)
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 30))
    on_a_scale = stratified_mean(values + 3, np.zeros((100, 2), int), bounds=(1, 5))
    assert on_a_scale.low < 3 < on_a_scale.high


def test_what_the_sample_cannot_say_is_undefined():
    strata = np.array([[0, 1], [0, 1], [0, 7]])
    empty = np.full((3, 2), NAN)
    assert stratified_mean(empty, strata) == Undefined("nothing sampled has a value")
    assert weighted_mean(empty[0], np.ones(2)) == Undefined("nothing sampled has a value")
    seen = np.array([[1, 0], [0, 1], [1, NAN]])
    assert stratified_mean(seen, strata) == Undefined("no generation of stratum 7 has a value")
    assert stratified_mean(seen[:1], strata[:1]) == Undefined("one prompt shows no spread")
    assert isinstance(stratified_mean(np.ones((3, 2)), strata, bounds=None), Undefined)
    for wrong in (0.0, 1.5, NAN):
        with pytest.raises(ValueError, match="inclusion probability"):
            weighted_mean(np.ones(2), np.array([1, wrong]))
    assert not stratified_sample(np.full((2, 2), -1), size=3, rng=np.random.default_rng(1)).any()


def test_a_share_of_one_is_one_whatever_the_weights_sum_to():
    chances = np.random.default_rng(0).uniform(0.05, 1.0, 400)
    assert weighted_mean(np.ones(400), chances).estimate == 1.0

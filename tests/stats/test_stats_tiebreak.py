from __future__ import annotations

import numpy as np
import pytest

from rewardlab.stats.interval import Undefined
from rewardlab.stats.spread import informative_groups
from rewardlab.stats.tiebreak import _pooled_quantiles, informative_beyond_noise

NAN = np.nan


def share(scores, seed=0):
    return informative_beyond_noise(scores, rng=np.random.default_rng(seed)).estimate


def test_without_noise_it_is_the_plain_share():
    table = np.random.default_rng(1).integers(0, 2, (60, 4)).astype(float)
    found = informative_beyond_noise(np.repeat(table[:, :, None], 3, axis=2), rng=np.random.default_rng(0))
    plain = informative_groups(table, 4)
    assert (found.estimate, found.low, found.high) == (plain.estimate, plain.low, plain.high)


@pytest.mark.parametrize(
    ("repeats", "expected"),
    [
        ([2, 2], 1.0),  # half of +-1 each: 0 or 1, evenly
        ([3, 3], 4 / 3),  # two of +-1 over 3: 2/3 against -2/3 one time in eight
        ([0, 2, 2], 1.0),  # what was never scored has no noise
        ([1, 1], 2.0),  # one score for the mean takes the whole difference
    ],
)
def test_the_pooled_quantile_by_hand(repeats, expected):
    found = _pooled_quantiles(np.array([repeats]), np.ones(1), rng=np.random.default_rng(0))
    assert found == pytest.approx([expected])


def flips(rng, shape, rate):
    return (rng.random(shape) < rate) * 1.0


def normal(rng, shape):
    return rng.normal(size=shape)


def heavy(rng, shape):
    return rng.standard_t(2.5, shape)


def skewed(rng, shape):
    return rng.exponential(size=shape)


def seldom(rng, shape):
    return flips(rng, shape, 0.01)


def often(rng, shape):
    return flips(rng, shape, 0.3)


def wavers_on_some_prompts(rng, shape):
    return flips(rng, shape, np.where(rng.random((shape[0], 1, 1)) < 0.2, 0.3, 0.0))


def louder_on_some_prompts(rng, shape):
    return rng.normal(size=shape) * np.where(rng.random((shape[0], 1, 1)) < 0.2, 1.0, 0.01)


@pytest.mark.parametrize(
    "noise", [normal, heavy, skewed, seldom, often, wavers_on_some_prompts, louder_on_some_prompts]
)
@pytest.mark.parametrize("repeats", [2, 3])
@pytest.mark.parametrize("generations", [4, 8])
def test_equal_generations_seldom_count(noise, repeats, generations):
    rng = np.random.default_rng(2)
    # 1,500 prompts: a share of 0.05 has a standard error of 0.006. Own noise of 8 pairs is known within a quarter.
    limit = 0.09 if noise is louder_on_some_prompts else 0.067
    assert share(noise(rng, (1500, generations, repeats))) <= limit


@pytest.mark.parametrize("noise", [seldom, lambda rng, shape: rng.normal(0, 0.1, shape)])
def test_one_right_answer_in_a_group_still_counts(noise):
    rng = np.random.default_rng(3)
    truth = np.zeros((500, 8, 1))
    truth[:250, 0] = 1
    assert share(np.abs(truth - noise(rng, (500, 8, 2)))) == pytest.approx(0.5, abs=0.03)


def test_the_normal_range_would_take_single_flips_for_differences():
    rng = np.random.default_rng(4)
    scores = seldom(rng, (4000, 8, 2))
    means = scores.mean(axis=2)
    noise = np.sqrt(scores.var(axis=2, ddof=1).mean() / 2)
    threshold = np.quantile(np.ptp(rng.normal(0, noise, (20_000, 8)), axis=1), 0.95)
    assert np.mean(np.ptp(means, axis=1) > threshold) > 0.1
    assert share(scores) < 0.01


def test_holes_are_no_scores():
    # A mean over the scorings that came is compared with the noise of so many.
    rng = np.random.default_rng(5)
    scores = rng.normal(size=(1500, 8, 3))
    scores[rng.random(scores.shape) < 0.3] = NAN
    scores[0] = NAN
    found = informative_beyond_noise(scores, rng=rng)
    assert found.units == 1499
    assert found.estimate <= 0.067


def test_the_same_seed_gives_the_same_share():
    scores = np.random.default_rng(6).normal(size=(50, 4, 2)) + np.arange(4)[:, None] * 0.7
    assert share(scores, seed=1) == share(scores, seed=1)


def test_where_nothing_was_scored_twice_it_is_undefined():
    found = informative_beyond_noise(np.ones((5, 4, 1)), rng=np.random.default_rng(0))
    assert found == Undefined("no generation was scored twice")


def test_two_thousand_prompts_are_no_trouble():
    rng = np.random.default_rng(7)
    scores = rng.normal(size=(2000, 16, 3)) + 5 * rng.normal(size=(2000, 16, 1))
    assert share(scores) > 0.9

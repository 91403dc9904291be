from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.stats.interval import Undefined
from rewardlab.stats.noise import noise_of
from rewardlab.stats.spread import variance_by_prompt

NAN = np.nan


def test_by_hand():
    # Two prompts of two generations twice. (0, 0.2) (1, 1): within 0.02; means 0.1, 1, centre 0.55, between
    # 2 x 2 x 0.45^2 = 0.81. (0.5, 0.5) (0.5, 0.7): within 0.02; means 0.5, 0.6; between 2 x 2 x 0.05^2 = 0.01.
    # MSW 0.04 / 4 = 0.01, MSB 0.82 / 2 = 0.41; signal 0.40 / 2 = 0.20; ICC 0.40 / 0.42.
    found = noise_of(np.array([[[0, 0.2], [1, 1]], [[0.5, 0.5], [0.5, 0.7]]]))
    assert (found.noise_variance, found.signal_variance) == pytest.approx((0.01, 0.20))
    assert found.icc == pytest.approx(0.40 / 0.42)
    assert found.signal_to_noise == pytest.approx(20)
    assert found.rescorings(0.99) == math.ceil(0.99 / 0.01 / 20)
    assert (found.unchanged.estimate, found.rescored) == (0.5, 4)


def test_the_published_noise_is_met(published):
    case = published("spread_reward_noise_snr")
    found = noise_of(np.array([case.input["responses_x_rescorings"]]))
    alone = noise_of(np.array(case.input["responses_x_rescorings"] * 2).reshape(2, 6, 2))
    case.meets(
        {
            "noise_variance": found.noise_variance,
            "signal_variance": found.signal_variance,
            "snr": found.signal_to_noise,
            "reliability_single ICC(1)": found.icc,
            "sem": found.standard_error_of_measurement,
            "smallest_detectable_difference_95": found.detectable_difference,
            "rescorings_for_reliability_0.95": found.rescorings(),
            "exact_match_fraction": alone.unchanged.estimate,
        },
        passed_over={
            "reliability_mean": "of mean scores, which no trainer uses",
            "max_attainable_correlation": "the root of the reliability",
        },
    )


@given(st.integers(0, 10_000))
def test_one_prompt_is_the_one_way_decomposition(seed):
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 5, (6, 4)).astype(float)
    table[rng.random((6, 4)) < 0.3] = NAN
    one, other = noise_of(table[None]), variance_by_prompt(table)
    if not isinstance(one, Undefined) and not isinstance(other, Undefined):
        assert one.noise_variance == pytest.approx(other.within_sd**2)
        assert one.signal_variance == pytest.approx(other.between_sd**2)
        assert one.icc == pytest.approx(other.icc)


def nested(rng, prompts, *, signal, noise, shape=(8, 3)):
    generations = rng.normal(0, signal, (prompts, shape[0], 1)) + rng.normal(0, 5, (prompts, 1, 1))
    return generations + rng.normal(0, noise, (prompts, *shape))


def test_components_are_unbiased_with_holes_and_prompts_that_differ():
    rng = np.random.default_rng(1)
    scores = nested(rng, 20_000, signal=2.0, noise=1.0)
    scores[rng.random(scores.shape) < 0.3] = NAN
    found = noise_of(scores)
    assert found.noise_variance == pytest.approx(1, rel=0.02)
    assert found.signal_variance == pytest.approx(4, rel=0.02)
    assert found.icc == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize("heavy", [False, True])
def test_the_interval_of_the_reliability_covers(heavy):
    rng = np.random.default_rng(2)
    covered = []
    for _ in range(400):
        scores = nested(rng, 40, signal=1.0, noise=0.7, shape=(4, 2))
        if heavy:
            scores = rng.normal(size=(40, 4, 1)) + 0.7 * rng.standard_t(6, (40, 4, 2)) / math.sqrt(1.5)
        found = noise_of(scores).reliability
        covered.append(found.low <= 1 / 1.49 <= found.high)
    assert np.mean(covered) > 0.92


def test_a_reward_that_repeats_itself_has_no_noise():
    scores = np.repeat(np.array([[[0.1], [0.3]], [[0.7], [0.1]]]), 3, axis=2)
    found = noise_of(scores)
    assert (found.noise_variance, found.icc, found.signal_to_noise, found.rescorings()) == (0, 1, math.inf, 1)
    assert found.reliability == Undefined("no repeat differs: the reward has shown no noise")
    # Both of two prompts: 1 - (1 - 0.025^(1/2)) is as low as the share unchanged may be.
    assert (found.unchanged.low, found.unchanged.high) == (pytest.approx(0.025**0.5), 1)


def test_noise_alone_has_no_signal():
    rng = np.random.default_rng(3)
    found = noise_of(rng.normal(size=(3, 2, 4)) * 0 + np.array([0.0, 1.0, 0.0, 1.0]))
    assert (found.signal_variance, found.signal_to_noise, found.rescorings()) == (0, 0, math.inf)
    assert found.icc == pytest.approx(-1 / 3)


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        (np.arange(4.0).reshape(2, 2, 1), "no generation was scored twice"),
        (np.arange(4.0).reshape(2, 1, 2), "no prompt has two scored generations"),
        (np.full((2, 2, 2), 0.1 + 0.2), "no score differs within a prompt"),
        (np.full((2, 2, 2), NAN), "no generation was scored twice"),
    ],
)
def test_what_shows_no_noise_is_undefined(scores, reason):
    assert noise_of(scores) == Undefined(reason)


def test_generations_that_were_not_rescored_side_by_side_are_undefined():
    # Two generations scored once and alike, and one alone in its prompt scored twice.
    scores = np.array([[[1.0, NAN], [1.0, NAN]], [[0.0, 1.0], [NAN, NAN]]])
    assert noise_of(scores) == Undefined("no generation was scored twice beside another of its prompt")


def test_prompts_all_alike_have_no_interval():
    scores = np.repeat(np.random.default_rng(5).normal(size=(1, 4, 2)), 3, axis=0)
    reason = "the prompts are all alike: no spread to build an interval on"
    assert noise_of(scores).reliability == Undefined(reason)


def test_one_prompt_has_no_interval():
    scores = np.random.default_rng(4).normal(size=(1, 4, 2))
    assert noise_of(scores).reliability == Undefined("one prompt shows no spread")
    scores = np.concatenate([scores, np.zeros((1, 4, 2))])
    assert noise_of(scores).reliability == Undefined("one prompt alone shows the noise or the differences")

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy import stats as scipy_stats

from rewardlab.stats.extrapolation import extrapolated_mixed_share
from rewardlab.stats.interval import Estimate, Undefined
from rewardlab.stats.mixture import RATES, Mixture

#: 100 prompts of two generations: 50 with no success, 20 with one, 30 with two.
PAIRS = (np.full(100, 2.0), np.repeat([0.0, 1.0, 2.0], [50, 20, 30]))
some_counts = st.lists(
    st.integers(1, 8).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), min_size=2, max_size=40
)


def test_the_share_by_hand():
    # Two of a pair differ in 20 of 100 prompts: the mean of 2p(1-p) is 0.2. Of three, 1 - p^3 - (1-p)^3 = 3p(1-p):
    # half as much again, whatever the success rates; of two again, 0.2.
    assert extrapolated_mixed_share(*PAIRS, 3).estimate == pytest.approx(0.3, abs=0.001)
    assert extrapolated_mixed_share(*PAIRS, 2).estimate == pytest.approx(0.2, abs=0.001)


def test_the_interval_is_the_likelihood_ratios():
    # The pairs say nothing but the share q of the 20 mixed ones: 100 (0.2 log(0.2/q) + 0.8 log(0.8/(1-q))) <= t^2 / 2.
    def ratio(q):
        return 100 * (0.2 * math.log(0.2 / q) + 0.8 * math.log(0.8 / (1 - q))) - scipy_stats.t.ppf(0.975, 99) ** 2 / 2

    ends = optimize.brentq(ratio, 0.01, 0.2), optimize.brentq(ratio, 0.2, 0.49)
    found = extrapolated_mixed_share(*PAIRS, 3)
    assert (found.low, found.high) == pytest.approx((1.5 * ends[0], 1.5 * ends[1]), abs=0.002)


def log_likelihood(samples, successes, weights):
    return np.mean(np.log(scipy_stats.binom.pmf(successes[:, None], samples[:, None], RATES) @ weights))


def test_no_distribution_within_the_drop_reaches_further():
    rng = np.random.default_rng(6)
    samples, successes = np.full(60, 8.0), rng.binomial(8, rng.beta(0.5, 2, 60)).astype(float)
    drop = 2 / 60
    mixture = Mixture(samples, successes, drop=drop)
    best = log_likelihood(samples, successes, mixture.weights)
    mixed = 1 - RATES**16 - (1 - RATES) ** 16
    most, least = mixture.greatest(mixed), -mixture.greatest(-mixed)
    held = 0
    for _ in range(2000):
        part = rng.uniform(0, 0.5)
        weights = (1 - part) * mixture.weights + part * rng.dirichlet(np.full(len(RATES), 0.1))
        likelihood = log_likelihood(samples, successes, weights)
        assert likelihood <= best + drop * 1e-3
        if likelihood >= best - drop:
            held += 1
            assert least - 1e-3 <= mixed @ weights <= most + 1e-3
    assert held > 100


def test_another_search_finds_the_same_ends():
    rng = np.random.default_rng(7)
    samples, successes = np.full(80, 8.0), rng.binomial(8, rng.beta(0.5, 2, 80)).astype(float)
    chances, drop = scipy_stats.binom.pmf(successes[:, None], 8, RATES), 2 / 80
    mixture = Mixture(samples, successes, drop=drop)
    floor = log_likelihood(samples, successes, mixture.weights) - drop
    whole = {"type": "eq", "fun": lambda weights: weights.sum() - 1, "jac": np.ones_like}
    held = {
        "type": "ineq",
        "fun": lambda weights: (np.mean(np.log(chances @ weights)) - floor) / drop,
        "jac": lambda weights: (chances / (chances @ weights)[:, None]).mean(axis=0) / drop,
    }
    mixed = 1 - RATES**16 - (1 - RATES) ** 16
    for values in (mixed, -mixed):
        found = optimize.minimize(
            lambda weights, values=values: (-values @ weights, -values),
            mixture.weights,
            jac=True,
            bounds=[(1e-12, 1)] * len(RATES),
            constraints=[whole, held],
            method="SLSQP",
        )
        assert mixture.greatest(values) == pytest.approx(-found.fun, abs=1e-3)


@settings(max_examples=30)
@given(some_counts, st.integers(2, 64))
def test_the_interval_holds_the_share_or_a_reason_is_given(counts, size):
    samples, successes = np.array(counts, float).T
    found = extrapolated_mixed_share(samples, successes, size)
    if isinstance(found, Undefined):
        assert successes.sum() in (0, samples.sum()) or samples.max() == 1
    else:
        assert 0 <= found.low <= found.estimate <= found.high <= 1
        assert found.low < found.high


@settings(max_examples=20)
@given(some_counts)
def test_failures_and_successes_are_mirror_images_and_order_does_not_matter(counts):
    samples, successes = np.array(counts, float).T
    one = extrapolated_mixed_share(samples, successes, 16)
    other = extrapolated_mixed_share(samples[::-1], (samples - successes)[::-1], 16)
    if isinstance(one, Estimate):
        assert (one.estimate, one.low, one.high) == pytest.approx((other.estimate, other.low, other.high), abs=2e-3)


def test_larger_groups_are_more_often_mixed_and_less_surely_known():
    samples, successes = np.full(200, 8.0), np.repeat([0.0, 1.0, 2.0, 4.0, 8.0], [120, 40, 20, 10, 10])
    shares = [extrapolated_mixed_share(samples, successes, size) for size in (16, 32, 64)]
    assert shares[0].estimate < shares[1].estimate < shares[2].estimate
    assert shares[0].high - shares[0].low < shares[2].high - shares[2].low


def test_prompts_all_right_or_all_wrong_leave_room_for_mixed_ones():
    samples, successes = np.full(200, 8.0), np.repeat([0.0, 8.0], [140, 60])
    found = extrapolated_mixed_share(samples, successes, 16)
    assert found.estimate < 1e-4
    assert 0.01 < found.high < 0.05


def test_the_estimate_is_unbiased_where_success_rates_are_no_beta():
    # 70 % of prompts are never solved, the rest Beta(2, 2). A beta-binomial fit estimates 0.076 too much.
    rng, truth = np.random.default_rng(9), 0.3 * (1 - 12 / (34 * 35))
    draws = [rng.binomial(8, never_solved(rng, 200)).astype(float) for _ in range(60)]
    shares = [extrapolated_mixed_share(np.full(200, 8.0), one, 32).estimate for one in draws]
    assert np.mean(shares) == pytest.approx(truth, abs=0.025)


def test_a_prompt_of_one_generation_is_no_unit():
    samples, successes = np.repeat([1.0, 4.0], [30, 120]), np.repeat([1.0, 0.0, 2.0], [30, 60, 60])
    assert extrapolated_mixed_share(samples, successes, 8).units == 120


@pytest.mark.parametrize(
    ("samples", "successes", "reason"),
    [
        ([], [], "too few scored generations to see how prompts differ"),
        ([8], [3], "too few scored generations to see how prompts differ"),
        ([8, 0], [3, 0], "too few scored generations to see how prompts differ"),
        ([1, 1, 1], [0, 1, 1], "too few scored generations to see how prompts differ"),
        ([8, 8], [0, 0], "every scored generation failed"),
        ([8, 7], [8, 7], "every scored generation succeeded"),
    ],
)
def test_what_the_counts_do_not_show_is_undefined(samples, successes, reason):
    assert extrapolated_mixed_share(np.array(samples, float), np.array(successes, float), 16) == Undefined(reason)


def test_a_share_near_one_is_not_ruled_out_by_the_search_stopping_short():
    successes = np.repeat([1.0, 2.0, 3.0, 4.0], [25, 25, 25, 25])
    assert extrapolated_mixed_share(np.full(100, 8.0), successes, 32).high == 1


def never_solved(rng, prompts):
    return np.where(rng.random(prompts) < 0.7, 0.0, rng.beta(2, 2, prompts))


def beta(rng, prompts):
    return rng.beta(0.4, 3.6, prompts)


# E p^k = 6/((2+k)(3+k)) under Beta(2, 2): 0.3 (1 - 2 x 6/((2+G)(3+G))); under Beta(0.4, 3.6), rho 0.2, by betaln.
@pytest.mark.parametrize(
    ("rates", "size", "truth"),
    [
        (beta, 16, 0.5058),
        (never_solved, 16, 0.3 * (1 - 12 / (18 * 19))),
        (never_solved, 32, 0.3 * (1 - 12 / (34 * 35))),
    ],
)
def test_coverage_at_100_prompts_whatever_the_success_rates(rates, size, truth):
    rng, covered = np.random.default_rng(8), 0
    for _ in range(40):
        successes = rng.binomial(8, rates(rng, 100)).astype(float)
        found = extrapolated_mixed_share(np.full(100, 8.0), successes, size)
        covered += found.low <= truth <= found.high
    assert covered >= 35

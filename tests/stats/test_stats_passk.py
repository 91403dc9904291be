from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.stats.interval import Undefined, mean_over_prompts, modified_wilson
from rewardlab.stats.passk import choose_ratio, mean_pass, pass_at_k, pass_hat_k


def one(function, n, c, k):
    return float(function(np.array([float(n)]), np.array([float(c)]), k)[0])


def test_pass_at_k_by_hand():
    # 4 samples, 1 success: 3 of the 6 pairs hold it. 3 successes: 3 of the 6 pairs hold only successes.
    assert one(pass_at_k, 4, 1, 2) == pytest.approx(3 / 6)
    assert one(pass_hat_k, 4, 3, 2) == pytest.approx(3 / 6)


@pytest.mark.parametrize("n", range(1, 7))
def test_both_are_shares_of_all_subsets(n):
    for c in range(n + 1):
        for k in range(1, n + 1):
            subsets = list(combinations([True] * c + [False] * (n - c), k))
            assert one(pass_at_k, n, c, k) == pytest.approx(np.mean([any(subset) for subset in subsets]))
            assert one(pass_hat_k, n, c, k) == pytest.approx(np.mean([all(subset) for subset in subsets]))


def test_the_published_values_are_met(published):
    case = published("base_pass_at_k")
    computed = {}
    for name, want in case.expected.items():
        n, c, k = (want["params"][key] for key in "nck")
        if name.startswith("pass@"):
            computed[name] = one(pass_at_k, n, c, k)
        elif name.startswith("pass^"):
            computed[name] = one(pass_hat_k, n, c, k)
        elif name.startswith("mixed_group"):
            computed[name] = one(pass_at_k, n, c, k) - one(pass_hat_k, n, c, k)
        elif name == "n<k":
            computed[name] = "undefined" if np.isnan(one(pass_at_k, n, c, k)) else "defined"
    case.meets(computed, passed_over={"biased_plugin": "must not be returned"})
    assert one(pass_at_k, 10, 3, 5) != pytest.approx(case.expected["biased_plugin n=10 c=3 k=5"]["value"], abs=0.05)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_ratios_of_binomials_neither_overflow_nor_round(numbers):
    n, c, k = numbers
    assert float(choose_ratio(np.array(c), np.array(n), k)) == pytest.approx(comb(c, k) / comb(n, k), rel=1e-9)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1), st.integers(1, 6))
def test_all_succeed_exactly_when_none_fails(cells, k):
    right, wrong = np.array(cells, float).T
    np.testing.assert_allclose(pass_at_k(right + wrong, right, k), 1 - pass_hat_k(right + wrong, wrong, k))


def test_a_prompt_with_fewer_samples_counts_with_what_they_show():
    # pass@2: of 2 samples with 1 success 1; of 4 with none 0; of 1 sample that succeeded 1, whatever came after it.
    found = mean_pass(np.array([2.0, 4.0, 1.0]), np.array([1.0, 0.0, 1.0]), 2)
    assert (found.estimate, found.units) == (pytest.approx(2 / 3), 3)
    assert mean_pass(np.array([1.0, 0.0]), np.array([1.0, 0.0]), 2) == Undefined("no prompt has 2 scored generations")
    assert mean_pass(np.array([4.0]), np.array([1.0]), 2) == Undefined("one prompt shows no spread")
    every = mean_pass(np.array([2.0, 2.0]), np.array([1.0, 2.0]), 2, every=True)
    assert every.estimate == 0.5


def test_eight_samples_are_worth_two_draws_of_four():
    # Every prompt at 4 of 8: no spread between prompts, so the interval rests on the draws alone.
    found = mean_pass(np.full(20, 8.0), np.full(20, 4.0), 4)
    expected = mean_over_prompts(np.full(20, 1 - 1 / 70), np.full(20, 2.0))
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


@given(st.lists(st.integers(0, 8), min_size=2, max_size=40), st.sampled_from([1, 2, 4, 8]))
def test_the_interval_holds_the_estimate_and_grows_with_k(successes, k):
    samples, successes = np.full(len(successes), 8.0), np.array(successes, float)
    found = mean_pass(samples, successes, k)
    assert 0 <= found.low <= found.estimate <= found.high <= 1
    assert found.low < found.high
    assert mean_pass(samples, successes, 1).estimate <= found.estimate + 1e-12


@pytest.mark.parametrize("k", [1, 4, 8])
@pytest.mark.parametrize(("mean", "correlation"), [(0.05, 0.2), (0.1, 0.5), (0.3, 0.2)])
def test_coverage_at_100_prompts(k, mean, correlation, draw_successes):
    rng = np.random.default_rng(2)
    successes = draw_successes(rng, 3000, 100, mean=mean, correlation=correlation)
    values = pass_at_k(np.full(successes.shape, 8.0), successes, k)
    spread = 1 / correlation - 1
    # E (1-p)^k under Beta(a, b) is the product of (b + i) / (a + b + i).
    truth = 1 - np.prod([((1 - mean) * spread + i) / (spread + i) for i in range(k)])
    low, high = modified_wilson(values.mean(axis=1), values.var(axis=1, ddof=1), prompts=100, most=100.0 * (8 // k))
    assert np.mean((low <= truth) & (truth <= high)) > 0.93

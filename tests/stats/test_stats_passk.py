from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.stats.choose import choose_ratio
from rewardlab.stats.interval import Undefined
from rewardlab.stats.passk import mean_pass, pass_at_k, pass_hat_k
from rewardlab.stats.successes import Counted, cells_of, mean_of_successes


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


def test_a_prompts_own_samples_are_all_used_for_fewer_draws():
    # Every prompt at 4 of 8: one draw of four a prompt has the spread of a coin, the mean over all of them much less.
    found, halved = (mean_pass(np.full(20, n), np.full(20, n / 2), 4) for n in (8.0, 4.0))
    assert found.high - found.low < halved.high - halved.low


def test_of_one_draw_any_and_all_are_the_same():
    one, other = (mean_pass(np.full(9, 8.0), np.arange(9.0), 1, every=every) for every in (False, True))
    assert one == other == mean_of_successes(np.full(9, 8.0), np.arange(9.0))


@given(st.lists(st.integers(0, 8), min_size=2, max_size=40), st.sampled_from([1, 2, 4, 8]))
def test_the_interval_holds_the_estimate_and_grows_with_k(successes, k):
    samples, successes = np.full(len(successes), 8.0), np.array(successes, float)
    found = mean_pass(samples, successes, k)
    assert 0 <= found.low <= found.estimate <= found.high <= 1
    assert found.low < found.high
    assert mean_pass(samples, successes, 1).estimate <= found.estimate + 1e-12


@pytest.mark.parametrize("k", [2, 4, 8])
@pytest.mark.parametrize(("mean", "correlation"), [(0.05, 0.2), (0.3, 0.2)])
def test_coverage_at_100_prompts(k, mean, correlation, draw_successes):
    successes = draw_successes(np.random.default_rng(2), 400, 100, mean=mean, correlation=correlation)
    spread = 1 / correlation - 1
    # E (1-p)^k under Beta(a, b) is the product of (b + i) / (a + b + i).
    truth = 1 - np.prod([((1 - mean) * spread + i) / (spread + i) for i in range(k)])
    tested = [Counted(cells_of(np.full(100, 8.0), one), draws=k).tails(np.array([truth])) for one in successes]
    assert np.mean([min(at_most[0], at_least[0]) > 0.025 for at_most, at_least in tested]) > 0.93

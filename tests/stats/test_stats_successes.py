from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy import stats as scipy_stats

from rewardlab.stats.band import place
from rewardlab.stats.interval import Undefined, mean_over_prompts, share_of_prompts
from rewardlab.stats.successes import Counted, cells_of, mean_of_successes, rates_of

#: Per prompt: (successes, generations).
counts = st.integers(1, 12).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
some_prompts = st.lists(counts, min_size=2, max_size=40)


def found_of(prompts, **options):
    successes, samples = np.array(prompts, float).T
    return mean_of_successes(samples, successes, **options)


def test_prompts_all_right_or_all_wrong_count_once_and_exactly():
    # The likeliest distribution with a mean then holds the rates 0 and 1 alone: a binomial over prompts.
    for right in (1, 5, 50, 97):
        found = mean_of_successes(np.full(100, 8.0), np.where(np.arange(100) < right, 8.0, 0.0))
        assert (found.low, found.high) == pytest.approx(binomial_ends(right, 100), abs=5e-4)
        exact = share_of_prompts(np.arange(100) < right)
        assert exact.low < found.low < found.high < exact.high


def test_one_generation_a_prompt_is_a_binomial():
    found = mean_of_successes(np.ones(60), np.where(np.arange(60) < 9, 1.0, 0.0))
    assert (found.low, found.high) == pytest.approx(binomial_ends(9, 60), abs=5e-4)


def binomial_ends(right, of):
    """Where a binomial's tail, less half the chance of `right` or a quarter of 0.025, is 0.025."""

    def off(mean, tail):
        return tail - min(scipy_stats.binom.pmf(right, of, mean) / 2, 0.25 * 0.025) - 0.025

    low = optimize.brentq(lambda mean: off(mean, scipy_stats.binom.sf(right - 1, of, mean)), 1e-9, right / of)
    high = optimize.brentq(lambda mean: off(mean, scipy_stats.binom.cdf(right, of, mean)), right / of, 1 - 1e-9)
    return low, high


def test_no_test_errs_a_quarter_oftener_than_it_may_where_estimates_come_in_steps():
    """All or nothing: the chance of each outcome is a binomial's, so that the error of the test is known exactly."""
    for prompts, mean in itertools.product((100, 120, 173), (0.02, 0.05, 0.3)):
        below, above = 0.0, 0.0
        for right in range(1, prompts):
            chance = scipy_stats.binom.pmf(right, prompts, mean)
            if chance > 1e-7:
                cells = ((8, 0, prompts - right), (8, 8, right))
                at_most, at_least = Counted(cells).tested(np.array([mean]), 0.02)
                below, above = below + chance * (at_most[0] <= 0.02), above + chance * (at_least[0] <= 0.02)
        assert max(below, above) <= 0.025


def test_no_success_and_no_failure_end_where_no_prompt_was_seen():
    # Of prompts that always succeed a share q is not seen in 72 with chance (1 - q)^72 = 0.025: q = 0.0500.
    found, mirror = mean_of_successes(np.full(72, 8.0), np.zeros(72)), mean_of_successes(np.ones(72), np.ones(72))
    assert (found.low, found.high) == (0.0, 1 - 0.025 ** (1 / 72))
    assert (mirror.low, mirror.high) == (0.025 ** (1 / 72), 1.0)


def test_the_tails_are_those_of_every_outcome_by_brute_force():
    # Four prompts of two and three generations; the constrained maximum by another search, the sums by enumeration.
    samples, successes, mean = np.array([2.0, 2.0, 3.0, 3.0]), np.array([1.0, 0.0, 0.0, 2.0]), 0.55
    rates = rates_of(3)
    chances = scipy_stats.binom.pmf(successes[:, None], samples[:, None], rates)
    best = optimize.minimize(
        lambda weights: -np.log(chances @ weights + 1e-300).sum(),
        np.full(len(rates), 1 / len(rates)),
        jac=lambda weights: -(chances / (chances @ weights)[:, None]).sum(axis=0),
        bounds=[(0, 1)] * len(rates),
        constraints=[
            {"type": "eq", "fun": lambda weights: weights.sum() - 1},
            {"type": "eq", "fun": lambda weights: rates @ weights - mean},
        ],
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 1000},
    ).x
    total, low, high = (successes / samples).sum(), 0.0, 0.0
    for right in itertools.product(range(3), range(3), range(4), range(4)):
        chance = np.prod([scipy_stats.binom.pmf(c, n, rates) @ best for c, n in zip(right, samples, strict=True)])
        value = sum(c / n for c, n in zip(right, samples, strict=True))
        low, high = low + chance * (value <= total + 1e-9), high + chance * (value >= total - 1e-9)
    at_most, at_least = Counted(cells_of(samples, successes)).tails(np.array([mean]))
    assert (at_most[0], at_least[0]) == pytest.approx((low, high), abs=2e-3)


def test_an_end_is_where_the_tail_is_a_fortieth():
    counted = Counted(((8, 0, 60), (8, 1, 20), (8, 3, 10), (8, 8, 10)))
    low, high = counted.ends(0.025)
    at_most, at_least = counted.tested(np.array([low, high]), 0.025)
    assert (at_least[0], at_most[1]) == pytest.approx((0.025, 0.025), rel=0.02)
    whole = counted.tails(np.array([low, high]))
    assert 0.025 < min(whole[1][0], whole[0][1]) < max(whole[1][0], whole[0][1]) < 0.032


def test_draws_of_several_are_pass_at_k():
    # 10 generations, 3 successes, 5 draws: 1 - C(7, 5) / C(10, 5) = 1 - 21/252.
    found = mean_of_successes(np.full(30, 10.0), np.full(30, 3.0), draws=5)
    assert found.estimate == pytest.approx(11 / 12)
    assert found.low < found.estimate < found.high


def test_the_worked_decisions_are_met(published):
    case = published("base_cluster_ci_and_decision")
    for name, scenario in case.input["scenarios"].items():
        n, histogram = scenario["N"], scenario["successes_per_prompt_histogram"]
        successes = np.repeat([float(count) for count in histogram], list(histogram.values()))
        found = mean_of_successes(np.full(len(successes), float(n)), successes)
        wilson = mean_over_prompts(successes / n, np.full(len(successes), float(n)))
        assert found.estimate == pytest.approx(wilson.estimate)
        assert place(found, tuple(case.input["band"])) == case.expected[f"{name}: decision"]["value"]


@given(some_prompts, st.sampled_from([0.9, 0.95, 0.999]))
@settings(max_examples=60, deadline=None)
def test_the_interval_holds_the_estimate_within_0_and_1_and_has_width(prompts, level):
    found = found_of(prompts, level=level)
    assert 0 <= found.low <= found.estimate <= found.high <= 1
    assert found.low < found.high


@given(some_prompts)
@settings(max_examples=40, deadline=None)
def test_failures_and_successes_are_mirror_images(prompts):
    found, mirror = found_of(prompts), found_of([(n - c, n) for c, n in prompts])
    assert (1 - mirror.high, 1 - mirror.low) == pytest.approx((found.low, found.high), abs=0.004)


def test_a_level_nearer_one_is_wider_and_many_generations_are_read():
    prompts = [(3, 300), (0, 7), (40, 40), (1, 2)] * 20
    narrow, wide = found_of(prompts), found_of(prompts, level=0.999)
    assert wide.low < narrow.low < narrow.estimate < narrow.high < wide.high
    assert math.isfinite(found_of([(700, 2000), (20, 2000)] * 10).low)


def test_no_prompt_and_one_prompt_are_undefined_with_a_reason():
    assert mean_of_successes(np.zeros(2), np.zeros(2)) == Undefined("no prompt has enough scored generations")
    assert mean_of_successes(np.array([4.0, 0.0]), np.zeros(2)) == Undefined("one prompt shows no spread")


def alike(mean):
    return lambda rng, prompts: np.full(prompts, mean)


def parts(*rates_and_shares):
    rates, shares = zip(*rates_and_shares, strict=True)
    return lambda rng, prompts: rng.choice(rates, prompts, p=shares)


#: Where the modified Wilson interval covers 0.67 to 0.93, and where prompts are alike: rates, true mean, sizes.
CELLS = {
    "one in a hundred easy, the rest at 4 %": (parts((0.0404, 0.99), (1.0, 0.01)), 0.049996, [16]),
    "one in a hundred easy, the rest at 1 %": (parts((0.01, 0.99), (1.0, 0.01)), 0.0199, [8]),
    "two in a hundred easy": (parts((0.0306, 0.98), (1.0, 0.02)), 0.049988, [16]),
    "all or nothing": (parts((0.0, 0.95), (1.0, 0.05)), 0.05, [8]),
    "rarely all, else nothing": (parts((0.0, 0.98), (1.0, 0.02)), 0.02, [8]),
    "1 %, correlation 0.5": (lambda rng, prompts: rng.beta(0.01, 0.99, prompts), 0.01, [8]),
    "10 %, correlation 0.2": (lambda rng, prompts: rng.beta(0.4, 3.6, prompts), 0.1, [8]),
    "all alike": (alike(0.05), 0.05, [8]),
    "unequal sizes": (lambda rng, prompts: rng.beta(0.4, 3.6, prompts), 0.1, [1, 2, 4, 8]),
}
REPETITIONS = 1000


@pytest.mark.parametrize("name", CELLS)
def test_the_truth_is_rejected_no_more_than_it_may_be(name):
    rates, truth, sizes = CELLS[name]
    rng = np.random.default_rng(4)
    below, above = 0, 0
    for _ in range(REPETITIONS):
        samples = rng.choice(sizes, 100)
        successes = rng.binomial(samples, rates(rng, 100))
        counted = Counted(cells_of(samples.astype(float), successes.astype(float)))
        at_most, at_least = counted.tested(np.array([truth]), 0.025)
        below, above = below + (at_most[0] <= 0.025), above + (at_least[0] <= 0.025)
    # Three standard errors of a share of 0.025 in a thousand are 0.015.
    assert max(below, above) / REPETITIONS < 0.04
    assert 1 - (below + above) / REPETITIONS > 0.935

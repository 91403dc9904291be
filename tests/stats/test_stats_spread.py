from __future__ import annotations

from io import StringIO
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from rewardlab.stats.interval import Estimate, Undefined, mean_over_prompts, modified_wilson
from rewardlab.stats.passk import pass_at_k, pass_hat_k
from rewardlab.stats.spread import (
    SAME_SCORE,
    informative_groups,
    informative_per_prompt,
    level_counts,
    levels_of,
    share_at,
    variance_by_prompt,
)

NAN = np.nan
#: Scores on a few levels, with holes: ties, groups of unequal size and prompts without a score all occur.
graded = st.sampled_from([0.0, 0.25, 0.5, 1.0, NAN])
binary = st.sampled_from([0.0, 1.0, NAN])


def tables(cell):
    shape = st.tuples(st.integers(0, 6), st.integers(1, 6))
    return shape.flatmap(
        lambda s: st.lists(st.lists(cell, min_size=s[1], max_size=s[1]), min_size=s[0], max_size=s[0]).map(
            lambda rows: np.array(rows, float).reshape(s)
        )
    )


def brute_force(row, size):
    """The share of all subsets of a row's scores that are not all equal."""
    subsets = list(combinations(row[np.isfinite(row)], size))
    return np.mean([len(set(subset)) > 1 for subset in subsets]) if subsets else NAN


def of_counts(right, wrong, size):
    return float(informative_per_prompt(np.array([[1.0] * right + [0.0] * wrong]), size)[0])


def test_informative_share_by_hand():
    # 16 generations, 4 right, groups of 8: C(4, 8) = 0 all right, C(12, 8) = 495 all wrong, of C(16, 8) = 12870.
    assert of_counts(4, 12, 8) == pytest.approx(1 - 495 / 12870)
    assert of_counts(4, 12, 8) == pytest.approx(0.9615, abs=5e-5)
    # The plug-in 1 - 0.25^8 - 0.75^8 is biased downwards.
    assert of_counts(4, 12, 8) > 1 - 0.25**8 - 0.75**8 == pytest.approx(0.8999, abs=5e-5)


@given(tables(graded), st.integers(2, 6))
def test_informative_share_is_that_of_all_subsets(table, size):
    expected = [brute_force(row, size) for row in table]
    np.testing.assert_allclose(informative_per_prompt(table, size), expected, atol=1e-12)


def expected_share(size, successes_at):
    """The mean of the unbiased share over prompts of 2 x size generations whose successes follow a distribution."""
    n = 2 * size
    c = np.arange(n + 1.0)
    mixed = pass_at_k(np.full(n + 1, float(n)), c, size) - pass_hat_k(np.full(n + 1, float(n)), c, size)
    return float(mixed @ successes_at(c, n))


def beta_binomial(mean, correlation):
    a, b = mean * (1 / correlation - 1), (1 - mean) * (1 / correlation - 1)
    return lambda c, n: scipy_stats.betabinom.pmf(c, n, a, b)


def homogeneous(p):
    return lambda c, n: scipy_stats.binom.pmf(c, n, p)


def test_the_published_shares_are_what_the_estimator_gives_on_average(published):
    case = published("spread_effective_group_fraction")
    computed = {}
    for name, want in case.expected.items():
        told = want.get("params")
        if name.startswith("homogeneous"):
            computed[name] = expected_share(told["N"], homogeneous(told["p"]))
        elif name.startswith("beta prompts"):
            computed[name] = expected_share(told["N"], beta_binomial(told["mean"], told["rho"]))
        else:
            share, p = float(name.split()[3].strip("%")) / 100, float(name.split("p=")[1])
            computed[name] = next(size for size in range(2, 99) if expected_share(size, homogeneous(p)) >= share)
    case.meets(computed, passed_over={})


@given(tables(graded))
def test_larger_groups_are_more_often_informative(table):
    full = table[np.isfinite(table).all(axis=1)]
    shares = [informative_per_prompt(full, size) for size in range(2, full.shape[1] + 1)]
    for smaller, larger in pairwise(shares):
        assert (larger >= smaller - 1e-12).all()


@given(tables(binary), st.integers(2, 12))
def test_the_interval_holds_the_share_or_a_reason_is_given(table, size):
    found = informative_groups(table, size)
    if isinstance(found, Undefined):
        assert found.reason
    else:
        assert 0 <= found.low <= found.estimate <= found.high <= 1
        assert found.low < found.high


@given(tables(graded), st.integers(2, 4), st.integers(0, 99))
def test_the_order_of_prompts_and_generations_and_holes_do_not_matter(table, size, seed):
    rng = np.random.default_rng(seed)
    shuffled = rng.permuted(rng.permutation(table), axis=1)
    holed = np.hstack([shuffled, np.full((len(table), 2), NAN)])
    one, other = informative_groups(table, size), informative_groups(holed, size)
    if isinstance(one, Estimate):
        assert (one.estimate, one.low, one.high) == pytest.approx((other.estimate, other.low, other.high), abs=1e-6)
    else:
        assert one == other


@given(tables(graded), st.integers(2, 4))
def test_turning_the_scores_round_does_not_matter(table, size):
    np.testing.assert_allclose(informative_per_prompt(table, size), informative_per_prompt(1 - table, size))


def test_prompts_with_fewer_scores_count_with_what_those_show():
    # Groups of 4: both full prompts are mixed; the third differs among two scores already; the fourth has one score.
    table = np.array([[0, 1, 0, 1], [0, 1, 1, 1], [1, 0, NAN, NAN], [1, NAN, NAN, NAN]])
    found = informative_groups(table, 4)
    assert (found.estimate, found.units) == (1.0, 3)


def test_few_complete_prompts_do_not_speak_for_the_many_that_are_flat():
    """3 of 150 prompts have eight scores and differ; the others have seven, all alike: at most 6 % are informative."""
    table = np.zeros((150, 8))
    table[:3, ::2] = 1
    table[3:, 7] = NAN
    table[3::2, :7] = 1
    found = informative_groups(table, 8)
    assert found.units == 150
    assert found.low < 0.02 < found.high < 0.07


def test_few_complete_prompts_do_not_speak_for_the_many_that_differ():
    """30 of 150 prompts have eight scores, all alike; the others have seven that differ: 80 % are informative."""
    table = np.ones((150, 8))
    table[30:, :3] = 0
    table[30:, 7] = NAN
    found = informative_groups(table, 8)
    assert (found.estimate, found.units) == (pytest.approx(0.8), 150)
    assert found.low > 0.7


def test_incomplete_prompts_of_many_levels_are_bounded_too():
    table = np.zeros((120, 8))
    table[:60] = np.arange(8)
    table[:, 7] = NAN
    table[0, 7] = table[119, 7] = 0
    found = informative_groups(table, 8)
    assert found.low < 0.5 <= found.estimate < found.high < 0.75


@given(st.integers(0, 2**32 - 1))
def test_no_share_falls_as_groups_grow(seed):
    """Whatever is missing: what differs among fewer generations differs among more."""
    rng = np.random.default_rng(seed)
    table = rng.integers(0, rng.integers(2, 4), (30, 8)).astype(float)
    table[rng.random(table.shape) < 0.2] = NAN
    shares = [share for size in (2, 4, 8) if isinstance(share := informative_groups(table, size), Estimate)]
    assert all(one.estimate <= other.estimate + 1e-9 for one, other in pairwise(shares))
    assert all(one.low <= one.estimate <= one.high for one in shares)


def test_eight_generations_are_worth_two_groups_of_four():
    # Every prompt at 4 of 8, 1 - 2/70 of its groups mixed: no spread between prompts, the groups alone count.
    found = informative_groups(np.tile([0.0, 1.0], (20, 4)), 4)
    expected = mean_over_prompts(np.full(20, 1 - 2 / 70), np.full(20, 2.0))
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_a_lone_full_group_does_not_speak_for_all():
    table = np.vstack([[0, 0, 0, 0, 1], np.tile([0, 1, 0, 1, NAN], (20, 1))])
    assert informative_groups(table, 5).units == 21


@pytest.mark.parametrize(
    ("table", "size", "reason"),
    [
        (np.zeros((0, 4)), 2, "no prompt has enough scored generations"),
        (np.full((5, 4), NAN), 2, "no prompt has enough scored generations"),
        (np.array([[0.0, 1.0]]), 2, "one prompt shows no spread"),
        (np.array([[0.0], [1.0], [1.0]]), 2, "too few scored generations to see how prompts differ"),
        (
            np.ones((5, 4)),
            8,
            "all scores are equal: groups beyond the generations sampled are extrapolated for two levels only",
        ),
        (
            np.array([[0.0, 0.5], [1.0, 1.0]]),
            4,
            "3 score levels: groups beyond the generations sampled are extrapolated for two levels only",
        ),
    ],
)
def test_what_the_scores_do_not_show_is_undefined(table, size, reason):
    assert informative_groups(table, size) == Undefined(reason)


def test_a_constant_reward_has_no_informative_group_but_an_interval():
    # 1 - 0.025^(1/5) = 0.5218
    found = informative_groups(np.ones((5, 4)), 4)
    assert (found.estimate, found.low, found.high) == (0, 0, pytest.approx(0.5218, abs=1e-4))


def test_scores_closer_than_an_epsilon_are_one_level():
    table = np.array([[0.1 + 0.2, 0.3, 0.3 + 3 * SAME_SCORE, NAN]])
    levels, codes = levels_of(table)
    assert levels == pytest.approx([0.3, 0.3 + 3e-9], abs=1e-10)
    assert codes.tolist() == [[0, 0, 1, -1]]
    counts, totals = level_counts(table)
    assert (sorted(counts[0]), totals.tolist()) == ([0, 0, 1, 2], [3])


@given(tables(graded))
def test_runs_are_as_long_as_each_level_is_frequent(table):
    counts, totals = level_counts(table)
    for row, runs, total in zip(table, counts, totals, strict=True):
        scores = row[np.isfinite(row)]
        assert sorted(runs[runs > 0]) == sorted(np.unique(scores, return_counts=True)[1])
        assert total == len(scores)


@pytest.mark.parametrize("size", [4, 8])
@pytest.mark.parametrize(("mean", "correlation"), [(0.05, 0.2), (0.05, 0.5), (0.1, 0.2), (0.3, 0.2), (0.5, 0.5)])
def test_coverage_at_100_prompts(size, mean, correlation, draw_successes):
    rng = np.random.default_rng(4)
    successes = draw_successes(rng, 3000, 100, mean=mean, correlation=correlation)
    samples = np.full(successes.shape, 8.0)
    values = pass_at_k(samples, successes, size) - pass_hat_k(samples, successes, size)
    truth = expected_share(size, beta_binomial(mean, correlation))
    low, high = modified_wilson(values.mean(axis=1), values.var(axis=1, ddof=1), prompts=100, most=100.0 * (8 // size))
    assert np.mean((low <= truth) & (truth <= high)) > 0.93


@pytest.mark.parametrize("digits", [0, 12])
def test_a_hundred_thousand_prompts_are_no_trouble(digits):
    table = np.random.default_rng(5).random((100_000, 16)).round(digits)
    assert informative_groups(table, 8).units == 100_000


def test_variance_by_hand():
    # (0, 1) and (1, 1): means 0.5 and 1, grand 0.75; SSB 2 (0.0625 + 0.0625) = 0.25, SSW 0.5; MSB 0.25, MSW 0.25;
    # no variance between, ICC 0, two thirds of the spread within.
    found = variance_by_prompt(np.array([[0.0, 1.0], [1.0, 1.0]]))
    assert found.within_sd == pytest.approx(0.5)
    assert (found.between_sd, found.icc, found.within_share) == (0, 0, pytest.approx(2 / 3))


def test_the_published_decomposition_is_met(published):
    case = published("spread_variance_decomposition")
    table = np.array(case.input["prompts_x_generations"])
    found = variance_by_prompt(table)
    flat = informative_groups(table, 4)
    case.meets(
        {
            "MSW (mean within-prompt variance, ddof=1)": found.within_sd**2,
            "between_variance_component": found.between_sd**2,
            "MSB": 4 * found.between_sd**2 + found.within_sd**2,
            "F": 4 * found.between_sd**2 / found.within_sd**2 + 1,
            "ICC(1)": found.icc,
            "within_share_of_total": found.within_share,
            "frac_reward_zero_std": 1 - flat.estimate,
            "distinct_levels": len(levels_of(table)[0]),
            "floor_fraction": share_at(table, case.input["floor"]),
            "ceiling_fraction": share_at(table, case.input["ceiling"]),
        },
        passed_over={
            "grand_mean": "the baseline is of successes, not of scores",
            "SSB": "within the mean square",
            "SSW": "likewise",
            "mean within-prompt variance, ddof=0": "biased",
            "F_p": "nobody doubts that prompts differ",
            "ICC(1,k)": "of mean scores, which no trainer uses",
            "mean_group_std": "the within_sd pools variances instead",
            "entropy": "not reported",
        },
    )


def test_the_published_icc_is_met(published):
    case = published("agr_shrout_fleiss1979_icc")
    table = np.genfromtxt(StringIO(case.input["data_csv"]), delimiter=",", skip_header=1)[:, 1:]
    found = variance_by_prompt(table)
    case.meets(
        {
            "ICC(1,1)": found.icc,
            "ICC(1,1)_full": found.icc,
            "WMS": found.within_sd**2,
            "BMS": 4 * found.between_sd**2 + found.within_sd**2,
        },
        passed_over={
            "ci95": "the ICC of a reward is shown without an interval",
            "ICC(2": "two-way: generations have no identity across prompts",
            "ICC(3": "likewise",
            "ICC(1,k)": "of mean scores, which no trainer uses",
            "JMS": "two-way",
            "EMS": "two-way",
        },
    )


def test_unequal_groups_have_their_own_mean_size():
    # Sizes 2 and 4: n0 = (6 - 20/6) / 1 = 8/3. (0, 2) and (3, 3, 5, 5): means 1, 4, grand 3; SSB 2x4 + 4x1 = 12,
    # SSW 2 + 4 = 6, MSB 12, MSW 6/4 = 1.5; between (12 - 1.5) x 3/8 = 3.9375; ICC 10.5 / (12 + 5/3 x 1.5) = 10.5/14.5.
    found = variance_by_prompt(np.array([[0, 2, NAN, NAN], [3, 3, 5, 5]]))
    assert found.between_sd**2 == pytest.approx(3.9375)
    assert (found.icc, found.within_share) == (pytest.approx(10.5 / 14.5), pytest.approx(6 / 18))


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (np.zeros((0, 4)), "needs two prompts, one of them with two scored generations"),
        (np.array([[0.0, 1.0]]), "needs two prompts, one of them with two scored generations"),
        (np.array([[0.0], [1.0]]), "needs two prompts, one of them with two scored generations"),
        (np.full((3, 4), NAN), "needs two prompts, one of them with two scored generations"),
        (np.full((3, 4), 1e9 + 0.1), "all scores are equal"),
    ],
)
def test_a_variance_that_is_not_defined_says_why(table, reason):
    assert variance_by_prompt(table) == Undefined(reason)


@given(tables(graded), st.floats(-1e6, 1e6), st.floats(0.1, 100))
def test_moving_and_stretching_the_scores_leaves_the_icc(table, shift, stretch):
    one, other = variance_by_prompt(table), variance_by_prompt(table * stretch + shift)
    if isinstance(one, Undefined):
        assert one == other
    else:
        assert (one.icc, one.within_share) == pytest.approx((other.icc, other.within_share), abs=1e-6)
        assert 0 <= one.within_share <= 1


def test_the_share_at_a_score_of_nothing_is_none():
    assert share_at(np.full((2, 2), NAN), 0.0) is None
    assert share_at(np.array([[0.0, 1e-12, 0.5, NAN]]), 0.0) == pytest.approx(2 / 3)

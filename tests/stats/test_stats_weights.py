"""Sampled items that stand for unequal numbers of others: every statistic of the judges, three ways."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau
from scipy.stats import t as student

from rewardlab.errors import InputError
from rewardlab.stats.agreement.alpha import alpha_of
from rewardlab.stats.agreement.concordance import kendall_tau
from rewardlab.stats.agreement.gwet import agreement_weights, chance_corrected, percent_agreement
from rewardlab.stats.agreement.kappa import cohen_kappa
from rewardlab.stats.agreement.panel import agreement_of
from rewardlab.stats.agreement.resampling import alpha_with_interval
from rewardlab.stats.agreement.table import Table
from rewardlab.stats.alttest import alternative_test
from rewardlab.stats.calibration import calibration
from rewardlab.stats.cluster import mean_of_prompts
from rewardlab.stats.consensus import dawid_skene, votes_of
from rewardlab.stats.consistency import consistency
from rewardlab.stats.discrimination import discrimination, pairwise_accuracy
from rewardlab.stats.independence import error_independence
from rewardlab.stats.interval import Estimate, Undefined, wilson
from rewardlab.stats.prediction import powered_mean
from rewardlab.stats.prevalence import prevalence
from rewardlab.stats.rank import rank_correlation, weighted_tau
from rewardlab.stats.survey import weighted_mean_over_prompts, weighted_share
from rewardlab.stats.weights import differ, effective_clusters, effective_number, scaled

NAN = np.nan
UNITS = 60


def ratings(seed, *, values=2, slip=0.2, raters=3):
    """A table of raters who mostly say what is true, some ratings missing; the first column is the truth."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, values, (UNITS, 1))
    table = np.where(rng.random((UNITS, raters)) < slip, rng.integers(0, values, (UNITS, raters)), truth).astype(float)
    table[rng.random((UNITS, raters)) < 0.1] = NAN
    table[:, 0] = truth[:, 0]
    return table


TRUE, *_ = ratings(3).T
SAID, OTHER = (np.nan_to_num(column) for column in ratings(3)[:, 1:].T)
CHANCES = np.random.default_rng(4).random(UNITS)
#: Three units a prompt.
PROMPT = np.repeat(np.arange(UNITS // 3), 3)
TIMES = np.random.default_rng(5).integers(1, 5, UNITS).astype(float)


def coefficients(level, weights, rows, cluster):
    """Every coefficient of a panel."""
    table = Table.of(ratings(1, values=4)[rows], cluster=cluster, weights=weights, scale=(0, 1, 2, 3))
    partial = None if level == "nominal" else agreement_weights(table.values, "quadratic")
    two = table.of_raters([0, 1])
    return {
        "percent": percent_agreement(table).interval,
        **{
            chance: chance_corrected(table, chance, weights=partial).interval
            for chance in ("gwet", "fleiss", "brennan-prediger")
        },
        "kappa": cohen_kappa(two, weights=partial).interval,
    }


def flat(weights, rows, cluster):
    """Every statistic of a column of items."""
    half, far = rows[: UNITS // 2], rows[UNITS // 2 :]
    if len(rows) > UNITS:  # each item as often as it weighs: the halves part at the same item
        half, far = rows[rows < UNITS // 2], rows[rows >= UNITS // 2]
    both = None if weights is None else (weights[: len(half)], weights[len(half) :])
    prompts = cluster[: len(half)], cluster[len(half) :]
    data = TRUE[half], SAID[half], SAID[far]
    found = calibration(CHANCES[rows], TRUE[rows], bins=4, clusters=cluster, weights=weights)
    people = np.stack([TRUE, OTHER, 1 - (CHANCES < 0.8) * TRUE])[:, rows]
    test = alternative_test(SAID[rows], people, clusters=cluster, weights=weights)
    return {
        "share": weighted_share(SAID[rows], weights, cluster),
        "powered": powered_mean(*data, clusters=prompts, weights=both, weight=0.7).mean,
        "corrected": prevalence(*data, clusters=prompts, weights=both).rate,
        "first bin": found.curve[0].interval,
        "ece": found.expected_error,
        "mce": found.maximum_error,
        "brier": found.brier,
        "log loss": found.log_loss,
        "advantage": test.advantage,
        "wins": test.annotators[0].annotator_wins,
        "priors": dawid_skene(
            votes_of(np.stack([TRUE, SAID, OTHER], axis=1)[rows], classes=2), weights=weights
        ).priors[0],
    }  # fmt: skip


def tables(weights, rows, cluster):
    """Every statistic of tables (prompts, generations), from columns."""
    shape = len(np.unique(cluster)), int(np.bincount(cluster).max())
    place = np.concatenate([np.arange(count) for count in np.bincount(cluster)])

    def table(column):
        found = np.full(shape, NAN)
        found[cluster, place] = column
        return found

    stand = None if weights is None else np.nan_to_num(table(weights))
    score, right, said, other = (table(one[rows]) for one in (np.round(CHANCES, 1), TRUE, SAID, OTHER))
    rank = rank_correlation(score, right + said, weights=stand)
    rates = discrimination(said, right, threshold=1.0, weights=stand)
    repeats = consistency(np.stack([said, other, right], axis=2), threshold=0.5, weights=stand)
    again = np.isfinite(said).sum(axis=1)
    return {
        "rho": rank.overall_rho,
        "tau": rank.overall_tau,
        "errors": error_independence(np.stack([said, other]), right, weights=stand).correlation,
        "J": rates.informedness,
        "unequal prompts": np.ptp(again) > 0,
        **({} if weights is None and np.ptp(again) else {"flips": repeats.flips, "majority": repeats.majority}),
    }


ALL = {
    "nominal": lambda *given: coefficients("nominal", *given),
    "ordinal": lambda *given: coefficients("ordinal", *given),
    "items": flat,
    "tables": tables,
}


def numbers(found, name):
    return (found.estimate, found.low, found.high) if isinstance(found, Estimate) else (found,), name


@pytest.mark.parametrize("name", ALL)
def test_equal_weights_give_the_unweighted_numbers(name):
    rows = np.arange(UNITS)
    plain, equal = ALL[name](None, rows, PROMPT), ALL[name](np.full(UNITS, 2.5), rows, PROMPT)
    for one in plain:
        assert numbers(plain[one], one)[0] == pytest.approx(numbers(equal[one], one)[0], abs=1e-12), one
        assert getattr(plain[one], "method", "") == getattr(equal[one], "method", "")


@pytest.mark.parametrize("name", ALL)
def test_weights_that_hardly_differ_hardly_change_a_number(name):
    """The weighted formulas themselves, not only the way round them, meet the unweighted ones."""
    rows = np.arange(UNITS)
    plain = ALL[name](None, rows, PROMPT)
    near = ALL[name](1 + 1e-9 * np.random.default_rng(6).random(UNITS), rows, PROMPT)
    for one in plain:
        assert numbers(plain[one], one)[0] == pytest.approx(numbers(near[one], one)[0], abs=2e-2), one
        assert numbers(plain[one], one)[0][0] == pytest.approx(numbers(near[one], one)[0][0], abs=1e-7), one


@pytest.mark.parametrize("name", ALL)
def test_an_item_of_weight_w_counts_as_w_items(name):
    rows = np.arange(UNITS)
    weighted = ALL[name](TIMES, rows, PROMPT)
    times = TIMES.astype(int)
    repeated = ALL[name](None, np.repeat(rows, times), np.repeat(PROMPT, times))
    for one in set(weighted) & set(repeated) - {"unequal prompts"}:
        assert numbers(weighted[one], one)[0][0] == pytest.approx(numbers(repeated[one], one)[0][0], abs=1e-12), one
        assert "weighted" in getattr(weighted[one], "method", "weighted") or one in {"share", "first bin"}


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_alpha_of_a_sample_is_that_of_the_repeated_table_but_for_its_size(level):
    values = ratings(7, values=4)
    values = values[np.isfinite(values).all(axis=1)]
    times = np.arange(len(values)) % 3 + 1
    weighted = alpha_of(Table.of(values, weights=times.astype(float)), level)
    repeated = alpha_of(Table.of(np.repeat(values, times, axis=0)), level)
    # (n - 1)/n with n the ratings there are, in either table.
    sample, whole = 3 * len(values), 3 * times.sum()
    assert (1 - weighted) * sample / (sample - 1) == pytest.approx((1 - repeated) * whole / (whole - 1), abs=1e-12)


def test_weighted_agreement_by_hand():
    # Agree on 0 (weight 1), agree on 1 (weight 1), part as 0, 1 (weight 2): po = 2/4.
    # Rater 1: 0 in 3/4, rater 2: 0 in 1/4. pe = 3/4 1/4 + 1/4 3/4 = 3/8; kappa = (1/2 - 3/8)/(5/8) = 1/5.
    # Both together: half each. Fleiss pe 1/2: 0. AC1 pe = 2 pi(1 - pi) = 1/2: 0.
    table = Table.of([[0, 0], [1, 1], [0, 1]], weights=[10.0, 10.0, 20.0])
    assert table.weight.tolist() == [0.75, 0.75, 1.5]
    assert percent_agreement(table).value == pytest.approx(1 / 2)
    kappa = cohen_kappa(table)
    assert (kappa.value, kappa.null_error) == (pytest.approx(1 / 5), None)
    assert chance_corrected(table, "fleiss").value == pytest.approx(0)
    assert chance_corrected(table, "fleiss").null_error is None
    assert chance_corrected(table, "gwet").value == pytest.approx(0)
    # Alpha: n = 6 ratings; d = 2 x 1.5 over 1 = 3; counts 3 and 3: e = 36 - 18 = 18. 1 - 5 x 3/18 = 1/6.
    assert alpha_of(table, "nominal") == pytest.approx(1 / 6)
    # Percent agreement, linearised: influences 1/4 (1/2), 1/4 (1/2), 1/2 (-1/2): 3/2 (1/64 + 1/64 + 1/16) = 9/64.
    assert percent_agreement(table).error == pytest.approx(3 / 8)
    # Three units are worth 3^2 / (9/16 + 9/16 + 9/4) = 8/3, which is more than the 16/9 that the variance says.
    low, high = wilson(np.array(0.5), np.array(8 / 3), float(student.ppf(0.975, 5 / 3)))
    interval = percent_agreement(table).interval
    assert (interval.low, interval.high) == (pytest.approx(float(low)), pytest.approx(float(high)))


def test_the_interval_of_weighted_agreement_is_as_wide_as_its_error():
    rng = np.random.default_rng(13)
    values = np.where(rng.random((300, 1)) < rng.beta(2, 5, (100, 1)).repeat(3, axis=0), [[0.0, 1.0]], [[1.0, 1.0]])
    prompts, weights = np.arange(300) // 3, rng.choice([1.0, 3.0], 300)
    found = percent_agreement(Table.of(values, cluster=prompts, weights=weights))
    worth = found.value * (1 - found.value) / found.error**2
    degrees = effective_clusters(prompts, weights) - 1
    assert degrees + 1 < worth < effective_number(weights), "within what it is clipped to"
    low, high = wilson(np.array(found.value), np.array(worth), float(student.ppf(0.975, degrees)))
    assert (found.interval.low, found.interval.high) == (pytest.approx(float(low)), pytest.approx(float(high)))


def test_perfect_agreement_of_a_sample_is_as_sure_as_its_effective_number_of_units():
    # Weights 1 and 3, 10 units each: (40)^2 / (10 + 90) = 16 of 20.
    values = np.tile([[0.0, 0.0], [1.0, 1.0]], (10, 1))
    table = Table.of(values, weights=np.tile([1.0, 3.0], 10))
    assert percent_agreement(table).interval.low == pytest.approx(0.025 ** (1 / 16))
    found = alpha_with_interval(table, "nominal", rng=np.random.default_rng(0)).interval
    # 20 ratings of each 40 are 0 in a quarter: D_e = (40^2 - 10^2 - 30^2)/(40 x 39).
    assert found.low == pytest.approx(1 - (1 - 0.025 ** (1 / 16)) * 40 * 39 / 600)
    assert (found.high, found.units) == (1, 20)
    assert found.method.startswith("weighted by the sample, perfect agreement")


def test_a_panel_of_a_sample_leaves_out_what_takes_units_as_alike():
    values = np.random.default_rng(8).normal(size=(20, 3))
    panel = agreement_of(values, "interval", rng=np.random.default_rng(0), weights=np.arange(20) % 2 + 1.0)
    assert "F intervals" in panel.icc.reason
    assert "ranks" in panel.orders.reason
    assert panel.alpha.interval.method.startswith("weighted")
    assert np.isnan(panel.pairs[0].tau[1])
    assert panel.members[0].mean == pytest.approx(np.average(values[:, 0], weights=np.arange(20) % 2 + 1))


def test_a_unit_that_was_not_sampled_is_not_there():
    table = Table.of([[0, 0], [1, 0], [1, 1]], weights=[1.0, 0.0, 2.0])
    assert table.codes.tolist() == [[0, 0], [1, 1]]
    with pytest.raises(ValueError, match="positive number"):
        Table.of([[0, 0], [1, 1]], weights=[1.0, -1.0])
    with pytest.raises(InputError):
        Table.of([0, 1], weights=[1.0, 1.0])


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 3)), min_size=2, max_size=25))
def test_weighted_tau_is_tau_of_the_items_repeated(items):
    first, second, times = (np.array(column) for column in zip(*items, strict=True))
    found = weighted_tau(first, second, times.astype(float))
    expected = kendalltau(np.repeat(first, times), np.repeat(second, times)).statistic
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)
    assert kendall_tau(first.astype(float), second.astype(float), weights=np.full(len(first), 3.0)) == kendall_tau(
        first.astype(float), second.astype(float)
    )


def test_pairs_of_a_sample_by_hand():
    """Two prompts. Pairs of label 1 and 0: weight 6 won, weight 2 tied, weight 2 lost: (6 + 1)/10."""
    scores = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, NAN]])
    labels = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 1.0]])
    pairs = np.zeros((2, 3, 3))
    pairs[0, 0, 1], pairs[0, 0, 2], pairs[1, 0, 1] = 6, 2, 2
    pairs = pairs + pairs.transpose(0, 2, 1)
    found = pairwise_accuracy(scores, labels, pairs=pairs)
    assert (found.estimate, found.units) == (pytest.approx(0.7), 2)
    assert found.low < 0.1
    assert found.high > 0.98
    assert pairwise_accuracy(scores[:1], labels[:1], pairs=pairs[:1]) == Undefined(
        "fewer than two prompts hold both labels"
    )
    # Concordant less discordant 6 - 2, the pair tied in the score (weight 2) counts below the root on one side only.
    ranks = rank_correlation(scores, labels, weights=np.array([[1.0, 2.0, 3.0], [1, 1, 1]]), pairs=pairs)
    assert ranks.within_tau.estimate == pytest.approx(4 / np.sqrt(8 * 10))
    assert "known from all" in ranks.within_rho.reason
    assert isinstance(rank_correlation(scores, labels, weights=np.array([[1, 2, 3], [1.0] * 3])).within_tau, Undefined)


def test_every_pair_seen_is_the_pooled_area():
    rng = np.random.default_rng(9)
    labels, scores = rng.integers(0, 2, (40, 4)).astype(float), rng.integers(0, 3, (40, 4)).astype(float)
    lead = scores[:, :, None] - scores[:, None, :]
    mixed = (labels[:, :, None] == 1) & (labels[:, None, :] == 0)
    found = pairwise_accuracy(scores, labels, pairs=np.full((40, 4, 4), 5.0))
    assert found.estimate == pytest.approx(((lead > 0) + 0.5 * (lead == 0))[mixed].mean())
    sure = pairwise_accuracy(labels, labels, pairs=np.ones((40, 4, 4)))
    assert (sure.estimate, sure.high) == (1, 1)
    assert 0.8 < sure.low < 1
    assert pairwise_accuracy(1 - labels, labels, pairs=np.ones((40, 4, 4))).high == pytest.approx(1 - sure.low)


def test_the_mean_of_prompts_by_hand():
    # Weights 1 and 3 of values 0 and 1: 3/4; linearised 2 ((1 x .75)^2 + (3 x .25)^2)/16 = 9/64.
    found = mean_of_prompts(np.array([0.0, 1.0]), weights=np.array([1.0, 3.0]))
    assert found.estimate.estimate == pytest.approx(0.75)
    # Kish 16/10 prompts: one degree of freedom at least, t 12.7062.
    assert found.estimate.high - 0.75 == pytest.approx(12.7062 * 3 / 8, rel=1e-5)
    share = weighted_mean_over_prompts(np.array([0.0, 1.0]), np.array([4.0, 4.0]), np.array([1.0, 3.0]))
    assert share.estimate == pytest.approx(0.75)
    alone = weighted_mean_over_prompts(np.ones(3), np.ones(3), np.array([2.0, 0.0, 0.0]))
    assert alone == Undefined("one prompt shows no spread")
    assert weighted_share(np.array([1.0, 0.0, 0.0]), np.array([2.0, 2.0, 0.0])).estimate == 0.5


def test_prediction_of_a_sample_by_hand():
    # Labelled: residuals Y - f of 0 (weight 3) and 1 (weight 1): 1/4. Others: verdicts 1 (weight 1), 0 (weight 3): 1/4.
    labels, verdicts, rest = np.array([1.0, 1.0]), np.array([1.0, 0.0]), np.array([1.0, 0.0])
    weights = np.array([3.0, 1.0]), np.array([1.0, 3.0])
    found = powered_mean(labels, verdicts, rest, weights=weights, weight=1, bounds=(-50, 50)).mean
    assert found.estimate == pytest.approx(0.5)
    # Variance of each part: (3/4 x 1/4)^2 + (1/4 x 3/4)^2 = 9/128; of both 9/64. z 1.95996.
    assert found.high - 0.5 == pytest.approx(1.95996 * 3 / 8, rel=1e-5)
    assert found.method == "weighted by the sample, prediction-powered, z over items"


def test_the_tuned_weight_of_a_sample_is_that_of_the_effective_numbers():
    rng = np.random.default_rng(10)
    labels = rng.integers(0, 2, 40).astype(float)
    verdicts, rest = np.where(rng.random(40) < 0.2, 1 - labels, labels), rng.integers(0, 2, 90).astype(float)
    weights = rng.random(40) + 0.5, rng.random(90) + 0.5
    found = powered_mean(labels, verdicts, rest, weights=weights)
    share = weights[0] / weights[0].sum()
    shared = share @ (labels * verdicts) - (share @ labels) * (share @ verdicts)
    both, every = np.append(verdicts, rest), np.append(*weights)
    spread = np.cov(both, aweights=every, ddof=0) * 130 / 129
    ratio = effective_number(weights[0]) / effective_number(weights[1])
    assert found.weight == pytest.approx(shared / ((1 + ratio) * spread))


def test_correction_of_a_sample_by_hand():
    # Right ones: called right by weight 3 of 4; wrong ones: called wrong 1 of 1; others called right 1/4 by weight.
    labels, verdicts = np.array([1, 1, 0, 0.0]), np.array([1, 0, 0, 0.0])
    weights = np.array([3, 1, 2, 5.0]), np.array([1.0, 3.0])
    found = prevalence(labels, verdicts, np.array([1.0, 0.0]), weights=weights)
    assert (found.sensitivity.estimate, found.specificity.estimate) == (pytest.approx(0.75), 1)
    assert found.rate.estimate == pytest.approx(0.25 / 0.75)
    assert "weighted" in found.rate.method


def test_the_consensus_of_a_sample_counts_items_as_often_as_they_weigh():
    votes = votes_of(np.array([[1, 1, 1], [0, 0, 0], [1, 1, 0.0]]), classes=2)
    assert dawid_skene(votes, weights=np.array([1, 8, 1.0])).priors[0] == pytest.approx(0.8, abs=1e-6)


def test_numbers_of_items_and_clusters():
    assert effective_number(np.array([1.0, 3.0])) == pytest.approx(16 / 10)
    assert effective_number(np.zeros(2)) == 0
    codes = np.array([0, 0, 1])
    assert effective_clusters(codes, np.ones(3)) == 2
    # Sums of weights 2 and 4: 36/20 over 9/5 (sizes 2 and 1) is 1: all of the clusters.
    assert effective_clusters(codes, np.array([1.0, 1.0, 4.0])) == pytest.approx(2)
    assert effective_clusters(codes, np.array([1.0, 1.0, 14.0])) == pytest.approx(2 * (256 / 200) / (9 / 5))
    assert effective_clusters(np.zeros(0, int), np.zeros(0)) == 0
    assert not differ(np.array([0.0, 2.0, 2.0]))
    assert differ(np.array([1.0, 2.0]))


def test_scaled_weights_are_one_in_the_mean_and_exactly_one_where_alike():
    kept = np.array([True, True, False])
    assert scaled(np.array([1.0, 3.0, NAN]), kept).tolist() == [0.5, 1.5, 0]
    assert scaled(np.array([0.3, 0.3, 0.0]), kept).tolist() == [1, 1, 0]
    assert scaled(None, kept).tolist() == [1, 1, 0]
    with pytest.raises(ValueError, match="positive number"):
        scaled(np.array([1.0, 0.0, 1.0]), kept)


def test_the_alternative_test_counts_its_prompts_by_what_they_stand_for():
    # 20 items of weight 3 on which the first annotator loses, 20 of weight 1 without a difference: mean -3/4.
    judge, weights = np.ones(40), np.repeat([3.0, 1.0], 20)
    people = np.stack([np.repeat([0.0, 1.0], 20), np.ones(40)])
    first = alternative_test(judge, people, weights=weights).annotators[0]
    assert (first.judge_wins, first.annotator_wins) == (1, pytest.approx(1 / 4))
    # Error: 40/39 (20 (3/80 x 1/4)^2 + 20 (1/80 x 3/4)^2) under the root; Kish 80^2 / 200 = 32 prompts.
    error = np.sqrt(40 / 39 * 20 * (0.009375**2 + 0.009375**2))
    assert first.p_value == pytest.approx(float(student.cdf((-0.75 - 0.2) / error, 31)))
    alike = alternative_test(judge, np.stack([np.zeros(40), np.ones(40)]), weights=weights).annotators[0]
    assert alike.p_value == pytest.approx((0.8 / 2) ** 32)


def test_two_responses_have_a_rank_correlation_without_an_error():
    two = np.array([[0.0, 1.0], [2.0, 1.0]])
    assert rank_correlation(two, two).overall_tau.estimate == pytest.approx(1)


def test_many_values_of_many_prompts_are_left_out_in_groups():
    rng = np.random.default_rng(12)
    values = (rng.normal(size=(1500, 1)) + rng.normal(size=(1500, 2))).round(3)
    table = Table.of(values, cluster=np.arange(1500) // 3, weights=rng.integers(1, 4, 1500).astype(float))
    ordinal, interval = (alpha_with_interval(table, level, rng=rng).interval for level in ("ordinal", "interval"))
    assert ordinal.method == "weighted by the sample, jackknife over 100 groups of prompts, t"
    assert (interval.method, ordinal.units) == ("weighted by the sample, jackknife over prompts, t", 500)
    assert ordinal.high - ordinal.low == pytest.approx(interval.high - interval.low, rel=0.25)

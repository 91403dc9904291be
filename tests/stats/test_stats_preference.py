from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from rewardlab.stats.interval import Undefined
from rewardlab.stats.preference import mcnemar, position_bias, sign_test
from rewardlab.stats.selfpreference import newcombe

NAN = np.nan
WINNERS = {"A": 0.0, "B": 1.0, "T": 0.5}


def test_the_published_probes_are_met(published):
    case = published("judge_bias_probes")
    shown = case.input["position"]
    found = position_bias(
        *(np.array([WINNERS[one] for one in shown[f"verdict_order_{order}"]]) for order in ("AB", "BA"))
    )
    own = case.input["self_preference"]
    gap = newcombe(
        (own["judge_prefers_own_among_them"], own["judge_prefers_other_among_them"]),
        (own["human_prefers_own"], own["human_prefers_other"]),
    )
    case.meets(
        {
            "position_consistency": found.consistency.estimate,
            "hard_flip_rate": found.hard_flips.estimate,
            "primacy_flips": found.primacy,
            "recency_flips": found.recency,
            "tie_changes": found.tie_changes,
            "first_shown_pick_rate": found.first_picks.estimate,
            "primacy_vs_recency_binomial_p": found.p_value,
            "self_preference_equal_opportunity_gap": gap.estimate,
            "self_preference_ci_low (Newcombe)": gap.low,
            "self_preference_ci_high (Newcombe)": gap.high,
            "mcnemar_chi2": mcnemar(case.input["mcnemar_wikipedia"]).statistic,
            "mcnemar_chi2_cc": mcnemar(case.input["mcnemar_wikipedia"]).corrected_statistic,
            "mcnemar_exact_p 5 vs 15": mcnemar(case.input["mcnemar_small"]).p_value,
        },
        passed_over={
            "self_consistency": "test_stats_consistency",
            "unanimity": "test_stats_consistency",
            "majority": "test_stats_consistency",
            "rerun_alpha": "alpha is the agreement's",
        },
    )


def test_a_judge_that_takes_the_first_place_is_seen():
    found = position_bias(np.zeros(20), np.ones(20))
    assert (found.primacy, found.recency, found.first_picks.estimate) == (20, 0, 1)
    assert found.p_value == pytest.approx(2 * 0.5**20)
    assert found.first_picks_p == pytest.approx(2 * 0.5**40)
    assert found.consistency.estimate == 0 < found.consistency.high


def test_a_consistent_judge_picks_each_place_half_the_time():
    values = np.random.default_rng(1).integers(0, 2, 50).astype(float)
    found = position_bias(values, values)
    assert (found.consistency.estimate, found.first_picks.estimate, found.p_value) == (1, 0.5, 1)


def test_pairs_of_one_prompt_are_one_vote():
    found = position_bias(np.zeros(20), np.ones(20), np.arange(20) // 4)
    assert found.p_value == pytest.approx(2 * 0.5**5)
    assert (found.primacy, found.consistency.units) == (20, 5)


def test_pairs_seen_in_one_order_only_are_left_out():
    found = position_bias(np.array([0.0, NAN, 1.0]), np.array([0.0, 1.0, 1.0]))
    assert (found.pairs, found.consistency.estimate) == (2, 1)
    assert position_bias(np.array([NAN]), np.array([1.0])) == Undefined("no pair was judged in both orders")


def test_a_judge_of_ties_only_has_no_first_picks():
    found = position_bias(np.full(3, 0.5), np.full(3, 0.5))
    assert (found.first_picks, found.first_picks_p, found.p_value) == (Undefined("no item"), 1, 1)


@given(st.integers(0, 40), st.integers(0, 40))
def test_the_sign_test_is_scipys(ups, downs):
    expected = scipy_stats.binomtest(ups, ups + downs).pvalue if ups + downs else 1.0
    assert sign_test(ups, downs) == pytest.approx(expected)


def test_raters_that_never_disagree_have_no_test():
    assert mcnemar([[3, 0], [0, 4]]) == Undefined("the two never disagree")
    for wrong in ([[1, 2, 3]], [[1, -1], [0, 2]]):
        with pytest.raises(ValueError, match="2 x 2 table"):
            mcnemar(wrong)

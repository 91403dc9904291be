"""Gwet's family, Cohen, ICC and Kendall: the published tables, statsmodels' errors, and the edges."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from rewardlab.stats.agreement.alpha import alpha
from rewardlab.stats.agreement.concordance import kendall_tau, kendall_u, kendall_w
from rewardlab.stats.agreement.gwet import agreement_weights, chance_corrected, percent_agreement
from rewardlab.stats.agreement.icc import FORMS, intraclass_correlations, mean_squares
from rewardlab.stats.agreement.kappa import cohen_kappa
from rewardlab.stats.agreement.pairwise import decided_agreement
from rewardlab.stats.agreement.resampling import alpha_with_interval
from rewardlab.stats.agreement.table import Coefficient, Table
from rewardlab.stats.interval import Estimate, Undefined

CONGER = {"Conger": "not offered: it depends on who gave a unit's only rating", "conger": "likewise"}


def test_gwets_table_is_met(published, table_of, rng):
    case = published("agr_gwet_ac1_ac2_raw4raters")
    table = Table.of(table_of(case.input["data_csv"]))
    found = {
        "AC1": chance_corrected(table, "gwet"),
        "Fleiss": chance_corrected(table, "fleiss"),
        "BP": chance_corrected(table, "brennan-prediger"),
    }
    observed = percent_agreement(table).value
    computed = {
        "percent_agreement": observed,
        "AC1_pe": (observed - found["AC1"].value) / (1 - found["AC1"].value),
        "Alpha": alpha_with_interval(table, "nominal", rng=rng).value,
        "Alpha_ci_high": alpha_with_interval(table, "nominal", rng=rng).interval.high,
    }
    for name, one in found.items():
        ends = {f"{name}_ci_low": one.interval.low, f"{name}_ci_high": one.interval.high}
        computed |= {name: one.value, f"{name}_se": one.error} | ends
    for weights in ("linear", "quadratic"):
        kind = agreement_weights(table.values, weights)
        computed[f"AC2_{weights}"] = chance_corrected(table, "gwet", weights=kind).value
    others = {f"AC2_{name}": "weights that are not offered" for name in ("ordinal", "radical", "ratio")}
    case.meets(computed, passed_over=CONGER | others | {"_R": "the jackknife stands for R's linearised error"})


def test_fleiss_tables_are_met(published, table_of):
    case = published("agr_fleiss1971_psychiatric")
    ratings = table_of(case.input["data_csv"], counts=True)
    table = Table.of(ratings)
    kappa, observed = chance_corrected(table, "fleiss"), percent_agreement(table).value
    computed = {
        "fleiss_kappa": kappa.value,
        "fleiss_kappa_full": kappa.value,
        "P_bar": observed,
        "P_e": (observed - kappa.value) / (1 - kappa.value),
        "se_null_fleiss_nee_landis_1979": kappa.null_error,
        "se_gwet_analytic": kappa.error,
        "randolph_free_marginal_kappa": chance_corrected(table, "brennan-prediger").value,
        "krippendorff_alpha_nominal": alpha(ratings, "nominal"),
        "gwet_ac1": chance_corrected(table, "gwet").value,
    }
    case.meets(computed, passed_over=CONGER | {"se_null_fleiss_1971": "corrected by its author in 1979"})
    other = published("agr_fleiss_wikipedia")
    kappa = chance_corrected(Table.of(table_of(other.input["data_csv"], counts=True)), "fleiss")
    other.meets({"fleiss_kappa": kappa.value, "fleiss_kappa_full": kappa.value}, passed_over={})


@pytest.mark.parametrize(
    ("weights", "value", "error", "null_error"),
    [
        # statsmodels 0.15 cohens_kappa on Cohen's (1968) table of 200 units.
        ("unweighted", 0.49152542372881347, 0.05100181557607786, 0.051978936356595444),
        ("linear", 0.4736842105263158, 0.054432309177641525, 0.05469634129164873),
        ("quadratic", 0.4545454545454546, 0.06645368159107812, 0.06735866746488249),
    ],
)
def test_cohens_kappa_has_the_errors_of_fleiss_cohen_and_everitt(weights, value, error, null_error):
    counts = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    pairs = [(i, j) for i in range(3) for j in range(3) for _ in range(counts[i, j])]
    table = Table.of(np.array(pairs, float))
    found = cohen_kappa(table, weights=agreement_weights(table.values, weights))
    assert (found.value, found.error, found.null_error) == pytest.approx((value, error, null_error), abs=1e-12)


def test_alpha_and_fleiss_kappa_meet_for_complete_tables(rng):
    """alpha = 1 - (1 - kappa)(1 - 1/(n N)); quadratic weights turn it into interval alpha."""
    ratings = rng.integers(0, 4, (25, 3)).astype(float)
    table = Table.of(ratings)
    for level, weights in (("nominal", None), ("interval", agreement_weights(table.values, "quadratic"))):
        kappa = chance_corrected(table, "fleiss", weights=weights).value
        assert alpha(ratings, level) == pytest.approx(1 - (1 - kappa) * (1 - 1 / 75), abs=1e-12)


def test_shrout_and_fleiss_table_is_met(published, table_of):
    case = published("agr_shrout_fleiss1979_icc")
    ratings = table_of(case.input["data_csv"])
    squares, forms = mean_squares(ratings), intraclass_correlations(ratings)
    names = {"BMS": squares.between, "WMS": squares.within, "JMS": squares.raters, "EMS": squares.residual}
    for form in FORMS:
        one = forms[form]
        names |= {form: one.estimate, f"{form}_full": one.estimate}
        names |= {f"{form}_ci95_low": one.low, f"{form}_ci95_high": one.high}
    case.meets(names, passed_over={})


def test_published_concordances_are_met(published, table_of):
    case = published("agr_kendall_w")
    nag, siegel, anxiety = (
        kendall_w(table_of(case.input[f"{name}_csv"])) for name in ("nag_g08daf", "siegel_castellan1988", "irr_anxiety")
    )
    computed = {
        "nag_W_tie_corrected": nag.value,
        "nag_p": nag.p_value,
        "nag_W_full": nag.value,
        "siegel_W": siegel.value,
        "siegel_chi2": siegel.chi_square,
        "siegel_mean_spearman": (3 * siegel.value - 1) / 2,
        "anxiety_W_tie_corrected": anxiety.value,
    }
    case.meets(computed, passed_over={"anxiety_W_uncorrected": "ties are always corrected for"})


def test_published_preferences_are_met(published):
    case = published("agr_pairwise_preference")
    computed = {}
    for name, judges in (("boys", 21), ("girls", 25)):
        preferred = np.array(case.input[name], float)
        found = kendall_u(preferred, judges)
        pairs = math.comb(judges, 2) * math.comb(len(preferred), 2)
        computed |= {
            f"{name}_u": found.value,
            f"{name}_Sigma": (found.value + 1) / 2 * pairs,
            f"{name}_chi2_cc": found.chi_square,
            f"{name}_df": found.degrees,
        }
    first, second = (np.array(case.input["two_judges"][name]) for name in ("judge1", "judge2"))
    table = Table.of(np.column_stack([np.unique(one, return_inverse=True)[1] for one in (first, second)]))
    computed |= {
        "pairwise_agreement_all (S1: ties count as a class)": percent_agreement(table).value,
        "pairwise_agreement_nontie (S2: only pairs both judges decided)": decided_agreement(first, second, "T")[0],
        "cohen_kappa_3class": cohen_kappa(table).value,
    }
    assert decided_agreement(first, second, "T")[1] == 6
    case.meets({**computed, "boys_Sigma": round(computed["boys_Sigma"]), "girls_Sigma": round(computed["girls_Sigma"])},
               passed_over={"min_u": "a bound, not a statistic"})  # fmt: skip


EDGES = {
    "all_identical_single_category": {"alpha": None, "agreement": 1.0, "ac1": None, "fleiss": None, "cohen": None},
    "perfect_agreement_two_categories": {"alpha": 1.0, "agreement": 1.0, "ac1": 1.0, "fleiss": 1.0, "cohen": 1.0},
    "one_unit_agree": {"alpha": None},
    "one_unit_disagree": {"alpha": 0.0, "fleiss": -0.5, "cohen": 0.0},
    "one_rater": {"alpha": None, "agreement": None, "ac1": None},
    "no_pairable_units": {"alpha": None, "agreement": None, "fleiss": None},
    "one_pairable_unit_agree_plus_singletons": {"alpha": None},
    "all_missing": {"alpha": None, "agreement": None},
    "constant_rater_vs_varying": {"alpha": -1 / 6, "fleiss": -1 / 3, "cohen": 0.0, "ac1": 0.2, "tau": None},
    "total_disagreement_two_raters": {"alpha": -0.75, "fleiss": -1.0, "cohen": -1.0},
    "some_missing": {"alpha": 2 / 3, "ac1": 0.67568, "fleiss": 0.65714},
}


def test_degenerate_tables_are_as_proposed(published):
    rows = published("agr_edge_cases").expected
    assert set(rows) - set(EDGES) == {"infinite_value"}  # refused: tested with alpha
    for name, expected in EDGES.items():
        ratings = np.array([[float(cell) for cell in row] for row in rows[name]["ratings_raters_x_units"]]).T
        table = Table.of(ratings)
        two = replace(table, codes=table.codes[:, :2])
        found = {
            "alpha": alpha(ratings, "nominal"),
            "agreement": percent_agreement(table),
            "ac1": chance_corrected(table, "gwet"),
            "fleiss": chance_corrected(table, "fleiss"),
            "cohen": cohen_kappa(two) if ratings.shape[1] > 1 else None,
            "tau": kendall_tau(*ratings.T[:2]) if ratings.shape[1] > 1 else None,
        }
        for what, value in expected.items():
            one = found[what].value if isinstance(found[what], Coefficient) else found[what]
            if value is None:
                assert isinstance(one, Undefined), (name, what)
                assert one.reason
            else:
                assert one == pytest.approx(value, abs=1e-5), (name, what)


def test_no_interval_has_no_width():
    perfect = Table.of([[1, 1], [2, 2], [1, 1], [2, 2]])
    for found in (percent_agreement(perfect), chance_corrected(perfect, "gwet"), cohen_kappa(perfect)):
        assert isinstance(found.interval, Estimate)
        assert found.interval.low < 0.7 < found.interval.high == 1.0
    for form, found in intraclass_correlations(np.array([[1.0, 1], [2, 2], [3, 3]])).items():
        assert isinstance(found, Undefined), form


def test_units_of_one_cluster_widen_the_interval(rng):
    ratings = np.where(rng.random((40, 3)) < 0.6, rng.integers(0, 3, (40, 1)), rng.integers(0, 3, (40, 3)))
    twice, cluster = np.repeat(ratings, 2, axis=0), np.repeat(np.arange(40), 2)
    for measure in (percent_agreement, lambda table: chance_corrected(table, "gwet")):
        once, alone, together = (
            measure(table).error for table in (Table.of(ratings), Table.of(twice), Table.of(twice, cluster=cluster))
        )
        assert together == pytest.approx(once, rel=1e-9)
        assert alone == pytest.approx(once / math.sqrt(2), rel=0.02)
    two = [Table.of(one[:, :2], cluster=ids) for one, ids in ((ratings, None), (twice, cluster))]
    assert cohen_kappa(two[1]).error == pytest.approx(cohen_kappa(two[0]).error * math.sqrt(40 / 39), rel=1e-9)


def test_categories_that_nobody_chose_count_where_they_are_named():
    ratings = [[1, 1], [1, 2], [2, 2], [1, 1]]
    three, two = (chance_corrected(Table.of(ratings, scale=scale), "gwet") for scale in ((1, 2, 3), ()))
    # pa 3/4; pi 5/8, 3/8: pe = sum pi (1 - pi)/(q - 1), .46875 of two categories, .234375 of three.
    assert two.value == pytest.approx((0.75 - 0.46875) / (1 - 0.46875), abs=1e-12)
    assert three.value == pytest.approx((0.75 - 0.234375) / (1 - 0.234375), abs=1e-12)
    assert alpha(ratings, "ordinal") == pytest.approx(alpha(ratings, "nominal"), abs=1e-12)


def test_orders_that_cannot_be_compared_say_why():
    tied = np.ones((4, 3))
    assert "no rater tells units apart" in kendall_w(tied).reason
    assert "three units" in kendall_w(tied[:2]).reason
    assert "three units" in kendall_tau(np.array([1.0, 2]), np.array([1.0, 2])).reason
    assert "one value only" in kendall_tau(np.ones(4), np.arange(4.0)).reason
    assert kendall_tau(np.arange(4.0), np.arange(4.0))[0] == 1.0
    assert "without a tie" in kendall_u(np.array([[0.0, 2], [2, 0]]), 5).reason
    assert decided_agreement(np.array(["T"]), np.array(["A"]), "T")[1] == 0

from __future__ import annotations

from io import StringIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from rewardlab.stats.interval import Undefined
from rewardlab.stats.within import within_correlation

NAN = np.nan


def table_of(prompts, values):
    """Long data, one row per prompt, NaN-padded."""
    rows = [values[prompts == prompt] for prompt in np.unique(prompts)]
    table = np.full((len(rows), max(map(len, rows))), NAN)
    for row, found in zip(table, rows, strict=True):
        row[: len(found)] = found
    return table


def test_by_hand():
    # (0, 1), (1, 3) and (5, 0), (7, 1): deviations -+0.5 and -+1; -+1 and -+0.5. Sums of products 2 (0.5 + 0.5) = 2,
    # of squares 2 (0.25 + 1) = 2.5 and 2 (1 + 0.25) = 2.5: r = 0.8, where the pooled r is negative.
    first, second = np.array([[0.0, 1.0], [5.0, 7.0]]), np.array([[1.0, 3.0], [0.0, 1.0]])
    found = within_correlation(first, second)
    assert found.estimate.estimate == pytest.approx(0.8)
    assert found.degrees == 4 - 2 - 1
    # Without either prompt r is 1 / sqrt(0.5 x 2) = 1 of the other: the jackknife sees no spread, the edge rule holds:
    # 0.025^(1/2) = 0.15811, 0.8 x 0.15811 -+ 0.84189.
    assert (found.estimate.low, found.estimate.high) == pytest.approx((-0.71540, 0.96838), abs=1e-5)
    assert found.p_value == 0.5
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] < 0


def test_the_published_correlation_is_met(published):
    case = published("spread_within_prompt_correlation")
    prompts, acidity, pressure = np.genfromtxt(StringIO(case.input["data_csv"]), delimiter=",", skip_header=1).T
    found = within_correlation(table_of(prompts, acidity), table_of(prompts, pressure))
    r, degrees = found.estimate.estimate, found.degrees
    half = scipy_stats.norm.ppf(0.975) / np.sqrt(degrees - 1)
    case.meets(
        {
            "r_within": r,
            "r_within_full": r,
            "dof": degrees,
            "p": (p := 2 * scipy_stats.t.sf(abs(r) * np.sqrt(degrees / (1 - r * r)), degrees)),
            "p_full": p,
            "ci95_low": np.tanh(np.arctanh(r) - half),
            "ci95_high": np.tanh(np.arctanh(r) + half),
        },
        passed_over={
            "r_pooled": "the wrong unit, never computed",
            "r_between": "the trainer never sees it",
        },
    )


@given(st.integers(0, 10_000), st.booleans())
def test_it_is_the_partial_correlation_given_a_column_for_each_cell(seed, categorised):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 4, (2, 5, 6)).astype(float)
    first[rng.random((5, 6)) < 0.2] = NAN
    categories = rng.integers(0, 2, (5, 6)).astype(float) if categorised else np.zeros((5, 6))
    found = within_correlation(first, second, categories=categories if categorised else None)
    # The definition: residuals of least squares on one indicator per prompt and category.
    kept = np.isfinite(first)
    cells = (np.arange(5)[:, None] * 2 + categories)[kept]
    design = (cells[:, None] == np.unique(cells)).astype(float)
    one, other = (values - design @ np.linalg.lstsq(design, values)[0] for values in (first[kept], second[kept]))
    if not isinstance(found, Undefined):
        expected = one @ other / np.sqrt((one @ one) * (other @ other))
        assert found.estimate.estimate == pytest.approx(expected, abs=1e-9)
        assert -1 <= found.estimate.low < found.estimate.high <= 1
        assert (found.estimate.low > 0 or found.estimate.high < 0) == (found.p_value < 0.05)


def test_what_the_category_explains_is_no_part_of_it():
    # Right answers are longer and score higher; among the right and among the wrong, length does nothing.
    rng = np.random.default_rng(4)
    right = (rng.random((100, 8)) < 0.5) * 1.0
    length, score = 100 * right + rng.normal(0, 10, (100, 8)), right + rng.normal(0, 0.1, (100, 8))
    assert within_correlation(length, score).estimate.estimate > 0.9
    partial = within_correlation(length, score, categories=right)
    assert partial.estimate.low < 0 < partial.estimate.high


@pytest.mark.parametrize("prompts", [12, 100])
def test_one_null_in_twenty_is_rejected_where_prompts_differ(prompts):
    """Slopes that differ by prompt and average to nothing, spreads that differ by prompt, and missing cells."""
    rng = np.random.default_rng(5)
    rejected, pooled, classical = [], [], []
    for _ in range(400):
        place = rng.normal(0, 3, (prompts, 1))
        moved = np.exp(0.5 * rng.normal(size=(prompts, 1))) * rng.normal(size=(prompts, 8))
        moved[rng.random(moved.shape) < 0.1] = NAN
        second = place + rng.normal(size=(prompts, 1)) * moved + rng.normal(size=moved.shape)
        found = within_correlation(place + moved, second)
        rejected.append(found.p_value < 0.05)
        r = found.estimate.estimate
        classical.append(abs(r) * np.sqrt(found.degrees / (1 - r * r)) > 1.96)
        kept = np.isfinite(moved)
        pooled.append(scipy_stats.pearsonr((place + moved)[kept], second[kept]).pvalue < 0.05)
    # 400 draws: three standard errors of a share near 0.05 are 0.033.
    assert np.mean(rejected) == pytest.approx(0.05, abs=0.035)
    assert np.mean(pooled) > 0.9, "prompts that differ in both look like a relation"
    assert np.mean(classical) > 0.4, "the classical test takes the prompts' own slopes for evidence"


def test_a_score_that_is_the_length_keeps_an_interval():
    # At least 0.025^(1/20) = 0.83157 of all prompts do the same; the rest at most the opposite: -0.83157 + 0.16843.
    length = np.random.default_rng(6).integers(1, 1000, (20, 4)).astype(float)
    found = within_correlation(length, 3 - length / 7)
    assert found.estimate.estimate == pytest.approx(-1)
    assert (found.estimate.low, found.estimate.high) == pytest.approx((-1, -0.66313), abs=1e-4)
    assert found.p_value == pytest.approx(2 * 0.5**20)


def test_prompts_without_spread_are_no_evidence():
    rng = np.random.default_rng(7)
    first, second = rng.normal(size=(2, 200, 4))
    second[3:] = 1.0
    assert within_correlation(first, second).estimate.units == 3


def test_a_prompt_that_holds_all_of_the_evidence_widens_the_interval():
    first, second = np.random.default_rng(8).normal(size=(2, 30, 8))
    even = within_correlation(first, second)
    first[0] *= 1000
    alone = within_correlation(first, second)
    width = [one.estimate.high - one.estimate.low for one in (even, alone)]
    assert width[1] > 2 * width[0]


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ([[1, 1], [2, 2]], [[0, 1], [0, 1]], "the first column never varies within a prompt"),
        ([[0, 1], [0, 1]], [[0.3, 0.3], [NAN, 2]], "the second column never varies within a prompt"),
        ([[0, 1], [1, 1]], [[0, 1], [0, 1]], "both columns vary in fewer than two prompts"),
        (np.full((2, 2), NAN), np.zeros((2, 2)), "the first column never varies within a prompt"),
    ],
)
def test_what_does_not_vary_is_undefined(first, second, reason):
    assert within_correlation(np.array(first, float), np.array(second, float)) == Undefined(reason)


def test_what_does_not_vary_within_a_category_says_so():
    table = np.array([[0.0, 1.0], [0.0, 1.0]])
    reason = "the first column never varies within a prompt and category"
    assert within_correlation(table, table, categories=table) == Undefined(reason)

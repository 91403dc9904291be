"""RL502: alpha of the panel against the threshold, on whatever the judges have in common."""

from __future__ import annotations

import numpy as np
import pytest

from rewardlab.judging.ratings import Pairs
from rewardlab.judging.scale import make_scale
from rewardlab.probes.judge import agreement
from rewardlab.probes.judge.agreement import agreements
from rewardlab.probes.judge.alpha import alpha_of_table
from rewardlab.stats.interval import Estimate, Undefined
from tests.probes.judge.conftest import BOOLEAN, PAIRWISE, SCORE, about, given

RNG = np.random.default_rng(0)
TRUTH = RNG.integers(0, 2, (100, 4)).astype(float)


def wrong(share, seed):
    drawn = np.random.default_rng(seed).random(TRUTH.shape)
    return np.where(drawn < share, 1 - TRUTH, TRUTH)


def found(*panel, **options):
    return [(one.code, one.severity) for one in agreement.ask(about(*panel, **options))]


@pytest.mark.parametrize(
    ("share", "severity"), [(0.02, None), (0.085, "warning"), (0.25, "blocker")], ids=["sure", "between", "surely not"]
)
def test_the_interval_meets_the_threshold(share, severity):
    """Two judges that err on e of 400 answers agree beyond chance by about (1 - 2e)^2: 0.92, 0.69 and 0.25."""
    panel = [given(wrong(share, seed), name=f"j{seed}") for seed in (1, 2)]
    assert found(*panel) == ([("RL502", severity)] if severity else [])
    if severity == "warning":
        (finding,) = agreement.ask(about(*panel))
        assert finding.evidence["low"] < 0.667 < finding.evidence["high"]
        assert finding.evidence["undecided"] is True


def test_alpha_by_hand():
    """Krippendorff (2011), section A: two observers, ten binary units: alpha 0.095."""
    values = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]], float)
    panel = [given(row[:, None], name=f"j{number}") for number, row in enumerate(values)]
    (measured,) = agreements(about(*panel))
    assert measured.alpha.estimate == pytest.approx(0.095, abs=5e-4)
    assert measured.of == "verdicts"


def test_no_variation_is_said_as_that():
    (finding,) = agreement.ask(about(given(np.ones((30, 2)), name="a"), given(np.ones((30, 2)), name="b")))
    assert (finding.severity, finding.evidence["alpha"], finding.evidence["equal_verdicts"]) == ("warning", None, 1.0)
    assert finding.evidence["undefined"].startswith("no variation")


def test_scales_that_differ_are_compared_as_right_and_wrong():
    (measured,) = agreements(about(given(TRUTH), given(np.where(TRUTH == 1, 4, 2), SCORE, name="b")))
    assert (measured.of, measured.alpha.estimate) == ("right or wrong", 1.0)
    names = make_scale("label", labels=["red", "green"])
    assert agreements(about(given(TRUTH), given(TRUTH, names, name="c"))) == ()


def test_the_judge_that_departs_is_named_with_what_it_said():
    odd = wrong(0.45, 9)
    (finding,) = agreement.ask(about(given(TRUTH, name="a"), given(TRUTH, name="b"), given(odd, name="odd")))
    assert finding.evidence["departs_most"] == "odd"
    for example in finding.evidence["examples"]:
        row = int(example["prompt_id"][1:])
        said = ["yes" if value else "no" for value in (TRUTH[row, example["index"]], odd[row, example["index"]])]
        assert [example["verdicts"]["a"], example["verdicts"]["odd"]] == said
        assert said[0] != said[1]


def test_skew_is_pointed_out():
    rare = np.zeros((100, 4))
    first, second = rare.copy(), rare.copy()
    first[:6, 0], second[3:9, 0] = 1, 1
    (finding,) = agreement.ask(about(given(first, name="a"), given(second, name="b")))
    assert finding.evidence["skew"]["most_frequent"] == 0.0
    assert finding.evidence["skew"]["ac_above_alpha_by"] > 0.2


def pairs_of(values):
    rows = np.arange(len(values))
    return Pairs(
        rows, 0 * rows, 0 * rows + 1, np.array(values, float), np.array(values, float), np.zeros((len(rows), 1))
    )


def test_on_pairs_what_both_decide_is_compared():
    """The judge of single responses says 1 of the first and 5 of the second, or the same of both: no preference."""
    nothing = np.full((40, 2), np.nan)
    preferred = np.tile([1.0, 0.0, 1.0, 0.5], 10)
    single = np.where(np.arange(40)[:, None] % 4 == 2, [[3, 3]], np.where(preferred[:, None] == 1, [[1, 5]], [[5, 1]]))
    panel = given(nothing, PAIRWISE, name="pair", pairs=pairs_of(preferred)), given(single, SCORE, name="one")
    (measured,) = agreements(about(*panel))
    assert (measured.of, measured.alpha.estimate, measured.measured.pairable) == ("preferences", 1.0, 20)


def test_a_sample_stands_for_the_run():
    """Each unit of weight w counts as w units: equal to the table that holds it so often."""
    values, prompts = np.stack([wrong(0.1, 3), wrong(0.2, 4)], axis=-1).reshape(-1, 2), np.repeat(np.arange(100), 4)
    times = np.where(values[:, 0] == 1, 3, 1)
    weighted = alpha_of_table(values, prompts, "nominal", seed=0, weights=times.astype(float))
    repeated = alpha_of_table(np.repeat(values, times, axis=0), np.repeat(prompts, times), "nominal", seed=0)
    # The small-sample factor (n - 1)/n takes the weights for their number of units.
    assert weighted.estimate == pytest.approx(repeated.estimate, abs=1e-3)
    assert (weighted.low, weighted.high) == pytest.approx((repeated.low, repeated.high), abs=5e-3)
    equal = alpha_of_table(values, prompts, "nominal", seed=0, weights=np.full(400, 2.5))
    plain = alpha_of_table(values, prompts, "nominal", seed=0)
    assert (equal.estimate, equal.low) == pytest.approx((plain.estimate, plain.low), abs=1e-12)


@pytest.mark.parametrize("level", ["ordinal", "interval"])
def test_a_sample_without_an_interval_says_why(level):
    table = np.array([[1.0, 1.0], [2.0, 1.0], [2.0, 2.0]])
    weights = np.array([1.0, 2.0, 5.0])
    for values, prompts, reason in [
        (table, [0, 0, 0], "one prompt alone"),
        (table, [0, 0, 1], "all variation lies in one prompt"),
        (table[:1], [0], "no variation"),
    ]:
        count = len(values)
        found = alpha_of_table(values, np.array(prompts), level, seed=0, weights=weights[:count])
        assert isinstance(found, Undefined)
        assert reason in found.reason


def test_the_design_of_a_sample_is_respected():
    """Right answers are one in ten of the run and half of the sample; alpha of the run is what counts."""
    values = np.repeat([1.0, 0.0], 50).reshape(100, 1)
    other = np.where(np.random.default_rng(5).random((100, 1)) < 0.05, 1 - values, values)
    weights = np.where(values == 1, 1.0, 9.0)
    (measured,) = agreements(
        about(*(given(one, name=name, weights=weights) for one, name in ((values, "a"), (other, "b"))))
    )
    assert isinstance(measured.alpha, Estimate)
    unweighted = alpha_of_table(np.hstack([values, other]), np.arange(100), "nominal", seed=0)
    assert measured.alpha.estimate < unweighted.estimate
    assert measured.alpha.estimate == measured.measured.alpha.value
    assert "weighted" in measured.alpha.method
    assert BOOLEAN.level == measured.measured.level


def test_what_two_of_three_judges_saw_stands_for_what_the_second_sample_stands_for():
    """By hand: two judges saw all, one a quarter (weight 4): each unit is certain to be seen by two."""
    row = [[1.0, 0.0]]
    panel = given(row), given(row), given([[1.0, np.nan]], weights=np.array([[4.0, 0.0]]))
    where = np.array([0, 0]), np.array([0, 1]), np.array([-1, -1])
    assert agreement._weights(panel, where).tolist() == [1.0, 1.0]
    assert agreement._weights(panel[1:], where).tolist() == [4.0, 0.0]

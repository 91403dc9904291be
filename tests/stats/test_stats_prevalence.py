from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as scipy_stats

from rewardlab.stats.interval import Estimate, Undefined, share_of_prompts
from rewardlab.stats.prevalence import corrected, known_judge, prevalence

NAN = np.nan


@pytest.fixture
def example(published):
    data = published("judge_ppi_mean").input
    counts = data["judge_on_unlabelled"]
    unlabelled = np.repeat([1.0, 0.0], [counts["ones"], counts["zeros"]])
    return np.array(data["Y_human"], float), np.array(data["F_judge_on_labelled"], float), unlabelled


def test_the_published_rates_are_met(published, example):
    case = published("judge_rogan_gladen")
    given = case.input["RSurveillance"]
    hits = np.arange(given["n"]) < given["x"]
    exact = share_of_prompts(hits)
    plain = scipy_stats.binomtest(given["x"], given["n"]).proportion_ci(method="wilson")
    wilson = Estimate(exact.estimate, plain.low, plain.high, 0.95, "Wilson", given["n"])
    by_wilson, by_beta = (known_judge(one, sensitivity=given["se"], specificity=given["sp"]) for one in (wilson, exact))
    found = prevalence(*example)
    edges = {
        "Se+Sp<=1": "error" if isinstance(known_judge(exact, sensitivity=0.5, specificity=0.5), Undefined) else "",
        "labelled set has one class": "error" if isinstance(prevalence(*np.ones((3, 9))), Undefined) else "",
    }
    case.meets(
        {
            "apparent_prevalence 20/120": exact.estimate,
            "true prevalence 20/120 Se=.9 Sp=.99": by_wilson.estimate,
            "tp ci wilson low": by_wilson.low,
            "tp ci wilson high": by_wilson.high,
            "tp ci beta low": by_beta.low,
            "tp ci beta high": by_beta.high,
            "brucellosis 23/150 Se=.96 Sp=.89": corrected(23 / 150, 0.96, 0.89),
            "judge example Se": found.sensitivity.estimate,
            "judge example Sp": found.specificity.estimate,
            "judge example corrected rate": found.rate.estimate,
            "judge example delta SE": found.error,
            **edges,
        },
        passed_over={
            "without unlabelled term": "the error that is too small",
            "judgy": "another tool's interval, too narrow",
            "coverage PPI++": "docs/statistics.md states our own",
            "corrected rate outside": "test_a_rate_outside_is_clipped_and_flagged",
        },
    )


def test_the_interval_by_hand(example):
    # z^2 = 3.84146: p (62 + 1.92073)/103.84146 = .61556, Se 11/13, Sp 8/11; skill .57343, theta (.61556 + .72727 -
    # 1)/.57343 = .59787. Variances p .0022789, Se .130178/13 = .0100137, Sp .198347/11 = .0180316.
    # Shift 7.68292 (.59787 x .0100137 - .40213 x .0180316) = -.009714.
    rate = prevalence(*example).rate
    error = np.sqrt(0.0022789 + 0.35745 * 0.0100137 + 0.16171 * 0.0180316) / 0.57343
    centre = 0.59787 - 0.009714
    assert (rate.low, rate.high) == pytest.approx((centre - 1.95996 * error, centre + 1.95996 * error), abs=1e-4)


def test_a_rate_outside_is_clipped_and_flagged(example):
    labels, verdicts, _ = example
    found = prevalence(labels, verdicts, (np.arange(100) < 5) * 1.0)
    # .05 is below 1 - Sp = .222.
    assert (found.clipped, found.rate.estimate, found.rate.low) == (True, 0, 0)
    assert found.rate.high > 0
    assert not prevalence(*example).clipped


def test_a_judge_without_error_keeps_a_width():
    labels = np.tile([0.0, 1.0], 10)
    found = prevalence(labels, labels, np.ones(1000))
    assert (found.rate.estimate, found.rate.high, found.error) == (1, 1, 0)
    assert found.rate.low < 0.95


def test_items_of_one_prompt_count_for_less(example):
    data = [np.tile(part, 4) for part in example]
    prompts = np.tile(np.arange(20), 4), np.tile(np.arange(100), 4)
    alone, together = prevalence(*data), prevalence(*data, clusters=prompts)
    assert together.rate.estimate == pytest.approx(alone.rate.estimate)
    assert together.rate.high - together.rate.low > 1.5 * (alone.rate.high - alone.rate.low)
    assert together.error == pytest.approx(prevalence(*example).error)


def test_what_cannot_be_corrected_is_undefined(example):
    labels, verdicts, unlabelled = example
    assert prevalence(labels, verdicts, np.full(3, NAN)) == Undefined("no unlabelled item has a verdict")
    assert prevalence(labels, 1 - verdicts, unlabelled).reason.startswith("the judge is no better than chance")
    assert prevalence(np.ones(20), verdicts, unlabelled).reason.startswith("the labels hold one class only")
    few = prevalence(labels, verdicts, unlabelled, clusters=(np.zeros(20), np.arange(100)))
    assert few.reason.startswith("fewer than two prompts behind")
    none = known_judge(share_of_prompts(np.arange(500) < 5), sensitivity=0.9, specificity=0.6)
    assert none.reason.startswith("no pass rate gives this judge's verdicts")


def test_an_average_of_annotators_is_no_label(example):
    labels, verdicts, unlabelled = example
    for wrong in (
        (labels / 2, verdicts, unlabelled),
        (labels, verdicts + 1, unlabelled),
        (labels, verdicts, unlabelled / 3),
    ):
        with pytest.raises(ValueError, match="are 0 or 1"):
            prevalence(*wrong)

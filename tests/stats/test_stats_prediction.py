from __future__ import annotations

import numpy as np
import pytest

from rewardlab.stats.interval import Undefined
from rewardlab.stats.prediction import powered_mean

NAN = np.nan


@pytest.fixture
def example(published):
    case = published("judge_ppi_mean")
    counts = case.input["judge_on_unlabelled"]
    unlabelled = np.repeat([1.0, 0.0], [counts["ones"], counts["zeros"]])
    return case, np.array(case.input["Y_human"], float), np.array(case.input["F_judge_on_labelled"], float), unlabelled


def test_the_published_means_are_met(example):
    case, labels, verdicts, unlabelled = example
    computed = {}
    for name, weight in (("lam=1 (PPI)", 1), ("lam=0 (classical)", 0), ("lam tuned (PPI++)", None)):
        found = powered_mean(labels, verdicts, unlabelled, weight=weight)
        computed[f"{name} point"] = found.mean.estimate
        computed[f"{name} ci95_low"], computed[f"{name} ci95_high"] = found.mean.low, found.mean.high
    computed["lambda"] = found.weight
    case.meets(computed, passed_over={"one-sided": "there is no one-sided interval"})


def test_a_prompt_an_item_is_the_plain_interval_but_for_t(example):
    _, *data = example
    plain = powered_mean(*data).mean
    single = powered_mean(*data, clusters=(np.arange(20), np.arange(20, 120))).mean
    # z 1.95996, t(19) 2.09302, and 20/19 in the variance.
    assert single.high - single.low == pytest.approx((plain.high - plain.low) * 2.09302 / 1.95996 * np.sqrt(20 / 19))
    assert (single.estimate, single.units) == (pytest.approx(plain.estimate), 20)


def test_the_same_items_again_are_no_more_evidence(example):
    _, *data = example
    once = powered_mean(*data, weight=0.6, clusters=(np.arange(20), np.arange(20, 120))).mean
    copied = [np.tile(part, 4) for part in data]
    prompts = np.tile(np.arange(20), 4), np.tile(np.arange(20, 120), 4)
    again = powered_mean(*copied, weight=0.6, clusters=prompts).mean
    assert (again.low, again.high) == pytest.approx((once.low, once.high))


def test_labelled_and_unlabelled_items_of_one_prompt_move_together():
    # By hand, lambda 1: residuals 1, 0 of prompts a, b, verdicts 1, 0: influences (.5)/2 each way, +.25 + .25 in a.
    # Variance 2/1 (.25 + .25) = 1 shared; apart 2 (4 x .0625) = .5.
    labels, verdicts, unlabelled = np.array([1.0, 0.0]), np.zeros(2), np.array([1.0, 0.0])
    bounds = (-50.0, 50.0)
    widths = []
    for prompts in (np.array(["a", "b"]), np.array(["c", "d"])):
        found = powered_mean(
            labels, verdicts, unlabelled, weight=1, clusters=(np.array(["a", "b"]), prompts), bounds=bounds
        )
        widths.append(found.mean.high - found.mean.low)
    assert widths == pytest.approx([2 * 12.70620, 2 * 12.70620 * np.sqrt(0.5)], rel=1e-5)


def test_a_judge_that_was_never_caught_wrong_leaves_room():
    labels = np.tile([0.0, 1.0], 15)
    found = powered_mean(labels, labels, np.tile([0.0, 1.0], 5000), weight=1).mean
    # The residual may be anything in [-1, 1] on 1 - 0.025^(1/30) = 0.11570 of items.
    assert found.high - found.estimate == pytest.approx(np.hypot(0.11570, 1.95996 * 0.5 / 100), abs=1e-4)


def test_verdicts_that_never_differ_are_not_trusted():
    found = powered_mean(np.array([1.0, 0.0, 1.0]), np.ones(3), np.ones(50))
    assert (found.weight, found.mean.estimate) == (0, pytest.approx(2 / 3))
    all_alike = powered_mean(np.ones(40), np.ones(40), np.ones(400)).mean
    assert (all_alike.estimate, all_alike.high) == (1, 1)
    assert all_alike.low == pytest.approx(0.025 ** (1 / 40))


def test_items_without_a_label_or_a_verdict_are_left_out(example):
    _, labels, verdicts, unlabelled = example
    more = powered_mean(np.append(labels, [NAN, 1]), np.append(verdicts, [1, NAN]), np.append(unlabelled, NAN))
    assert more == powered_mean(labels, verdicts, unlabelled)
    assert (more.labelled, more.unlabelled) == (20, 100)


def test_what_cannot_be_corrected_is_undefined():
    two = np.array([0.0, 1.0])
    assert powered_mean(two[:1], two[:1], two) == Undefined("fewer than two items are labelled")
    assert powered_mean(two, two, np.full(3, NAN)) == Undefined("no unlabelled item has a verdict")
    one = powered_mean(two, two, two, clusters=(np.zeros(2), np.array([1, 2])))
    assert one == Undefined("one prompt shows no spread")
    rng = np.random.default_rng(1)
    apart = powered_mean(
        np.append(np.ones(999), 0), np.append(np.zeros(999), 1), (rng.random(999) < 0.9) * 1.0, weight=1
    )
    assert apart.reason.startswith("labelled and unlabelled items are not alike")

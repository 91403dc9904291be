"""A panel that saw a sample, half of it successes: what is said of the run is what the whole would say."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from rewardlab.judging.design import draw
from rewardlab.judging.ratings import Pairs, Ratings
from rewardlab.probes.judge import agreement, family
from rewardlab.probes.judge.annotators import alternative
from rewardlab.probes.judge.effect import effect_of
from rewardlab.probes.judge.errors import panel_independence
from rewardlab.probes.judge.repeats import consistency_of, retest_alpha, weights_of_repeats
from rewardlab.probes.judge.sample import OF_SAMPLE, asked_again, stands_for
from rewardlab.probes.judge.trust import panel_trust
from rewardlab.probes.judge.unread import unread_of
from rewardlab.stats.consensus import dawid_skene, votes_of
from rewardlab.stats.independence import error_independence
from rewardlab.stats.interval import Estimate, Undefined
from tests.probes.judge.conftest import PAIRWISE, about, given

NAN = np.nan
PROMPTS, WIDTH = 80, 8


def world(seed):
    """What is right, one response in seven, what the reward makes of it, and three judges; labels of a third of it."""
    rng = np.random.default_rng(seed)
    shape = PROMPTS, WIDTH
    right = (rng.random(shape) < rng.beta(0.5, 3, (PROMPTS, 1))).astype(float)
    score = np.where(rng.random(shape) < 0.06, 1 - right, right)
    judges = [np.where(rng.random(shape) < slip, 1 - right, right) for slip in (0.05, 0.08, 0.12)]
    chance = np.clip(0.15 + 0.7 * judges[0] + rng.normal(0, 0.05, shape), 0, 1)
    return right, score, judges, chance, np.where(rng.random(shape) < 0.35, right, NAN)


def trusted(seed, *, size, weights=None):
    """The panel's trust of a world judged as far as `size`; `weights` in place of the design's."""
    _, score, judges, chance, labels = world(seed)
    chances = draw(np.ones(score.shape, bool), score == 1, [f"p{row}" for row in range(PROMPTS)], size=size, seed=seed)
    design = np.divide(1, chances, out=np.zeros(score.shape), where=chances > 0)
    stand = design if weights is None else np.where(design > 0, weights, 0.0)
    seen = np.where(design > 0, 0.0, NAN)
    panel = [
        given(one + seen, name=f"j{number}", weights=stand, expected=chance + seen if number == 0 else one * NAN)
        for number, one in enumerate(judges)
    ]
    options = {"annotations": labels[..., None], "annotators": ("ann",)}
    return panel_trust(about(*panel, score=score, labels=labels, **options))


def told(trust):
    """The numbers whose estimate must be the run's."""
    judge, validation = trust.judges[0], trust.judges[0].validation
    measured = trust.agreements[0].measured
    fit = validation.by_annotator["ann"]
    found = {
        "alpha": measured.alpha.interval,
        "equal": measured.agreement.interval,
        "fleiss": measured.fleiss.interval,
        "ac1": measured.ac1.interval,
        "kappa": measured.pairs[0].kappa.interval,
        "pass rate": judge.pass_rate,
        "accuracy": validation.accuracy,
        "fit": fit.kappa,
        "powered": validation.powered.mean,
        "corrected": validation.corrected.rate,
        "rank": trust.ranks.overall_rho,
        "tau": trust.ranks.within_tau,
        "area": trust.reward.area,
        "J": trust.reward.rates.informedness,
        "errors": trust.independence if isinstance(trust.independence, Undefined) else trust.independence.correlation,
    }
    point = {"calibration": validation.calibration.expected_error, "brier": validation.calibration.brier}
    return {name: one.estimate for name, one in found.items() if isinstance(one, Estimate)} | point


def test_estimates_of_a_sample_are_those_of_the_run_and_those_that_take_it_for_the_run_are_not():
    worlds = range(5)
    wholes, samples, plain = (
        [told(trusted(seed, size=size, weights=weights)) for seed in worlds]
        for size, weights in ((None, None), (300, None), (300, 1.0))
    )
    bias = {
        name: [
            float(np.mean([one[name] - all_[name] for one, all_ in zip(many, wholes, strict=True)])) for many in both
        ]
        for both in [(samples, plain)]
        for name in wholes[0]
        # Pairs weigh alike in a sample, prompts in the whole: another number.
        if name != "area"
    }
    # What half of the successes would make of the run, by what they make of it most.
    for name in ("alpha", "ac1", "kappa", "pass rate", "powered", "corrected", "calibration", "tau"):
        weighted, unweighted = bias[name]
        assert abs(weighted) < 0.45 * abs(unweighted), name
    assert max(abs(weighted) for weighted, _ in bias.values()) < 0.035


def test_weights_that_do_not_differ_are_none():
    """To the last number of the report, but for pairs: a sample in which all were as likely is taken as it is."""
    once, twice = (without_pairs(trusted(3, size=300, weights=weights)) for weights in (1.0, 2.5))
    assert list(leaves(once)) == pytest.approx(list(leaves(twice)), abs=1e-12, nan_ok=True)
    assert len(list(leaves(once))) > 200


def without_pairs(trust):
    ranks = replace(trust.ranks, within_rho=Undefined("left out"), within_tau=Undefined("left out"))
    return replace(trust, ranks=ranks, reward=trust.reward.rates)


def test_equal_weights_do_not_make_pairs_within_prompts_alike():
    """Half of each prompt is right: of 2 in 8 each weighs 4, and no two that the reward calls alike were ever drawn."""
    success = np.tile(np.arange(WIDTH) < WIDTH // 2, (PROMPTS, 1))
    rng = np.random.default_rng(1)
    said = np.where(rng.random(success.shape) < 0.25, ~success, success).astype(float)

    def panel(size):
        ids = [f"p{row}" for row in range(PROMPTS)]
        chances = draw(np.ones(success.shape, bool), success, ids, size=size, seed=0)
        weights = np.divide(1, chances, out=np.zeros(success.shape), where=chances > 0)
        assert np.ptp(weights[weights > 0]) == 0
        return panel_trust(about(given(np.where(weights > 0, said, NAN), weights=weights), score=success.astype(float)))

    thin, half, whole = panel(2 * PROMPTS), panel(4 * PROMPTS), panel(None)
    assert "larger --judge-sample" in thin.reward.area.reason
    assert thin.ranks.within_tau == thin.reward.area
    assert half.reward.area.estimate == pytest.approx(whole.reward.area.estimate, abs=0.03)
    assert half.ranks.within_tau.estimate == pytest.approx(whole.ranks.within_tau.estimate, abs=0.06)
    assert all(isinstance(one.ranks.within_rho, Undefined) for one in (thin, half))
    assert isinstance(whole.ranks.within_rho, Estimate)


def leaves(found):
    """The numbers of a tree of dataclasses, but for what the judges said."""
    if isinstance(found, Ratings):
        return
    if is_dataclass(found):
        for field in fields(found):
            yield from leaves(getattr(found, field.name))
    elif isinstance(found, dict):
        for value in found.values():
            yield from leaves(value)
    elif isinstance(found, tuple | list | np.ndarray):
        for value in found:
            yield from leaves(value)
    elif isinstance(found, int | float):
        yield float(found)


def test_what_a_panel_is_asked_is_asked_of_the_run():
    """Right responses are of weight 1, wrong ones of 9; the judges and the people err on these more often."""
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 2, (60, 2)).astype(float)
    weights = np.where(truth == 1, 1.0, 9.0)
    hard = (truth == 0) & (rng.random((60, 2)) < 0.3)
    said = [np.where(hard & (rng.random((60, 2)) < 0.7), 1.0, truth) for _ in range(3)]
    said = [np.where(rng.random((60, 2)) < 0.08, 1 - one, one) for one in said]
    judges = [given(one, name=f"j{number}", weights=weights) for number, one in enumerate(said)]
    priors = panel_trust(about(*judges)).consensus.fit.priors
    assert priors == pytest.approx(
        dawid_skene(votes_of(np.stack(said, axis=-1).reshape(-1, 3), classes=2), weights=weights.ravel()).priors
    )
    assert priors[0] > 0.7
    people = np.stack(
        [np.where(hard, 1.0, truth), truth, np.where(rng.random((60, 2)) < 0.1, 1 - truth, truth)], axis=-1
    )
    question = about(*judges, labels=truth, annotations=people, annotators=("x", "y", "z"))
    together = panel_independence(question).correlation.estimate
    assert together == error_independence(np.stack(said), truth, weights=weights).correlation.estimate
    assert abs(together - error_independence(np.stack(said), truth).correlation.estimate) > 0.02
    sampled, alike = (alternative(question, one).advantage for one in (judges[0], given(said[0])))
    assert abs(sampled - alike) > 0.005


def test_the_package_that_confirms_alpha_is_given_the_sample_as_it_is():
    trust = trusted(1, size=300)
    assert trust.check == "equal to the krippendorff package's within 1e-9"
    assert trust.agreements[0].alpha.method.startswith("weighted by the sample")


def test_within_prompts_a_thin_sample_says_that_it_is_too_thin():
    trust = trusted(1, size=120)
    assert "larger --judge-sample" in trust.reward.area.reason
    assert trust.ranks.within_tau == trust.reward.area
    assert "ranks within a prompt" in trust.ranks.within_rho.reason


def test_a_repeat_stands_for_the_judged_ones_of_its_prompt():
    """By hand. Of prompt 0 two were judged (weights 1 and 7), one asked again: 2 x 1; of prompt 1 one (8): 8.

    It flips in prompt 0 and not in prompt 1: 2/10; a mean of prompts alike would be 1/2."""
    weights = np.array([[1.0, 7.0], [8.0, 0.0]])
    repeats = np.array([[[1.0, 0.0], [0.0, NAN]], [[0.0, 0.0], [NAN, NAN]]])
    ratings = given(repeats[..., 0], weights=weights, repeats=repeats)
    assert weights_of_repeats(ratings).tolist() == [[2, 0], [8, 0]]
    assert consistency_of(ratings).flips.estimate == pytest.approx(0.2)
    assert consistency_of(given(repeats[..., 0], repeats=repeats)).flips.estimate == 0.5
    assert asked_again(np.full((2, 2), 3.0), repeats[..., 0] == 1) is None
    assert isinstance(retest_alpha(ratings, seed=0), Estimate | Undefined)


def test_unreadable_verdicts_count_for_those_they_stand_for():
    """By hand: one of weight 1 was read, one of weight 4 not; and in another prompt both, of weight 1 and 4."""
    values = np.array([[1.0, NAN], [0.0, 1.0]])
    ratings = given(values, asked=np.ones((2, 2), bool), weights=np.array([[1.0, 4.0], [1.0, 4.0]]))
    assert unread_of(ratings).estimate == pytest.approx(0.4)


def test_a_pair_that_a_judge_of_single_responses_rates_stands_for_the_product_of_both():
    pairs = Pairs(np.array([0, 0]), np.array([0, 1]), np.array([1, 2]), *np.zeros((2, 2)), np.zeros((2, 1)))
    judge = given(np.full((1, 3), NAN), PAIRWISE, pairs=pairs, weights=np.array([[2.0, 3, 0]]))
    single = given([[1.0, 0, NAN]], weights=np.array([[2.0, 3, 0]]))
    places = np.array([0, 0]), np.array([0, 1]), np.array([1, 2])
    assert agreement._weights((judge, single), places).tolist() == [6, 0]
    assert agreement._weights((judge, judge), places).tolist() == [1, 1]


def test_altered_responses_are_an_experiment_on_the_sample():
    """Each is its own control: the change is of those shown, and its method says so."""
    plain = np.random.default_rng(0).integers(0, 2, (20, 2)).astype(float)
    altered = np.ones((20, 2))
    asked = {"variants": {"padded": altered}, "variants_asked": {"padded": np.ones((20, 2), bool)}}
    all_, some = (
        effect_of(given(plain, weights=weights, **asked), "padded") for weights in (np.ones((20, 2)), 1.0 + plain)
    )
    assert (all_.change.estimate, all_.p_rise) == (some.change.estimate, some.p_rise)
    assert some.change.method == all_.change.method + OF_SAMPLE
    assert some.turned_right.method.endswith("over the judged sample")


def test_favour_for_its_family_is_that_of_the_run():
    """By hand: leads 1 and 0 on wrong answers of weight 1 and 3 in one prompt: 1/4; in the other 0, of weight 4."""
    lead = np.array([[1.0, 0.0], [0.0, NAN]])
    found = family.favour(lead, np.zeros((2, 2)), weights=np.array([[1.0, 3.0], [4.0, 0.0]]))
    assert found.estimate.estimate == pytest.approx(1 / 8)
    assert family.favour(lead, np.zeros((2, 2))).estimate.estimate == pytest.approx(1 / 4)


def test_what_all_judges_saw_stands_for_what_the_smallest_sample_stands_for():
    first, both = np.array([[4.0, 0.0, 0.0]]), np.array([[2.0, 2.0, 0.0]])
    judges = given([[1, NAN, NAN]], weights=first), given([[1, 0, NAN]], weights=both)
    assert stands_for(judges, seen=2).tolist() == [[4, 0, 0]]

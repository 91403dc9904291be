from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.stats.band import independent_trials, place, prompts_to_decide, trials_per_prompt
from rewardlab.stats.interval import Estimate, mean_over_prompts, modified_wilson, share_of_prompts

BAND = (0.05, 0.95)


def interval(low, high):
    return Estimate((low + high) / 2, low, high, 0.95, "", 100)


@pytest.mark.parametrize(
    ("low", "high", "answer"),
    [
        (0.01, 0.04, "below"),
        (0.01, 0.05, "undecided"),
        (0.05, 0.95, "inside"),
        (0.04, 0.06, "undecided"),
        (0.94, 0.96, "undecided"),
        (0.95, 0.99, "undecided"),
        (0.96, 0.99, "above"),
        (0.01, 0.99, "undecided"),
    ],
)
def test_the_interval_decides_not_the_point(low, high, answer):
    assert place(interval(low, high), BAND) == answer


def test_independent_trials_by_hand():
    # 0.20 against 0.05, power 0.9: (1.95996 x 0.217945 + 1.28155 x 0.4)^2 / 0.0225 = (0.427163 + 0.512621)^2 / 0.0225
    assert independent_trials(0.2, 0.05) == pytest.approx(39.253, abs=0.001)
    assert independent_trials(0.05, 0.05) == math.inf
    assert prompts_to_decide(0.05, 0.05, per_prompt=8) == math.inf


def test_the_published_sample_sizes_are_met(published):
    case = published("base_sample_size")
    edge, computed = case.input["L"], {}
    for name in case.expected:
        told = dict(part.split("=") for part in name.split() if "=" in part)
        if name.startswith("n_indep"):
            computed[name] = math.ceil(independent_trials(float(told["p"]), edge, power=float(told["power"])))
        elif name.startswith("prompts"):
            n, correlation = int(told["N"]), float(told["rho"])
            worth = n / (1 + (n - 1) * correlation)
            computed[name] = prompts_to_decide(float(told["p"]), edge, per_prompt=worth, power=float(told["power"]))
    case.meets(computed, passed_over={"simulated": "simulated below"})


@pytest.mark.parametrize(
    ("mean", "prompts", "answer", "name"),
    [
        (0.10, 78, "inside", "simulated power p=.10 rho=.2 N=8 prompts=78"),
        (0.02, 145, "below", "simulated power p=.02 rho=.2 N=8 prompts=145"),
        (0.05, 200, "below", "simulated false decision at p=.05 rho=.2 N=8 prompts=200: below"),
        (0.05, 200, "inside", "simulated false decision at p=.05 rho=.2 N=8 prompts=200: inside"),
    ],
)
def test_decisions_fall_as_often_as_published(mean, prompts, answer, name, published, draw_successes):
    want = published("base_sample_size").expected[name]
    values = draw_successes(np.random.default_rng(3), 10_000, prompts, mean=mean, correlation=0.2) / 8
    low, high = modified_wilson(values.mean(axis=1), values.var(axis=1, ddof=1), prompts=prompts, most=8.0 * prompts)
    said = high < BAND[0] if answer == "below" else (low >= BAND[0]) & (high <= BAND[1])
    # 10,000 draws here, 20,000 there: three standard errors of the difference of two shares near 0.9 are 0.011.
    assert np.mean(said) == pytest.approx(want["value"], abs=max(want["tolerance"], 0.011 if mean != 0.05 else 0))


@given(st.floats(0.001, 0.999), st.floats(1, 8))
def test_the_trials_behind_an_interval_are_read_back(mean, worth):
    # Variance of 200 prompt values of which each is worth `worth` trials.
    variance = np.array(mean * (1 - mean) / worth)
    low, high = modified_wilson(np.array(mean), variance, prompts=200, most=1600.0)
    found = Estimate(mean, float(low), float(high), 0.95, "", 200)
    assert trials_per_prompt(found, most=8) == pytest.approx(worth, rel=1e-6)


@given(st.lists(st.integers(0, 8), min_size=2, max_size=30))
def test_trials_lie_between_one_and_the_generations(successes):
    found = mean_over_prompts(np.array(successes) / 8, np.full(len(successes), 8.0))
    assert 1 <= trials_per_prompt(found, most=8) <= 8


def test_a_single_prompt_is_one_trial():
    assert trials_per_prompt(share_of_prompts(np.ones(1, bool)), most=1.0) == 1

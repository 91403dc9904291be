"""RL306: noise that drowns the signal blocks, noise that may is a warning, noise that does not is a note."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rewardlab.probes.run import noise
from rewardlab.stats.interval import Undefined
from tests.probes.run.conftest import asked, rows


def found(scores, again, **targets):
    return [(one.code, one.severity) for one in noise.ask(asked(scores, again=again, **targets))]


def noisy(prompts, *, signal, sd, seed=0):
    """Scores of generations that differ by `signal`, each seen three times through noise of `sd`."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0.5, signal, (prompts, 8)) if signal else np.full((prompts, 8), 0.5)
    return [truth + rng.normal(0, sd, truth.shape) for _ in range(3)]


def test_a_reward_that_repeats_itself_is_innocent():
    scores = [[0, 1, 0, 1]] * 120
    assert found(scores, [scores, scores]) == []


def test_nothing_scored_again_is_undefined_and_no_finding():
    question = asked([[0, 1]] * 120)
    assert list(noise.ask(question)) == []
    assert noise.beyond_noise(question) == Undefined("nothing was scored again")


def test_pure_noise_is_a_blocker():
    first, *again = noisy(60, signal=0, sd=0.2)
    assert found(first, again) == [("RL306", "blocker")]


def test_noise_that_may_drown_the_signal_is_a_warning():
    """Three prompts: the reliability is seen as less than a half, and its interval reaches far above."""
    first, *again = noisy(3, signal=0.1, sd=0.15)
    (finding,) = noise.ask(asked(first, again=again))
    assert (finding.severity, finding.evidence["reliability"] < noise.LEAST_RELIABILITY) == ("warning", True)


def test_one_prompt_shows_noise_and_proves_nothing():
    first, *again = noisy(1, signal=0, sd=0.2)
    assert {severity for _, severity in found(first, again)} <= {"warning", "note"}


@pytest.mark.parametrize(("sd", "severity"), [(0.02, "note"), (0.08, "note"), (0.3, "blocker")])
def test_reliability_decides_what_noise_is(sd, severity):
    """A signal of 0.1: reliabilities of 0.96, 0.61 and 0.1."""
    first, *again = noisy(60, signal=0.1, sd=sd)
    assert found(first, again) == [("RL306", severity)]


def test_noise_that_only_breaks_ties_is_a_blocker_however_reliable_the_rest():
    """Two of 60 groups truly differ, by much: the reliability is high, but the other groups follow the noise."""
    rng = np.random.default_rng(1)
    truth = np.full((60, 8), 0.5)
    truth[:2, :4] = 100.0
    first, *again = [truth + rng.normal(0, 0.01, truth.shape) for _ in range(3)]
    (finding,) = noise.ask(asked(first, again=again))
    assert finding.severity == "blocker"
    assert finding.evidence["reliability"] > 0.9
    assert finding.evidence["beyond_high"] < 0.2


def test_groups_that_never_differed_are_not_lost_to_noise():
    """A sound reward of which every fifth group differs, and which moves once: few groups is RL304, not noise."""
    scores = np.zeros((120, 8))
    scores[::5, :3] = 1.0
    again = scores.copy()
    again[1, 0] = 1.0
    assert found(scores, [again, scores]) == [("RL306", "note")]


def test_the_share_that_was_had_is_that_of_the_groups_scored_again():
    """All 400 prompts surely reach the target; the 40 scored again would not without any noise."""
    rng = np.random.default_rng(0)
    scores = np.zeros((400, 8))
    scores[rng.permutation(400)[:110], :3] = 1.0
    again = np.full(scores.shape, np.nan)
    again[:40] = scores[:40]
    again[0, 7] = 1 - again[0, 7]
    assert found(scores, [again, again]) == [("RL306", "note")]


def test_the_generations_that_moved_most_are_shown():
    scores = np.tile([0.1, 0.9, 0.1, 0.9], (30, 1))
    again = scores.copy()
    again[3, 1], again[7, 0] = 0.2, 0.3
    (finding,) = noise.ask(asked(scores, again=[again]))
    assert finding.evidence["examples"] == [
        {"prompt_id": "p3", "index": 1, "score": 0.9, "text": "text", "scores": [0.9, 0.2]},
        {"prompt_id": "p7", "index": 0, "score": 0.1, "text": "text", "scores": [0.1, 0.3]},
    ]
    assert finding.evidence["rescored"] == 120


def test_a_generation_unscored_the_first_time_has_no_score_and_may_still_be_noisy():
    scores = rows(np.tile([0.1, 0.9], (30, 1)))
    again, third = rows(np.tile([0.1, 0.9], (30, 1))), rows(np.tile([0.1, 0.9], (30, 1)))
    scores[0][0], third[0][0] = "raised", 0.7
    (finding,) = noise.ask(asked(scores, again=[again, third]))
    assert finding.evidence["examples"][0]["score"] is None
    assert finding.evidence["examples"][0]["scores"] == [0.1, 0.7]
    json.dumps(finding.evidence, allow_nan=False)

"""Does the reward tell generations of one prompt apart by more than its own noise?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rewardlab.findings import Finding
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Floats
from rewardlab.stats.interval import Estimate, Quantity, Undefined
from rewardlab.stats.noise import Noise, noise_of
from rewardlab.stats.spread import SAME_SCORE, informative_groups
from rewardlab.stats.tiebreak import informative_beyond_noise

#: Under this, more than half of the spread that a group shows is noise, and most of its gradient points anywhere.
LEAST_RELIABILITY = 0.5
EXAMPLES = 3


def ask(question: Question) -> Iterator[Finding]:
    """RL306: a blocker where noise surely makes most of the spread or leaves too few informative groups."""
    noise, beyond = noise_of(question.answers.scorings), beyond_noise(question)
    if not isinstance(noise, Noise) or noise.noise_variance == 0:
        return
    reliability = noise.reliability
    surely = isinstance(reliability, Estimate) and reliability.high < LEAST_RELIABILITY
    perhaps = noise.icc < LEAST_RELIABILITY
    target = question.targets.min_informative
    plain = _plainly(question)
    lost = isinstance(beyond, Estimate) and beyond.high < target
    had = isinstance(plain, Estimate) and plain.low >= target
    evidence = _evidence(question, noise, beyond)
    if surely or (lost and had):
        yield Finding("RL306", "blocker", evidence)
    elif perhaps or (isinstance(beyond, Estimate) and beyond.low < target and had):
        yield Finding("RL306", "warning", evidence)
    else:
        yield Finding("RL306", "note", evidence)


def beyond_noise(question: Question) -> Quantity:
    """The share of groups that differ beyond the reward's noise; undefined where nothing was scored again."""
    scorings = _scored_again(question)
    if not len(scorings):
        return Undefined("nothing was scored again")
    return informative_beyond_noise(scorings, rng=np.random.default_rng(0))


def _plainly(question: Question) -> Quantity:
    """The share of groups that differ at all, of the same prompts as `beyond_noise`, to be compared with it."""
    return informative_groups(_scored_again(question)[:, :, 0], question.measured.num_generations)


def _scored_again(question: Question) -> Floats:
    """The scorings (prompts, generations, times) of the prompts with a generation that was scored twice."""
    scorings = question.answers.scorings
    again: Floats = scorings[np.isfinite(scorings).sum(axis=2).max(axis=1, initial=0) > 1]
    return again


def _evidence(question: Question, noise: Noise, beyond: Quantity) -> dict[str, object]:
    evidence: dict[str, object] = {
        "rescored": noise.rescored,
        "noise_sd": noise.standard_error_of_measurement,
        "signal_sd": float(np.sqrt(noise.signal_variance)),
        "signal_to_noise": noise.signal_to_noise,
        "reliability": noise.icc,
        "detectable_difference": noise.detectable_difference,
    }
    if isinstance(beyond, Estimate):
        evidence |= {"informative_beyond_noise": beyond.estimate, "beyond_high": beyond.high}
    return evidence | {"examples": moved_most(question)}


def moved_most(question: Question) -> list[dict[str, object]]:
    """The generations whose scores moved most."""
    scorings = question.answers.scorings
    known = np.isfinite(scorings)
    moved = np.where(known, scorings, -np.inf).max(axis=2) - np.where(known, scorings, np.inf).min(axis=2)
    moved[known.sum(axis=2) < 2] = 0.0
    worst = np.argsort(-moved, axis=None, kind="stable")[:EXAMPLES]
    places = [divmod(int(place), scorings.shape[1]) for place in worst]
    return [
        question.answers.example(i, j) | {"scores": [float(one) for one in scorings[i, j] if np.isfinite(one)]}
        for i, j in places
        if moved[i, j] > SAME_SCORE
    ]

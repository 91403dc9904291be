"""Does the same sampled generation score the same again, in the same process and in a fresh one?"""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.findings import Finding
from rewardlab.probes.run.noise import moved_most
from rewardlab.probes.run.question import Question
from rewardlab.stats.interval import Estimate
from rewardlab.stats.noise import Noise, noise_of


def ask(question: Question) -> Iterator[Finding]:
    """RL206, a warning: how much it matters is told by RL306."""
    noise = noise_of(question.answers.scorings)
    if not isinstance(noise, Noise) or noise.noise_variance == 0 or not isinstance(noise.unchanged, Estimate):
        return
    if examples := moved_most(question):
        changed = 1 - noise.unchanged.estimate
        yield Finding("RL206", "warning", {"share_changed": changed, "rescored": noise.rescored, "examples": examples})

"""Generations without a usable score."""

from __future__ import annotations

from rewardlab.probes.run import failures
from tests.probes.run.conftest import asked


def test_a_reward_that_abstains_from_every_generation_blocks():
    (finding,) = failures.ask(asked([["abstained", "abstained"]] * 20))
    assert (finding.code, finding.severity, finding.evidence["share"]) == ("RL104", "blocker", 1.0)


def test_a_reward_may_abstain_from_some():
    assert list(failures.ask(asked([["abstained", 1], [0, 1]] * 10))) == []

"""Generations without a usable score."""

from __future__ import annotations

from dataclasses import replace

from rewardlab.probes.run import failures
from tests.probes.run.conftest import asked


def test_a_reward_that_abstains_from_every_generation_blocks():
    (finding,) = failures.ask(asked([["abstained", "abstained"]] * 20))
    assert (finding.code, finding.severity, finding.evidence["share"]) == ("RL104", "blocker", 1.0)


def test_a_reward_may_abstain_from_some():
    assert list(failures.ask(asked([["abstained", 1], [0, 1]] * 10))) == []


def test_an_error_that_quotes_its_sample_is_cut():
    question = asked([["raised", 1]] * 20)
    long = replace(question.measured.examples[0], detail=f"ValueError: {'no number ' * 40}(reward.py:3)")
    (finding,) = failures.ask(replace(question, measured=replace(question.measured, examples=(long,))))
    (example,) = finding.evidence["examples"]
    assert len(example["detail"]) <= 165
    assert example["detail"].endswith("(reward.py:3)")

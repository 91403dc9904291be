"""The pace of a deployed function, held against what its platform needs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rewardlab.platforms import PLATFORMS
from rewardlab.probes.deployed import ask, pace
from rewardlab.rewards.deployed.traffic import Traffic

SMTJ = PLATFORMS["smtj"]  # batches of 64, 12 at once, 128 samples a step
QUIET = Traffic(
    invocations=3,
    throttled=0,
    refused=0,
    retried=0,
    split=0,
    cold_starts=1,
    batches=((64, 1.0), (64, 1.0), (8, 0.1)),
    init_seconds=0.5,
    peak_mb=60,
)


def test_the_pace_is_that_of_the_largest_batches():
    found = pace(QUIET, SMTJ)
    assert found is not None
    assert (found.batch, found.p50, found.p99, found.invocations) == (64, 1.0, 1.0, 2)
    assert found.samples_per_second == 12 * 64 / 1.0  # twelve batches of 64 in a second
    assert found.step_seconds == 1.0  # 128 samples are two batches, which run at once
    assert found.concurrency == 1  # two seconds of invocations in a minute


def test_the_concurrency_is_the_rate_times_the_seconds_of_one():
    # HyperPod: 256 samples a step are two batches of 128; at 90 s each that is 180 s of invocations in 60 s
    slow = replace(QUIET, batches=((128, 90.0),))
    found = pace(slow, PLATFORMS["hyperpod"])
    assert (found.concurrency, found.step_seconds) == (3, 90.0)
    (finding,) = ask(slow, PLATFORMS["hyperpod"], timeout=900)
    assert (finding.code, finding.severity) == ("RL204", "warning")
    assert "Set the concurrency limit to 3 on both sides" in finding.remedy


def test_nothing_is_found_of_a_fast_function():
    assert list(ask(QUIET, SMTJ, timeout=60)) == []


def test_nothing_answered_has_no_pace():
    silent = replace(QUIET, batches=())
    assert pace(silent, SMTJ) is None
    assert list(ask(silent, SMTJ, timeout=60)) == []


@pytest.mark.parametrize(("refused", "severity"), [(0, "warning"), (1, "blocker")])
def test_throttling_blocks_where_the_trainer_would_have_given_up(refused, severity):
    (finding,) = ask(replace(QUIET, throttled=4, refused=refused), SMTJ, timeout=60)
    assert (finding.code, finding.severity) == ("RL204", severity)
    assert finding.evidence["samples_per_second"] == 768
    assert "Let at least 12 invocations run at once" in finding.remedy


def test_a_timeout_that_is_nearly_used_up_is_raised():
    (finding,) = ask(replace(QUIET, batches=((64, 2.5),)), SMTJ, timeout=3)
    assert finding.remedy == "Raise the function's timeout to 8 s: rewardlab deploy --timeout 8."


def test_a_sample_over_the_guidance_is_slow():
    (finding,) = ask(replace(QUIET, batches=((64, 7.0),)), SMTJ, timeout=900)
    assert finding.remedy.startswith("Make it faster")


def test_a_split_batch_is_told():
    (finding,) = ask(replace(QUIET, split=2), SMTJ, timeout=60)
    assert (finding.code, finding.evidence["batches_split"]) == ("RL205", 2)

"""Bytes and seconds of a full batch."""

from __future__ import annotations

import math

import pytest

from rewardlab.platforms import PLATFORMS
from rewardlab.probes.reward import payload, speed
from rewardlab.probes.reward.speed import Latency
from tests.probes.reward.code_subject import SOUND, code_subject, codes, examine_code, handler, prompt


@pytest.mark.parametrize("probe", [payload, speed])
def test_a_sound_reward_gives_nothing(probe):
    assert examine_code(probe.ask, SOUND) == []


def test_rows_that_are_too_long_for_a_batch():
    prompts = [prompt(f"p{number}", "?", "7", context="x" * 200_000) for number in range(2)]
    (finding,) = examine_code(payload.ask, SOUND, prompts)
    assert (finding.code, finding.severity, finding.evidence["direction"]) == ("RL205", "blocker", "event")
    assert finding.evidence["bytes_without_answers"] > 64 * 200_000


def test_a_few_long_rows_are_a_warning():
    prompts = [prompt(f"p{number}", "?", "7", context="x" * 100_000 * (number < 32)) for number in range(200)]
    assert codes(examine_code(payload.ask, SOUND, prompts)) == [("RL205", "warning")]


@pytest.mark.parametrize(("what", "severity"), [("'x' * 200_000", "blocker"), ("str(s['messages']) * 6", "warning")])
def test_a_return_that_is_too_long(what, severity):
    code = f"""
        def lambda_handler(event, context):
            return [{{"id": s["id"], "aggregate_reward_score": 1.0, "trace": {what}}} for s in event]
    """
    (finding,) = examine_code(payload.ask, code)
    assert (finding.code, finding.severity, finding.evidence["direction"]) == ("RL205", severity, "return")


def test_seconds_a_sample_are_extrapolated_to_the_batch():
    # 2 samples in 0.4 s, 1 in 0.2 s: 0.2 s each, so 64 take 12.8 s.
    assert Latency(1.0, (0.4,), 2, 0.2).of(64) == pytest.approx(12.8)
    # An invocation that takes as long for 4 as for 1 takes as long for 64.
    assert Latency(1.0, (3.0, 3.0), 4, 3.0).of(64) == pytest.approx(3.0)


def test_a_slow_reward_is_asked_less_and_told_its_timeout(monkeypatch):
    monkeypatch.setattr("rewardlab.probes.reward.trials.subject.PROBE_SECONDS", 0.8)
    code = handler("time.sleep(0.11)\nreturn 1.0", "import time")
    (finding,) = examine_code(speed.ask, code)
    assert (finding.code, finding.severity) == ("RL204", "warning")
    assert finding.evidence["measured_batch"] < 4
    seconds = finding.evidence["seconds_per_batch"]
    assert 3 < seconds < 64  # 7 s where nothing else runs; a line through two points on a busy machine strays
    assert f"Set the Lambda's timeout to {math.ceil(3 * seconds)} s" in finding.remedy
    # Two invocations a step, 12 at once: a step's rewards take one batch's time.
    assert finding.evidence["concurrency_for_a_step_within_60_s"] == math.ceil(2 * seconds / 60)


def test_a_batch_over_the_longest_timeout_blocks(monkeypatch):
    monkeypatch.setattr(speed, "measure", lambda _: Latency(20.0, (20.0,), 1, 20.0))
    (finding,) = examine_code(speed.ask, SOUND)
    assert (finding.severity, finding.evidence["seconds_per_batch"]) == ("blocker", 20.0 * 64)
    assert "45 of the 64" in finding.remedy


def test_a_reward_that_does_not_answer_has_no_latency():
    with code_subject(handler("raise ValueError")) as subject:
        assert speed.measure(subject) is None


def test_the_recipes_known_here_are_platforms():
    assert set(payload.RESPONSE_TOKENS) <= set(PLATFORMS)

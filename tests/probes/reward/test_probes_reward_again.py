"""The same samples again, and in other company."""

from __future__ import annotations

import pytest

from rewardlab.probes.reward import determinism, neighbours
from tests.probes.reward.code_subject import SOUND, codes, examine_code, handler

NOISE = handler("return random.random()", "import random")
STATE = handler("SEEN.append(s)\nreturn 1.0 / len(SEEN)", "SEEN = []")


@pytest.mark.parametrize("probe", [determinism, neighbours])
def test_a_sound_reward_gives_nothing(probe):
    assert examine_code(probe.ask, SOUND) == []


def test_noise_is_told_with_its_scores():
    (finding,) = examine_code(determinism.ask, NOISE)
    assert (finding.code, finding.severity) == ("RL206", "blocker")
    assert len(set(finding.evidence["examples"][0]["scores"].values())) == 5


def test_little_noise_is_a_warning_and_rounding_a_note():
    warning = examine_code(determinism.ask, handler("return 0.5 + random.random() / 1e4", "import random"))
    note = examine_code(determinism.ask, handler("return 0.5 + random.random() / 1e12", "import random"))
    assert codes([*warning, *note]) == [("RL206", "warning"), ("RL206", "note")]


def test_state_is_told_apart_from_noise():
    (finding,) = examine_code(determinism.ask, STATE)
    assert "state kept between calls" in finding.remedy


def test_what_only_the_first_calls_score_is_state_and_no_hash():
    code = handler("global n; n += 1; return 0.5 if n <= 2 else 1.0", "n = 0")
    (finding,) = examine_code(determinism.ask, code)
    assert "state kept between calls" in finding.remedy
    assert "hash()" not in finding.remedy


def test_a_fresh_process_hashes_texts_anew_as_on_lambda():
    (finding,) = examine_code(determinism.ask, handler("return hash(s['id']) % 100 / 100"))
    assert "hash()" in finding.remedy


def test_noise_is_not_blamed_on_the_neighbours():
    assert examine_code(neighbours.ask, NOISE) == []


def test_state_that_makes_a_score_follow_its_place_is():
    (finding,) = examine_code(neighbours.ask, STATE)
    assert (finding.code, finding.evidence["changed_when"]) == ("RL207", ["reversed, each in a fresh process"])


@pytest.mark.parametrize(
    ("body", "when"),
    [
        ("texts = [one['messages'][-1]['content'] for one in event]\nreturn texts.count(texts[i]) / 9", "its double"),
        ("return 1.0 if i == 0 else 0.0", "alone"),
        ("return i / len(event)", "reversed"),
        ("return sum('14' in str(one['messages'][-1]) for one in event) / len(event)", "among"),
    ],
    ids=["copies", "first only", "place", "relative to the batch"],
)
def test_a_score_that_follows_the_company(body, when):
    lines = body.replace("\n", "\n    ")
    code = f"""
def one(s, i, event):
    {lines}

def lambda_handler(event, context):
    return [{{"id": s["id"], "aggregate_reward_score": one(s, i, event)}} for i, s in enumerate(event)]
"""
    (finding,) = examine_code(neighbours.ask, code)
    assert (finding.code, finding.severity) == ("RL207", "blocker")
    assert any(when in name for name in finding.evidence["changed_when"])


def test_a_platform_that_sends_one_sample_at_a_time_has_no_neighbours():
    assert examine_code(neighbours.ask, STATE, platform="scorer-oss") == []

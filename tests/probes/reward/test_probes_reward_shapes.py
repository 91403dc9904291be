"""The same answers in every shape that the platform sends."""

from __future__ import annotations

import pytest

from rewardlab.probes.reward import shapes
from tests.probes.reward.code_subject import SOUND, codes, examine_code, handler


@pytest.mark.parametrize("platform", ["smtj", "hyperpod", "rft-eval", "serverless", "scorer-oss"])
def test_a_reward_that_reads_every_shape_gives_nothing(platform):
    assert examine_code(shapes.ask, SOUND, platform=platform) == []


@pytest.mark.parametrize(
    ("platform", "place", "advice", "severity"),
    [
        # An audit settles the place first; a probe alone finds that what is sent is not read.
        ("bedrock", "s.get('reference_answer')", 'sample["metadata"]["reference_answer"]', "blocker"),
        ("bedrock", "(s.get('metadata') or {}).get('reference_answer')", 'sample["reference_answer"]', "warning"),
        ("serverless-oss", "s['reference_answer']", 'sample["metadata"]["reference_answer"]', "warning"),
    ],
)
def test_a_reference_read_from_one_place_only(platform, place, advice, severity):
    code = handler(f"return float(str({place}) == s['messages'][-1]['content'])")
    if platform == "serverless-oss":
        code += """
import json
bare = lambda_handler
def lambda_handler(event, context):
    return {"statusCode": 200, "body": json.dumps(bare(event, context))}
"""
    (finding,) = examine_code(shapes.ask, code, platform=platform)
    assert (finding.code, finding.severity) == ("RL107", severity)
    assert advice in finding.remedy
    assert finding.evidence["examples"][0]["score_in_the_shape_it_reads"] == 1.0


def test_the_shape_that_is_sent_is_the_guilty_one_where_another_is_read():
    code = handler("return float(str(s['messages'][-1]['content']) == s['reference_answer'])")
    (finding,) = examine_code(shapes.ask, code, platform="rft-eval")
    assert finding.evidence["shape"]["content"] == "parts"
    assert "join" in finding.remedy


def test_a_role_that_is_asked_for_by_name():
    code = handler("return float(s['messages'][-1]['role'] == 'assistant' and '7' in s['messages'][-1]['content'])")
    (finding,) = examine_code(shapes.ask, code, platform="serverless")
    assert "nova_assistant" in finding.remedy


@pytest.mark.parametrize("score", ["random.random()", "1 / next(COUNT)"], ids=["noise", "state"])
def test_what_is_not_deterministic_is_not_blamed_on_the_shape(score):
    code = handler(f"return {score}", "import itertools, random\nCOUNT = itertools.count(1)")
    assert examine_code(shapes.ask, code) == []


def test_code_that_is_no_lambda_reads_no_shape():
    assert (
        codes(examine_code(shapes.ask, "def score(completion, reference):\n    return 1.0", platform="bedrock")) == []
    )

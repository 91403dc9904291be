"""What AWS's own validator lets through, and wrongly fails; what users copy from published samples (CONTRACT.md)."""

from __future__ import annotations

import textwrap

import pytest

from rewardlab.probes.reward import determinism, hostile, mutation, neighbours, returns, shapes, speed
from tests.probes.reward.code_subject import PROMPTS, SOUND, codes, examine_code, handler, prompt

pytestmark = pytest.mark.process


def returning(expression: str, before: str = "") -> str:
    """A Lambda that returns an expression over `event` and its good `results`."""
    lines = textwrap.indent(before, "    ")
    good = 'results = [{"id": s["id"], "aggregate_reward_score": 0.5} for s in event]'
    return f"import random\n\ndef lambda_handler(event, context):\n    {good}\n{lines}\n    return {expression}\n"


def each(score: str) -> str:
    return returning(f'[{{"id": s["id"], "aggregate_reward_score": {score}}} for s in event]')


PASSED = {
    "NaN": (returns, each('float("nan")'), ("RL103", "blocker")),
    "infinity": (returns, each('float("inf")'), ("RL103", "blocker")),
    "1e9": (returns, each("1e9"), ("RL105", "warning")),
    "True": (returns, each("True"), ("RL104", "blocker")),
    "the string 0.5": (returns, each('"0.5"'), ("RL104", "blocker")),
    "a random score per call": (determinism, each("random.random()"), ("RL206", "blocker")),
    "wrong ids": (
        returns,
        returning('[{**one, "id": f"x{i}"} for i, one in enumerate(results)]'),
        ("RL102", "blocker"),
    ),
    "null ids": (returns, returning('[{**one, "id": None} for one in results]'), ("RL102", "blocker")),
    "doubled ids": (returns, returning('[{**one, "id": event[0]["id"]} for one in results]'), ("RL102", "blocker")),
    "reversed order": (returns, returning("results[::-1]"), ("RL102", "note")),
    "one result too many": (returns, returning("[*results, results[0]]"), ("RL102", "blocker")),
    "no model's turn": (
        hostile,
        handler("return float([t for t in s['messages'] if t['role'] == 'assistant'][-1]['content'] == '7')"),
        ("RL108", "warning"),
    ),
    "a handler that sleeps 3 s a batch": (
        speed,
        returning("results", "import time; time.sleep(3.01 * (len(event) > 2))"),
        ("RL204", "warning"),
    ),
    "the event is changed": (mutation, returning("results", "event[0]['messages'].pop()"), ("RL109", "warning")),
    "the first sample only": (
        neighbours,
        returning('[{**one, "aggregate_reward_score": float(not i)} for i, one in enumerate(results)]'),
        ("RL207", "blocker"),
    ),
    "None": (returns, returning("None"), ("RL101", "blocker")),
    "another object": (returns, returning('{"foo": 1}'), ("RL101", "blocker")),
    "an envelope": (returns, returning('{"statusCode": 200, "body": results}'), ("RL101", "blocker")),
}


@pytest.mark.parametrize(("probe", "code", "finding"), PASSED.values(), ids=PASSED.keys())
def test_what_the_validator_passes_is_caught(probe, code, finding):
    assert finding in codes(examine_code(probe.ask, code))


@pytest.mark.parametrize(
    ("code", "prompts", "options"),
    [
        (SOUND.replace("return [", "assert context.get_remaining_time_in_millis() > 0\n    return ["), PROMPTS, {}),
        (SOUND, PROMPTS, {"platform": "rft-eval"}),
        (SOUND, [prompt("a", "list them", ["1", "2"]), prompt("b", "list them", ["3"])], {}),
        (SOUND, [prompt("a", "1+1", 2), prompt("b", "1+2", 3.0)], {}),
    ],
    ids=["remaining time", "nova_assistant", "a list as reference", "a number as reference"],
)
def test_what_the_validator_wrongly_fails_gives_no_blocker(code, prompts, options):
    for probe in (returns, shapes, hostile, mutation):
        assert codes(examine_code(probe.ask, code, prompts, **options)) == []


PUBLISHED = {
    "an envelope where a list is wanted": (
        returns,
        returning('{"statusCode": 200, "headers": {}, "body": str(results)}'),
        "RL101",
    ),
    "a null score when the judge fails": (returns, each("None"), "RL104"),
    "id 0 for malformed samples": (
        hostile,
        returning('[{**one, "id": one["id"] if s.get("messages") else "0"} for s, one in zip(event, results)]'),
        "RL102",
    ),
    "two results after an error": (
        hostile,
        returning("results", "results += [r for s, r in zip(event, results) if not s['messages'][-1]['content']]"),
        "RL102",
    ),
    "samples dropped by continue": (
        hostile,
        returning("[r for s, r in zip(event, results) if s['messages'][-1]['content'].strip()]"),
        "RL102",
    ),
    "content read as text where it is parts": (
        shapes,
        handler("return float(s['messages'][-1]['content'].strip() == s['reference_answer'])"),
        "RL107",
    ),
    "a builtin as id": (returns, returning('[{**one, "id": id} for one in results]'), "RL101"),
    "metric values as text": (
        returns,
        returning('[{**one, "metrics_list": [{"name": "a", "value": "1", "type": "Metric"}]} for one in results]'),
        "RL106",
    ),
}


@pytest.mark.parametrize(("probe", "code", "finding"), PUBLISHED.values(), ids=PUBLISHED.keys())
def test_what_users_copy_from_published_samples_is_caught(probe, code, finding):
    platform = "rft-eval" if finding == "RL107" else "smtj"
    assert finding in {one.code for one in examine_code(probe.ask, code, platform=platform)}

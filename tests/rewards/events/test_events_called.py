"""Calls of tools reach a reward in the form in which its trainer hands them over."""

from __future__ import annotations

import json

import pytest

from rewardlab.platforms import PLATFORMS
from rewardlab.rewards.code.shim import find_entry, invoke
from rewardlab.rewards.events.called import as_objects, calls_of, written
from rewardlab.rewards.events.event import encode_event, sample_parts
from rewardlab.task import Generation
from tests.rewards.code.test_code_shim import module_of
from tests.rewards.conftest import prompt

CALL = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 12, "b": "é"}'}}
OBJECT = {"type": "function", "function": {"name": "add", "arguments": {"a": 12, "b": "é"}}}
TEXT = '<tool_call>\n{"name": "add", "arguments": {"a": 12, "b": "é"}}\n</tool_call>'
MESSAGES = [
    (name, shape) for name, one in PLATFORMS.items() for shape in one.shapes if shape.content in {"text", "parts"}
]
READS = {
    "lambda": "def lambda_handler(event, context): return [{'id': s['id'], 'aggregate_reward_score': "
    "float(s['messages'][-1].get('tool_calls') == CALLS)} for s in event]",
    "trl": "def f(completions, **kw): return [c[0].get('tool_calls') == OBJECTS and c[0]['content'] == '' "
    "for c in completions]",
    "verl": "def compute_score(data_source, solution_str, ground_truth, extra_info): return solution_str == TEXT",
    "openai": "def grade(sample, item): return sample['output_tools'] == CALLS and "
    "sample['choices'][0]['message']['tool_calls'] == CALLS",
    "verifiers": "def f(completion, answer, **kw): return completion[-1]['tool_calls'][0]['function']['name'] == 'add'",
    "plain": "def score(completion: list[dict], reference): return completion[0].get('tool_calls') == CALLS",
}


def event_of(generations, *, platform="smtj", shape=None, **row):
    parts = sample_parts(prompt(**row), PLATFORMS[platform], shape=shape)
    return json.loads(encode_event((parts, one) for one in generations))


def scores(code, event):
    module = module_of("")
    vars(module).update(CALLS=[CALL], OBJECTS=[OBJECT], TEXT=TEXT)
    exec(code, vars(module))
    return [one["aggregate_reward_score"] for one in invoke(find_entry(module), event, None)]


@pytest.mark.parametrize("kind", READS)
@pytest.mark.parametrize(("platform", "shape"), MESSAGES, ids=str)
def test_every_signature_gets_the_calls_as_its_trainer_hands_them_over(kind, platform, shape):
    pair = [Generation("p", 0, "", tool_calls=json.dumps([CALL])), Generation("p", 1, "42")]
    if kind == "verifiers":
        pair = pair[:1]
    event = event_of(pair, platform=platform, shape=shape)
    assert scores(READS[kind], event) == [1.0, 0.0][: len(pair)]


def test_a_message_without_calls_has_no_key_for_them():
    (sample,) = event_of([Generation("p", 0, "42")])
    assert set(sample["messages"][-1]) == {"role", "content"}


def test_fields_have_no_place_for_calls():
    (sample,) = event_of([Generation("p", 0, "so", tool_calls=json.dumps([CALL]))], platform="scorer-oss")
    assert "tool_calls" not in json.dumps(sample)


def test_a_text_prompt_has_a_text_for_a_completion_with_the_calls_in_it():
    event = event_of([Generation("p", 0, "so", tool_calls=json.dumps([CALL]))], prompt="6*7")
    assert scores("def f(completions, **kw): return [c == 'so\\n' + TEXT for c in completions]", event) == [1.0]


@pytest.mark.parametrize(
    ("arguments", "read"), [("{}", {}), ("not json", "not json"), ("[1]", "[1]"), ({"a": 1}, {"a": 1}), (None, None)]
)
def test_arguments_are_objects_where_they_are_the_text_of_one(arguments, read):
    assert as_objects([{"function": {"name": "f", "arguments": arguments}}])[0]["function"]["arguments"] == read


@pytest.mark.parametrize(
    "turn", [None, {}, {"tool_calls": None}, {"tool_calls": "f"}, {"tool_calls": [3, {"function": 3}]}]
)
def test_what_is_no_call_is_none(turn):
    assert calls_of(turn) == []


def test_several_calls_are_written_below_each_other():
    assert written("so", [CALL, CALL]) == f"so\n{TEXT}\n{TEXT}"

"""Events as each platform sends them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.platforms import PLATFORMS, Shape
from rewardlab.readers.generations import read_generations
from rewardlab.readers.prompts import read_prompts
from rewardlab.rewards.events.event import encode_event, sample_parts
from rewardlab.rewards.events.sample import columns_of, hidden_columns_of, reference_of, response_of, turns_of
from rewardlab.task import Generation, Prompt

CONTRACTS = Path(__file__).parents[3] / "fixtures" / "contracts"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
SHAPES = [(platform, shape) for platform in PLATFORMS.values() for shape in platform.shapes]


def built(prompt, generations, platform, shape=None):
    parts = sample_parts(prompt, platform, shape=shape)
    return encode_event((parts, generation) for generation in generations)


@pytest.mark.parametrize("name", PLATFORMS)
def test_the_example_prompt_gives_the_example_event_to_the_byte(name):
    (prompt,) = read_prompts(CONTRACTS / "prompts.jsonl")
    generations = read_generations(CONTRACTS / "generations.jsonl")[: PLATFORMS[name].batch_size]
    example = json.loads((CONTRACTS / name / "event.json").read_text())
    assert built(prompt, generations, PLATFORMS[name]) == json.dumps(example).encode()


@given(TEXT, TEXT, JSON, st.dictionaries(TEXT, JSON, max_size=3), st.sampled_from(SHAPES))
def test_an_event_is_the_json_of_its_samples_whatever_they_hold(identifier, text, reference, columns, profile):
    """What a reader of samples finds in them is what went in: the two are each other's inverse."""
    platform, shape = profile
    turns = ({"role": "user", "content": text},)
    columns = {key: value for key, value in columns.items() if key not in OWN}
    prompt = Prompt(identifier, turns, reference, {"messages": list(turns), **columns}, 1)
    generations = [Generation(identifier, index, text * index) for index in range(3)]
    event = json.loads(built(prompt, generations, platform, shape))
    assert [sample["id"] for sample in event] == [f"{identifier}:{index}" for index in range(3)]
    for sample, generation in zip(event, generations, strict=True):
        assert response_of(sample) == generation.text
        assert repr(turns_of(sample)) == repr([*turns])
        found = reference_of(sample)
        expected = reference if shape.content != "fields" or isinstance(reference, str) else json.dumps(reference)
        assert repr(found) == repr(None if reference is None else expected)
        seen = {**hidden_columns_of(sample), **columns_of(sample)}
        assert {key: repr(seen[key]) for key in columns if key not in PLACES} == {
            key: repr(value) for key, value in columns.items() if key not in PLACES
        }


PLACES = {"metadata", "reference_answer"}
#: What is no column of the row's, or is read as something else.
OWN = {"id", "messages", "query", "response", "model_response", "prompt", "right"}


def sample_of(shape, **row):
    turns = ({"role": "system", "content": "s"}, {"role": "user", "content": "q"})
    prompt = Prompt("a", turns, row.get("reference_answer", "42"), {"messages": list(turns), **row}, 1)
    (sample,) = json.loads(built(prompt, [Generation("a", 0, "x")], PLATFORMS["smtj"], shape))
    return sample


def test_the_reward_sees_no_turn_that_was_cut_and_no_example_of_a_right_answer(write_lines):
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "It is 42."}]
    (prompt,) = read_prompts(write_lines("p.jsonl", [{"prompt": turns, "answer": "42", "right": "It is 42."}]))
    (sample,) = json.loads(built(prompt, [Generation("a", 0, "x")], PLATFORMS["smtj"]))
    assert "It is 42." not in json.dumps(sample)
    assert sample["prompt"] == turns[:1]


@pytest.mark.parametrize("place", ["top", "metadata"])
def test_the_reference_lies_in_one_place_only(place):
    """A leftover in the other place would hide that a reward reads only that one."""
    row = {"reference_answer": "42", "metadata": {"reference_answer": "42", "source": "book"}}
    sample = sample_of(Shape("assistant", "text", place, "top"), **row)
    assert ("reference_answer" in sample) is (place == "top")
    assert ("reference_answer" in sample["metadata"]) is (place == "metadata")
    assert sample["metadata"]["source"] == "book"


def test_metadata_that_held_the_reference_alone_goes_with_it():
    assert "metadata" not in sample_of(PLATFORMS["smtj"].shape, metadata={"reference_answer": "42"})


def test_columns_move_into_metadata_beside_what_is_there():
    sample = sample_of(Shape("assistant", "text", "top", "metadata"), topic="sums", metadata={"source": "book"})
    assert (sample["metadata"], "topic" in sample) == ({"source": "book", "topic": "sums"}, False)


def test_every_turn_is_in_parts_where_the_model_s_is():
    sample = sample_of(PLATFORMS["rft-eval"].shape)
    assert sample["messages"] == [
        {"role": "system", "content": [{"type": "text", "text": "s"}]},
        {"role": "user", "content": [{"type": "text", "text": "q"}]},
        {"role": "nova_assistant", "content": [{"type": "text", "text": "x"}]},
    ]


def test_a_reference_that_is_no_text_is_sent_as_json_where_only_a_text_fits():
    sample = sample_of(PLATFORMS["scorer-oss"].shape, reference_answer={"n": 42})
    assert (sample["reference_answer"], sample["response"]) == ({"text": '{"n": 42}'}, '{"n": 42}')


def test_a_prompt_without_a_reference_has_none_in_its_samples():
    for shape in {shape for _, shape in SHAPES}:
        turns = ({"role": "user", "content": "q"},)
        parts = sample_parts(Prompt("a", turns, None, {"messages": list(turns)}, 1), PLATFORMS["smtj"], shape=shape)
        (sample,) = json.loads(encode_event([(parts, Generation("a", 0, "x"))]))
        assert reference_of(sample) is None
        assert "response" not in sample

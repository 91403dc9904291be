"""Events as a platform sends them, and whatever a reward may return."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from rewardlab.outcome import Scored, Unscored
from rewardlab.platforms import PLATFORMS
from rewardlab.rewards.contract import encode_event, read_results, sample_parts
from rewardlab.task import Generation, Prompt

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@given(TEXT, TEXT, JSON, st.dictionaries(TEXT, JSON, max_size=3), st.sampled_from(sorted(PLATFORMS)))
def test_an_event_is_the_json_of_its_samples_whatever_they_hold(identifier, text, reference, columns, platform):
    turns = ({"role": "system", "content": text}, {"role": "user", "content": identifier})
    prompt = Prompt(identifier, turns, reference, {"messages": list(turns), **columns}, 1)
    profile = PLATFORMS[platform]
    generations = [Generation(identifier, index, text * index) for index in range(3)]
    event = json.loads(encode_event((sample_parts(prompt, profile), generation) for generation in generations))
    assert [sample["id"] for sample in event] == [f"{identifier}:{index}" for index in range(3)]
    for sample, generation in zip(event, generations, strict=True):
        assert sample["messages"] == [*turns, {"role": "assistant", "content": generation.text}]
        place = sample.get("metadata", {}) if profile.reference_in_metadata else sample
        if reference is not None:
            assert repr(place["reference_answer"]) == repr(reference)


RESULT = st.fixed_dictionaries(
    {},
    optional={"id": st.sampled_from(["a", "b", None, 3]) | JSON, "aggregate_reward_score": JSON, "metrics_list": JSON},
)


@given(st.lists(RESULT | JSON, max_size=4) | JSON)
def test_any_return_is_an_outcome_per_sample_or_one_sentence(results):
    """Never an exception, and never a score that is not finite."""
    found = read_results(results, ["a", "b"], seconds=1.0)
    if isinstance(found, str):
        assert found.startswith("returned a ")
        return
    assert len(found) == 2
    for outcome in found:
        assert isinstance(outcome, Scored | Unscored)
        assert outcome.seconds == 0.5
        if isinstance(outcome, Scored):
            assert abs(outcome.score) < float("inf")


def test_a_result_read_by_hand():
    results = [
        {"id": "b", "aggregate_reward_score": 1},
        {"id": "a", "aggregate_reward_score": 0.5, "metrics_list": None},
    ]
    assert read_results(results, ["a", "b"], seconds=4.0) == [Scored(0.5, (), 2.0), Scored(1.0, (), 2.0)]

"""Objects that note what is looked up in them are read as plain ones are."""

from __future__ import annotations

import copy
import json
import pickle

from hypothesis import given
from hypothesis import strategies as st

from rewardlab.rewards.events.lookups import watched

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON)
def test_they_are_equal_to_what_they_stand_for_and_copied_and_written_alike(value):
    seen: set[str] = set()
    made = watched(value, seen)
    assert made == value == copy.deepcopy(made) == pickle.loads(pickle.dumps(made))
    assert json.dumps(made) == json.dumps(value)


def test_keys_are_noted_with_those_that_lead_to_them_also_where_nothing_is():
    seen: set[str] = set()
    (sample,) = watched([{"id": "a", "metadata": {"reference_answer": "1"}, "messages": [{"content": "x"}]}], seen)
    assert (sample.get("reference_answer"), sample["metadata"].get("reference_answer")) == (None, "1")
    assert sample["messages"][-1]["content"] == "x"
    assert sample["metadata"].pop("other", 3) == 3
    assert seen == {
        "reference_answer",
        "metadata",
        "metadata.reference_answer",
        "metadata.other",
        "messages",
        "messages.content",
    }

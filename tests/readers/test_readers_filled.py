"""Nulls that exporters fill in are absent; those that may be meant stay."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.readers.filled import MEANT, without_filled
from rewardlab.readers.prompts import read_prompts

ASKED = {"role": "user", "content": "6*7"}


@pytest.mark.parametrize(
    ("given_", "left"),
    [
        ({"extra_info": {"a": None, "b": {"c": None, "d": 1}}}, {"extra_info": {"b": {"d": 1}}}),
        ({"extra_info": None}, {"extra_info": None}),
        ({"parts": [{"a": None}, None, "x"]}, {"parts": [{}, None, "x"]}),
        ({"reference_answer": {"date": None}}, {"reference_answer": {"date": None}}),
        ({"reference_answer": ["42", None]}, {"reference_answer": ["42", None]}),
        ({"reward_model": {"ground_truth": None, "style": None}}, {"reward_model": {"ground_truth": None}}),
        ({"calls": [{"arguments": {"to": None}, "id": None}]}, {"calls": [{"arguments": {"to": None}}]}),
        (
            {"turns": [{"role": "assistant", "content": None, "name": None}]},
            {"turns": [{"role": "assistant", "content": None}]},
        ),
    ],
)
def test_what_is_absent_and_what_stays(given_, left):
    assert without_filled(given_) == left


def test_a_row_without_such_nulls_is_itself():
    row = {"messages": [ASKED], "extra_info": {"a": [1, {"b": 2}]}, "topic": None}
    assert without_filled(row) is row


def test_a_row_nested_without_end_is_left_as_it_is():
    deep = {}
    for _ in range(100_000):
        deep = {"a": deep}
    row = {"deep": deep}
    assert without_filled(row) is row


JSON = st.recursive(
    st.none() | st.integers(0, 2) | st.text("ab", max_size=2),
    lambda one: (
        st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(["a", "role", "content", *sorted(MEANT)[:2]]), one)
    ),
    max_leaves=15,
)


@given(st.dictionaries(st.sampled_from(["a", "answer", "extra_info"]), JSON))
def test_it_is_done_once_and_loses_no_value(row):
    left = without_filled(row)
    assert without_filled(left) == left
    assert left.keys() == row.keys()
    assert leaves(left) == leaves(row)


def leaves(value):
    """The values that are no nulls, in their order."""
    if isinstance(value, dict):
        return [leaf for one in value.values() for leaf in leaves(one)]
    if isinstance(value, list):
        return [leaf for one in value for leaf in leaves(one)]
    return [] if value is None else [value]


@pytest.mark.parametrize("kind", [None, "text"])
def test_a_part_of_a_content_whose_kind_was_filled_in_is_a_text(write_lines, kind):
    part = {"type": kind, "text": "6*7", "image_url": None}
    [one] = read_prompts(write_lines("p.jsonl", [{"messages": [{"role": "user", "content": [part]}], "answer": "42"}]))
    assert one.messages[0]["content"] == "6*7"
    assert json.loads(json.dumps(one.row["messages"]))[0]["content"] == [
        {k: v for k, v in part.items() if v is not None}
    ]

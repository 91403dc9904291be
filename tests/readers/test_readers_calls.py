"""Calls of tools, from whatever form a server or a recording gives them, in OpenAI's."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.readers.calls import read_calls

ADD = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}


@pytest.mark.parametrize(
    ("item", "read"),
    [
        (ADD, ADD),
        ({"function": {"name": "add", "arguments": {"a": 1}}}, {**ADD, "id": "call_0"}),
        ({"name": "add", "arguments": {"a": 1}}, {**ADD, "id": "call_0"}),
        (
            {"id": 7, "function": {"name": "add"}},
            {**ADD, "id": "call_0", "function": {"name": "add", "arguments": "{}"}},
        ),
        (
            {"function": {"name": "\ud800", "arguments": "é\udfff"}},
            {
                "id": "call_0",
                "type": "function",
                "function": {"name": "?", "arguments": "é?"},
            },
        ),
    ],
)
def test_a_call_is_read_in_one_form(item, read):
    calls, wrong = read_calls([item])
    assert (json.loads(calls), wrong) == ([read], 0)


@pytest.mark.parametrize(
    ("listed", "wrong"),
    [
        (None, 0),
        ([], 0),
        ("add(1)", 1),
        ({"name": "add"}, 1),
        ([{"function": {"name": 3}}, 5, None, {"function": []}], 4),
    ],
)
def test_what_is_no_call_is_counted_and_left_out(listed, wrong):
    assert read_calls(listed) == (None, wrong)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "function", "name", "arguments"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_is_given_is_read_as_what_can_be_stored(listed):
    calls, wrong = read_calls(listed)
    assert wrong >= 0
    if calls is not None:
        calls.encode()
        assert read_calls(json.loads(calls)) == (calls, 0)

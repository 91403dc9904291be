"""Answers in JSON with one inner value another, or with a key less."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.answers.reading.leaves import Leaves
from rewardlab.probes.reward import wrong
from tests.probes.reward.answers_subject import ask_fixture, prompt  # noqa: F401 - a fixture is found by its import

NOTES = [[["Ada", "PERSON"], ["Graz", "PLACE"]], [["Bo", "PERSON"], ["Acme", "FIRM"]], [["Cy", "PERSON"]]]
LOADS = [
    {"to": town, "load": {"goods": what, "crates": n}} for town, what, n in (("Graz", "oak", 3), ("Lille", "tin", 8))
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda part: st.lists(part) | st.dictionaries(st.text(), part),
)


def others(leaves, value):
    return [json.loads(one.text) for one in leaves.others(json.dumps(value))]


def test_each_column_of_a_list_of_lists_is_changed_to_what_others_have_there():
    found = others(Leaves(NOTES), NOTES[0])
    assert [["Bo", "PERSON"], ["Graz", "PLACE"]] in found or [["Acme", "PERSON"], ["Graz", "PLACE"]] in found
    assert [["Ada", "FIRM"], ["Graz", "PLACE"]] in found
    assert NOTES[0] not in found


def test_a_value_at_depth_is_changed_and_those_at_the_top_are_left_to_others():
    found = others(Leaves(LOADS), LOADS[0])
    assert {"to": "Graz", "load": {"goods": "oak", "crates": 8}} in found
    assert {"to": "Graz", "load": {"goods": "tin", "crates": 3}} in found
    assert all(one["to"] == "Graz" for one in found)


@pytest.mark.parametrize(
    "value",
    [
        {"a": {"why": "the gate was shut", "id": 7, "start": 12}},
        [["Ada", "PERSON", 12, 15]],
        {"a": {"b": "a text of so many words that it may be said otherwise"}},
    ],
)
def test_what_is_said_beside_an_answer_is_left_alone(value):
    changed = others(Leaves([]), value)
    assert all("why" not in one.get("a", {}) or one == value for one in changed if isinstance(one, dict))
    assert all(one[0][2:] == value[0][2:] for one in changed if isinstance(one, list))
    assert not [one for one in changed if isinstance(one, dict)]


def test_keys_that_hold_something_are_left_out_one_by_one():
    found = [
        json.loads(one.text)
        for one in Leaves([]).shortened('{"a": 1, "b": "", "c": {"d": 2, "e": 3}}')
        if one.is_missing
    ]
    assert found == [
        {"b": "", "c": {"d": 2, "e": 3}},
        {"a": 1, "b": ""},
        {"a": 1, "b": "", "c": {"e": 3}},
        {"a": 1, "b": "", "c": {"d": 2}},
    ]


@given(JSON)
def test_any_value_can_be_changed(value):
    text = json.dumps(value)
    leaves = Leaves([value])
    assert all(json.loads(one.text) != value for one in leaves.others(text))
    assert all(isinstance(json.loads(one.text), dict | list) for one in leaves.shortened(text))


def ways(found):
    return {way["wrong"]: way["severity"] for one in found if one.code == "RL407" for way in one.evidence["ways"]}


READ = "import json\ndef score(completion, reference):\n    got = json.loads(completion)\n    return float({})"
MENTIONS = [prompt(k, "Entities as JSON [[text, type], ...].", NOTES[k % 2]) for k in range(24)]
PARCELS = [
    prompt(k, "Give town and weight as JSON.", {"town": ("Graz", "Lille", "Porto")[k % 3], "weight": 3 + k})
    for k in range(24)
]


def test_a_column_that_is_overlooked_blocks(ask):
    found = ask(
        wrong.ask, READ.format("sorted(one[0] for one in got) == sorted(one[0] for one in reference)"), MENTIONS
    )
    assert ways(found)["one value inside the answer another"] == "blocker"
    assert not ways(ask(wrong.ask, READ.format("sorted(got) == sorted(reference)"), MENTIONS))


def test_keys_that_may_be_missing_block_where_their_values_are_compared(ask):
    found = ask(wrong.ask, READ.format("all(reference.get(key) == value for key, value in got.items())"), PARCELS)
    assert ways(found) == {"a key of the answer left out": "blocker"}
    assert not ways(
        ask(wrong.ask, READ.format("all(got.get(key) == value for key, value in reference.items())"), PARCELS)
    )


def test_a_key_that_is_passed_over_is_no_key_that_may_be_missing(ask):
    found = ask(wrong.ask, READ.format('got.get("town") == reference["town"]'), PARCELS)
    assert "a key of the answer left out" not in ways(found)
    assert ways(found)["one field wrong"] == "warning"


def test_an_order_that_is_overlooked_blocks(ask):
    trees = ("elm", "oak", "fir", "ash")
    rows = [prompt(k, "Rank them.", " > ".join(trees[k % 4 :] + trees[: k % 4])) for k in range(24)]
    found = ask(
        wrong.ask,
        READ.format("True")
        .replace("json.loads(completion)", "completion")
        .replace("True", "sorted(got.split(' > ')) == sorted(reference.split(' > '))"),
        rows,
    )
    assert ways(found)["the same items in another order"] == "blocker"
    exact = "def score(completion, reference): return float(completion == reference)"
    assert not ways(ask(wrong.ask, exact, rows))

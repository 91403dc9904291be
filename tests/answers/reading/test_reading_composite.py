"""On which side an object or a list in a text is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.answers.reading.composite import composite_of, side_of
from rewardlab.answers.reading.reader import Reader
from tests.probes.reward.answers_subject import prompt

ORDER = {"wood": "oak", "boards": 12, "planed": True, "note": "cut it twice and then sand it"}
TREES = ["oak", "elm", "fir", "ash"]
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda part: st.lists(part) | st.dictionaries(st.text(), part),
)


@pytest.mark.parametrize(
    ("change", "side"),
    [
        ({}, "right"),
        ({"boards": 13}, "wrong"),
        ({"boards": "13"}, "wrong"),
        ({"planed": False}, "wrong"),
        ({"wood": "elm"}, "wrong"),
        ({"wood": "Oak."}, None),
        ({"wood": "red oak"}, None),
        ({"boards": 12.001}, None),
        ({"note": "sand it after two cuts"}, None),
    ],
)
def test_an_object_is_another_where_a_number_a_truth_value_or_a_short_text_differs(change, side):
    assert side_of(ORDER, f"Here it is: {json.dumps({**ORDER, **change})}") == side


@pytest.mark.parametrize(
    ("given_list", "side"),
    [
        (TREES, "right"),
        (TREES[::-1], None),
        (TREES[:3], "wrong"),
        ([*TREES, "yew"], "wrong"),
        (["Oak", "Elm", "Fir", "Ash"], None),
        (TREES[:1], None),
        ([["oak"]], None),
    ],
)
def test_a_list_is_another_by_its_items_and_not_by_their_order(given_list, side):
    assert side_of(TREES, json.dumps(given_list)) == side


@pytest.mark.parametrize(
    ("given_object", "side"),
    [
        ({"wood": "oak", "boards": 12, "planed": True}, None),
        ({"wood": "oak", "note": ORDER["note"]}, "wrong"),
        ({**ORDER, "size": 3}, None),
        ({}, None),
    ],
)
def test_an_object_lacks_what_the_prompt_names(given_object, side):
    asked = prompt(0, "Give JSON with wood, boards, planed and note.", ORDER)
    assert Reader([asked], None).side(asked, json.dumps(given_object)) == side
    free = prompt(0, "Give JSON with wood and boards, if known.", ORDER)
    assert Reader([free], None).side(free, json.dumps(given_object)) is None


def test_a_further_key_is_wrong_where_the_prompt_allows_none():
    asked = prompt(0, "Give JSON with exactly the keys wood, boards, planed, note.", ORDER)
    assert Reader([asked], None).side(asked, json.dumps({**ORDER, "size": 3})) == "wrong"


@pytest.mark.parametrize(
    ("given_list", "side"),
    [
        ([["Ada", "PERSON"], ["Graz", "PLACE"]], "right"),
        ([["Graz", "PLACE"], ["Ada", "PERSON"]], None),
        ([["Ada", "PLACE"], ["Graz", "PLACE"]], "wrong"),
        ([["Ada", "PERSON"]], "wrong"),
        ([["Ada B.", "PERSON"], ["Graz", "PLACE"]], None),
        ([["Ada", "PERSON", 3], ["Graz", "PLACE", 9]], None),
    ],
)
def test_a_list_of_lists_is_another_by_what_stands_in_its_places(given_list, side):
    wanted = [["Ada", "PERSON"], ["Graz", "PLACE"]]
    asked = prompt(0, "As [[text, type], ...].", wanted)
    assert composite_of(asked) == wanted
    assert Reader([asked], None).side(asked, json.dumps(given_list)) == side


def test_only_an_object_or_a_list_that_the_prompt_asks_for_is_one():
    assert composite_of(prompt(0, "Give JSON with wood and boards.", ORDER)) == ORDER
    assert composite_of(prompt(0, "Give JSON.", json.dumps(TREES))) == TREES
    assert composite_of(prompt(0, "Which tree?", ["oak", "English oak", "common oak"])) is None
    assert composite_of(prompt(0, "Which tree?", {"target": "oak"})) is None


def test_the_reader_reads_the_object_after_the_thought():
    row = prompt(0, "Give JSON with wood and boards.", ORDER)
    wrong = json.dumps({**ORDER, "boards": 1})
    assert Reader([row], None).side(row, f"<think>{wrong}</think>{json.dumps(ORDER)}") == "right"


@given(JSON, st.text())
def test_any_text_has_a_side_or_none(value, text):
    for wanted in (ORDER, TREES):
        assert side_of(wanted, text) in {None, "right", "wrong"}
        assert side_of(wanted, json.dumps(value)) in {None, "right", "wrong"}

"""Answers whose words' places say who is what, told by what other answers of the file have there."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.answers.reading.reader import Reader
from rewardlab.answers.wrong.places import Places, are_one_set
from tests.probes.reward.answers_subject import prompt

DEEDS = [f"{one} {deed} {other}" for one, other in permutations(("Ada", "Bo", "Cy"), 2) for deed in ("paid", "saw")]
WAYS = [f"from {one} to {other}" for one, other in permutations(("Graz", "Porto", "Lille"), 2)]
PAIRS = [f"{one} and {other}" for one, other in permutations(("Ada", "Bo", "Cy"), 2)]
NAMES = ["Ada van Berg", "Bo van Lund", "Cy van Marek"]
GOALS = ["2-1", "1-2", "3-0", "0-3"]
TREES = [" ".join(some) for some in permutations(("elm", "oak", "fir"))]


def test_who_does_what_to_whom_is_told_by_places():
    assert Places(DEEDS).turned("Ada paid Bo") == ["Bo paid Ada"]
    assert Places(WAYS).turned("from Graz to Porto") == ["from Porto to Graz"]
    assert Places(GOALS).turned("2-1") == ["1-2"]


@pytest.mark.parametrize(
    ("file", "answer"),
    [
        (PAIRS, PAIRS[0]),
        (NAMES, NAMES[0]),
        (TREES, TREES[0]),
        (["Ada, Bo", "Bo, Ada"], "Ada, Bo"),
        (["2-1", "3-0"], "2-1"),
        (["10-20", "15-30"], "10-20"),
        (DEEDS, "42"),
        ([], "Ada paid Bo"),
    ],
)
def test_of_names_lists_and_ranges_it_is_not(file, answer):
    assert Places(file).turned(answer) == []


def test_a_text_that_ends_with_the_turned_answer_is_wrong():
    prompts = [prompt(place, "Who did what to whom?", deed) for place, deed in enumerate(DEEDS)]
    reader = Reader(prompts, None)
    at = DEEDS.index("Ada paid Bo")
    assert reader.side(prompts[at], "I think Bo paid Ada.") == "wrong"
    assert reader.side(prompts[at], "Ada paid Bo") == "right"


def test_the_same_things_joined_in_another_order_are_one_answer():
    assert are_one_set("Ada and Bo", "Bo and Ada")
    assert are_one_set("Ada, Bo", "Bo, Ada")
    assert not are_one_set("Ada paid Bo", "Bo paid Ada")
    assert not are_one_set("2/3", "3/2")


@given(st.lists(st.text(max_size=30), max_size=6), st.text(max_size=60))
def test_any_texts_can_be_asked_about(file, text):
    places = Places(file)
    assert all(one != text for one in places.turned(text))
    assert isinstance(places.is_turned(text, text[::-1]), bool)

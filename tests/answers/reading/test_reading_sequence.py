"""Answers whose order counts: how one is told, what it is in another order, and which texts give that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.answers.reading.sequence import in_another_order, is_in_another_order, list_of, ordered_of
from rewardlab.answers.reference.ordering import frees_order, is_told_in_most, tells_order
from tests.probes.reward.answers_subject import prompt

RANKED = "elm > oak > fir > ash"


@pytest.mark.parametrize(
    "said",
    [
        "Sort ascending: [3, 1, 2].",
        "Rank from heaviest to lightest: ox, hen, ant.",
        "Give the stops in order.",
        "Name the kings, oldest first.",
        "List them in chronological order.",
        "Keep their order.",
        "Put the events in the right order.",
        "Which steps does it take? List the steps.",
        "Sortiere absteigend: 3, 1, 2.",
        "Nenne sie in der richtigen Reihenfolge.",
        "Triez ces nombres.",
        "Ordena estos n\u00fameros.",
        "\u8bf7\u6309\u987a\u5e8f\u5217\u51fa\u3002",
    ],
)
def test_a_prompt_tells_that_order_counts(said):
    assert tells_order(said)


@pytest.mark.parametrize(
    "said",
    [
        "Order 17: give JSON with the keys wood and boards.",
        "We would like to order four boxes of nails.",
        "Name the towns in order to check the map.",
        "Which sort of tree is it?",
        "Sort this ticket into one or more topics, as a JSON list.",
        "List the people, separated by commas.",
        "Rank the towns; they may come in any order.",
        "Arrange them. The order does not matter.",
        "Think step by step.",
        "Which goods are in this customer's order?",
    ],
)
def test_other_prompts_do_not(said):
    assert not tells_order(said)


def test_a_prompt_frees_the_order():
    assert frees_order("Name three towns in any order.")
    assert not frees_order("Name three towns.")


@pytest.mark.parametrize(
    ("asked", "answer", "items"),
    [
        ("Form: a > b", "elm > oak", ("elm", "oak")),
        ("The way?", "Elm Street -> Oak Lane -> Dock Road", ("Elm Street", "Oak Lane", "Dock Road")),
        ("What is done?", "boil then stir then serve", ("boil", "stir", "serve")),
        ("What is done?", "1. boil\n2. stir\n3. serve", ("boil", "stir", "serve")),
        ("Sort these.", "[3, 5, 9]", ("3", "5", "9")),
        ("Oldest first.", "Ada, Bo, Cy", ("Ada", "Bo", "Cy")),
        ("Oldest first.", "Ada\nBo\nCy", ("Ada", "Bo", "Cy")),
    ],
)
def test_the_items_of_an_ordered_answer(asked, answer, items):
    found = ordered_of(prompt(0, asked, answer), answer, is_told=True)
    assert found is not None
    assert found.items == items
    assert found.write(range(len(items))) == answer


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("Which people?", "Ada, Bo, Cy"),
        ("Form: a > b, in any order", "elm > oak"),
        ("Solve it.", "x > 3"),
        ("Compare.", "12 > 7"),
        ("Write HTML.", "<b>oak</b>"),
        ("Rank them.", "elm > oak > elm"),
        ("Oldest first.", "Ada, Bo"),
        ("Sort these.", "17"),
    ],
)
def test_others_have_none(asked, answer):
    assert ordered_of(prompt(0, asked, answer), answer, is_told=True) is None


def test_neighbours_change_places_and_nothing_is_reversed():
    found = ordered_of(prompt(0, "", RANKED), RANKED, is_told=True)
    assert found is not None
    assert in_another_order(found) == ["elm > oak > ash > fir", "elm > fir > oak > ash"]


@pytest.mark.parametrize(
    ("text", "is_other"),
    [
        ("elm > oak > ash > fir", True),
        ("I think it is: Elm>Oak>Ash>Fir.", True),
        ("1. elm\n2. oak\n3. ash\n4. fir", True),
        ("elm, oak, ash and fir", True),
        (RANKED, False),
        ("ash < fir < oak < elm", False),
        ("elm > oak > yew > fir", False),
        ("ash comes last, after elm, oak and fir", False),
        ("elm > oak > elm > fir > ash", False),
        ("", False),
    ],
)
def test_a_text_in_another_order_is_seen(text, is_other):
    found = ordered_of(prompt(0, "", RANKED), RANKED, is_told=True)
    assert found is not None
    assert is_in_another_order(found, text) is is_other


def test_what_a_few_prompts_say_is_their_material():
    listed = "Ada, Bo, Cy"
    one = prompt(0, "Name the people of this text: they ranked the towns.", listed)
    assert ordered_of(one, listed, is_told=False) is None
    told, others = ["Rank them."] * 9 + ["Go on."], ["Rank them.", "Go on."]
    assert is_told_in_most(map(tells_order, told), of=10)
    assert not is_told_in_most(map(tells_order, others), of=2)
    assert not is_told_in_most([], of=0)


def test_a_list_that_is_to_be_sorted_is_one_answer():
    assert list_of(prompt(0, "Sort ascending.", [1, 2, 3])) == [1, 2, 3]
    assert list_of(prompt(0, "Which tree?", ["oak", "English oak", "Quercus"])) is None


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_can_be_read(answer, text):
    found = ordered_of(prompt(0, "Rank them.", answer), answer, is_told=True)
    if found is not None:
        assert isinstance(is_in_another_order(found, text), bool)
        assert all(one != answer for one in in_another_order(found))

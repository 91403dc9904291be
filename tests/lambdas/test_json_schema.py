from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

GOLD = {"vendor": "Bakery Holm", "date": "2025-05-03", "currency": "EUR", "total": 7.4, "items": ["rye", "butter"]}


def but(**changes):
    return json.dumps(GOLD | changes)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(GOLD),
        f"Here it is:\n```json\n{json.dumps(GOLD, indent=2)}\n```",
        f"<think>{but(total=1)}</think>{json.dumps(GOLD)}",
        but(vendor=" bakery  HOLM "),
        but(total=7.40),
    ],
)
def test_the_record_in_any_layout_wins(points, text):
    assert points(text, GOLD) == points(text, json.dumps(GOLD)) == 1.0


def test_each_field_has_its_share(reward):
    # Six leaves on both sides, five of them right: 2 * 5 / 12.
    assert reward.score(but(total=8), GOLD) == {"score": 10 / 12, "fields": 10 / 12, "valid": 1.0}


def test_what_breaks_the_schema_is_worth_half(reward):
    # A number as a text is another value too; an added field is one leaf more: 2 * 6 / 13, halved.
    assert reward.score(but(total="7.4"), GOLD)["score"] == pytest.approx(0.5 * 10 / 12)
    assert reward.score(but(note="hi"), GOLD)["score"] == pytest.approx(0.5 * 12 / 13)


def test_the_form_alone_earns_nothing(points):
    wrong = {"vendor": "x", "date": "1999-01-01", "currency": "USD", "total": 0, "items": ["y", "z"]}
    assert points(json.dumps(wrong), GOLD) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        f"<think>{json.dumps(GOLD)}",
        f"{but(total=1)} or {json.dumps(GOLD)}",  # two on offer
        json.dumps(GOLD)[:-1] + ', "total": 8}',  # two values under one key
        json.dumps(GOLD).replace("7.4", "NaN"),
        f"{json.dumps(GOLD)}\nNo: {but(vendor='x', date='1', currency='x', total=1, items=[])}",
    ],
)
def test_no_record_several_or_a_later_one_lose(points, text):
    assert points(text, GOLD) == 0.0


@pytest.mark.parametrize("reference", [None, "", {}, [], "{}", "[1]", 7])
def test_a_reference_without_fields_is_an_error(points, reference):
    with pytest.raises(ValueError, match="is no object with fields"):
        points("{}", reference)


def test_a_reference_that_breaks_the_schema_is_an_error(points):
    with pytest.raises(ValueError, match=r"breaks SCHEMA at \$.total"):
        points("{}", GOLD | {"total": "7.4"})


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(GOLD)), inner, max_size=4),
    max_leaves=6,
)


@settings(max_examples=40)
@given(JSON)
def test_any_json_scores_from_0_to_1(points, value):
    assert 0.0 <= points(json.dumps(value), GOLD) <= 1.0


@pytest.mark.parametrize("text", ['{"a":' * 20_000, "{" * 30_000, '{"a":' * 900 + "1" + "}" * 900, "1" * 30_000])
def test_deep_and_long_texts_are_no_records(points, text):
    assert points(text, GOLD) == 0.0

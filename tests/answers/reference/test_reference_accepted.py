"""What a reference answers with, and the formats that a prompt asks for: read from anything, without raising."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardlab.answers.reference.accepted import (
    allowance,
    differ,
    is_answer,
    is_symbolic,
    kind_of,
    labels_of,
    record,
    wrong_for,
)
from rewardlab.answers.reference.readings import readings
from rewardlab.answers.reference.wording import asked_formats
from rewardlab.probes.reward.unreadable import BROKEN, broken
from tests.probes.reward.answers_subject import labels, prompt

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=50, deadline=None)
@given(JSON, JSON, st.text())
def test_any_reference_and_any_prompt_are_read(reference, other, question):
    row = prompt(1, question, reference)
    is_answer(row)
    asked_formats(row)
    assert all(broken(row, name).reference == value for name, value in BROKEN.items())
    others = readings(other)
    for text in readings(reference):
        wrong = wrong_for(text, kind_of(text, labels_of([row])), others)
        assert wrong is None or wrong != text


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("He has 42.\n#### 42", ("42", "He has 42.\n#### 42")),
        ("so \\boxed{7}", ("7", "so \\boxed{7}")),
        ({"text": "yes"}, ("yes", '{"text": "yes"}')),
        (["Paris", "Lutetia"], ("Paris", "Paris, Lutetia", "Paris\nLutetia", '["Paris", "Lutetia"]')),
        ({"target": 5, "numbers": [2, 3]}, ('{"target": 5, "numbers": [2, 3]}',)),
        (42, ("42",)),
        (True, ("true", "True")),
        (None, ()),
    ],
)
def test_readings(reference, expected):
    assert readings(reference) == expected


def test_kinds():
    names = labels_of(labels())
    assert set(names) == {"refund", "delivery", "login"}
    texts = ("-1,234.5", "refund", '{"a": 1}', "New York", "A sentence that is longer than a phrase.")
    assert [kind_of(text, names) for text in texts] == ["number", "label", "record", "phrase", "text"]


def test_answers_differ_beyond_form_and_tolerance():
    assert differ("34", "68")
    assert not differ("1,000", "1001")
    assert not differ("**Refund**.", "refund")


def test_a_wrong_record_is_wrong_in_every_field():
    right = {"a": 1, "b": "x", "c": [True, {"d": -7}], "e": None}
    wrong = record(wrong_for(json.dumps(right), "record", ()) or "")
    assert wrong == {"a": 9, "b": "Zanzibar", "c": [False, {"d": 7}], "e": "Zanzibar"}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Put it in \\boxed{}.", "\\boxed{34}"),
        ("Write the final answer after ####.", "#### 34"),
        ('End with "Label: X".', "Label: 34"),
        ("Answer: <letter>", "Answer: 34"),
        ('Reply as {"score": <number>}.', '{"score": "34"}'),
        ("Give <answer> your answer </answer>.", "<answer>34</answer>"),
    ],
)
def test_the_format_that_a_prompt_asks_for(question, expected):
    assert asked_formats(prompt(1, question, "34"))[0].write("34") == expected


def test_a_heading_asks_for_no_format():
    assert asked_formats(prompt(1, "#### Instructions\nSay hello.", "hello")) == ()


@pytest.mark.parametrize("text", ["a^2+b^2", "5\\sqrt{2}", "3x + y", "x = y", "2x", "n/2"])
def test_a_formula_is_told_from_words(text):
    assert is_symbolic(text)


@pytest.mark.parametrize("text", ["Lisbon", "Carbon dioxide", "the 1990s", "5G", "snake_case", "Henry V", "45 min"])
def test_words_are_no_formula(text):
    assert not is_symbolic(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('["a", "b"]', "array"),
        ('[{"x": 1}]', "array"),
        ("[1, 2]", "phrase"),
        ("[2, \\infty)", "phrase"),
        ("[]", "phrase"),
    ],
)
def test_a_json_list_of_more_than_numbers_is_an_array(text, kind):
    assert kind_of(text, ()) == kind


def test_an_array_is_wrong_where_every_leaf_is():
    assert wrong_for('[{"name": "lid", "count": 2}]', "array", ()) == '[{"name": "Zanzibar", "count": 11}]'


@pytest.mark.parametrize(
    ("reference", "allowed"),
    [
        ("40", "0.040"),
        ({"value": "40", "tolerance": 0.5}, "0.5"),
        ({"value": "40", "rtol": "1e-2"}, "0.40"),
        ({"value": "40", "tolerance": "narrow", "tol": float("inf")}, "0.040"),
        (["40"], "0.040"),
    ],
)
def test_the_declared_tolerance_or_a_thousandth_is_allowed(reference, allowed):
    assert allowance(reference, Decimal(40)) == Decimal(allowed)


def test_a_label_is_broken_where_it_is_the_reference_and_kept_where_it_is_not():
    row = prompt(1, "What is said?", "positive")
    labelled = replace(row, row={"prompt": "What is said?", "label": "positive"})
    beside = replace(row, row={"prompt": "What is said?", "answer": "positive", "label": "group 3"})
    assert broken(labelled, "null").row == {"prompt": "What is said?", "label": BROKEN["null"]}
    assert broken(beside, "null").row == {"prompt": "What is said?", "answer": BROKEN["null"], "label": "group 3"}

"""Verdicts: read for sure or not at all."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.judging.definition import load_judge
from rewardlab.judging.scale import make_scale
from rewardlab.judging.verdict import Verdict, expected_value, find, read_verdict, response_format
from rewardlab.outcome import Unscored
from rewardlab.task import Generation

SCORE = 'kind = "score"\nlabels = [1, 2, 3, 4, 5]\n'


def read(judge, text, finish="stop", first=()):
    return read_verdict(judge, Generation("p", 0, text, finish, first_logprobs=first))


def reason(outcome):
    assert isinstance(outcome, Unscored)
    assert outcome.reason == "invalid"
    return outcome.detail


@pytest.mark.parametrize("text", ["4", " 4\n", "<think>5? no</think>\n4"])
def test_a_choice_is_the_label_alone(define, text):
    assert read(define(SCORE), text) == Verdict(4.0, "4")


@pytest.mark.parametrize("text", ["6", "4.", "4 5", "4\n4", "Grade: 4", "four", "4.0", "-4", "４", "**4**", "<think>4"])
def test_what_is_no_label_is_no_verdict_and_never_the_lowest(define, text):
    assert "is not on the scale (1, 2, 3, 4, 5)" in reason(read(define(SCORE), text))


def test_nothing_and_what_was_cut_off(define):
    assert reason(read(define(SCORE), " \n")) == "empty"
    assert reason(read(define(SCORE), "", "length")) == "empty, and cut off at 5 tokens"
    ten = define('kind = "score"\nlabels = [1, 5, 10]')
    assert reason(read(ten, "1", "length")).startswith("cut off")  # it may have been a 10
    assert read(ten, "10", "length") == Verdict(10.0, "10")
    assert read(ten, "1") == Verdict(1.0, "1")


@pytest.mark.parametrize(
    "text",
    [
        '{"verdict": "4"}',
        '{"reason": "says {\\"verdict\\": \\"1\\"}", "verdict": "4"}',
        '{"verdict": 4}',
        '{"verdict": 4.0, "reason": ""}',
        '```json\n{"verdict": "4"}\n```',
    ],
)
def test_one_object_with_a_verdict(define, text):
    assert read(define(SCORE + 'answer = "json"'), text) == Verdict(4.0, "4")


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ('{"verdict": "1"} {"verdict": "5"}', "no JSON object"),
        ('{"verdict": "1", "verdict": "5"}', "twice"),
        ('[{"verdict": "1"}]', "no object"),
        ('{"score": 5}', 'no "verdict"'),
        ('{"verdict": "5/5"}', "not on the scale"),
        ('{"verdict": 4.5}', "not on the scale"),
        ('{"verdict": true}', "not on the scale"),
        ('{"verdict": null}', "no label"),
        ('{"verdict": ["5"]}', "no label"),
        ('{"verdict": NaN}', "NaN is no verdict"),
        ('{"verdict": 1e999}', "not on the scale"),
        ('{"verdict": ' + "9" * 5000 + "}", "no JSON object"),
        ("[" * 100_000, "no JSON object"),
        ('{"verdict": "5', "no JSON object"),
        ("5", "no object"),
        ('I say {"verdict": "5"}', "no JSON object"),
    ],
)
def test_anything_else_is_no_verdict(define, text, detail):
    assert detail in reason(read(define(SCORE + 'answer = "json"'), text))


def test_an_object_that_was_cut_off_is_no_verdict_even_if_it_closed(define):
    assert reason(read(define(SCORE + 'answer = "json"'), '{"verdict": "5"}', "length")).startswith("cut off at 512")


@pytest.mark.parametrize(
    "text", ["Verdict: 4", "It adds up.\n\nVerdict:4 ", "a\n**Verdict: 4**", "a\n**Verdict:** 4\n"]
)
def test_the_last_line(define, text):
    assert read(define(SCORE + 'answer = "line"'), text) == Verdict(4.0, "4")


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("Verdict: 1\nVerdict: 5", "2 lines begin with Verdict:"),
        ("Verdict: 5\nor so", "is not the last"),
        ("I would say Verdict: 5", "no line"),
        ("Verdict: 5 of 5", "not on the scale"),
        ("Verdict:", "not on the scale"),
        ("5", "no line"),
    ],
)
def test_no_sure_last_line(define, text, detail):
    assert detail in reason(read(define(SCORE + 'answer = "line"'), text))


def test_a_range_takes_any_number_in_it_and_none_outside(define):
    judge = define('kind = "score"\nrange = [0, 10]')
    assert read(judge, '{"verdict": 7.25}') == Verdict(7.25, "7.25")
    assert read(judge, '{"verdict": "7.25"}') == Verdict(7.25, "7.25")
    for bad in ('{"verdict": 10.5}', '{"verdict": "nan"}', '{"verdict": "ten"}', '{"verdict": -1}'):
        assert isinstance(read(judge, bad), Unscored)


def test_a_number_that_could_be_two_labels_is_none():
    reversed_scale = make_scale("label", labels=["1", "2"], values=[2, 1])
    with pytest.raises(ValueError, match="could be two labels"):
        find(reversed_scale, 1)
    assert find(reversed_scale, "1") == Verdict(2.0, "1")
    with pytest.raises(ValueError, match="not on the scale"):
        find(make_scale("label", labels=["law", "art"]), 0)  # 0 is only a code
    assert find(make_scale("boolean", labels=["bad", "good"]), True) == Verdict(1.0, "good")  # noqa: FBT003
    assert find(make_scale("pairwise"), 0.5) == Verdict(0.5, "tie")


def test_the_expected_score_by_hand():
    # P(4) = .5, P(5) = .25, and .25 on no label: (4 * .5 + 5 * .25) / .75 = 13/3.
    first = (("4", math.log(0.5)), (" 5", math.log(0.25)), ("The", math.log(0.25)))
    assert expected_value(make_scale("score", labels=list("12345")), first) == pytest.approx(13 / 3, abs=1e-12)


def test_the_expected_score_over_every_way_to_begin_a_label():
    # "in" and "inc" both begin incorrect: P = .2 + .1; "corr" begins correct: P = .6; 0.6 / 0.9.
    scale = make_scale("boolean", labels=["incorrect", "correct"])
    first = (("corr", math.log(0.6)), ("in", math.log(0.2)), ("inc", math.log(0.1)), ("x", -math.inf))
    assert expected_value(scale, first) == pytest.approx(2 / 3, abs=1e-12)


@pytest.mark.parametrize(
    ("scale", "first"),
    [
        (make_scale("score", labels=["1", "2"]), ()),
        (make_scale("score", labels=["1", "2"]), (("yes", -0.1), ("", -1.0), (" ", -1.0))),
        (make_scale("score", labels=["1", "2"]), (("1", math.nan), ("2", -math.inf))),
        (make_scale("score", labels=["1", "10"]), (("1", -0.1),)),
        (make_scale("label", labels=["law", "art"]), (("law", -0.1),)),
        (make_scale("score", ends=[0, 1]), (("1", -0.1),)),
    ],
)
def test_no_expected_score(scale, first):
    assert expected_value(scale, first) is None


def test_an_expected_score_goes_with_a_choice_and_with_nothing_else(define):
    first = (("4", math.log(0.5)), ("5", math.log(0.5)))
    assert read(define(SCORE), "4", first=first) == Verdict(4.0, "4", pytest.approx(4.5))
    assert read(define(SCORE), "<think>5</think>4", first=first) == Verdict(4.0, "4")
    assert read(define(SCORE + 'answer = "json"'), '{"verdict": 4}', first=first) == Verdict(4.0, "4")


def test_the_engine_is_asked_for_the_form(define):
    choice = response_format(define(SCORE))
    assert (choice.choices, choice.schema, choice.logprobs) == (("1", "2", "3", "4", "5"), None, 20)
    assert response_format(define('kind = "score"\nlabels = [1, 10]')).logprobs == 0
    schema = response_format(define(SCORE + 'answer = "json"')).schema
    assert list(schema["properties"]) == schema["required"] == ["reason", "verdict"]
    assert schema["properties"]["verdict"] == {"type": "string", "enum": ["1", "2", "3", "4", "5"]}
    line = response_format(define(SCORE + 'answer = "line"'))
    assert (line.choices, line.schema, line.logprobs) == ((), None, 0)


JUDGES = [load_judge(name) for name in ("helpfulness", "rubric", "pairwise", "correctness")]
FRAGMENTS = st.sampled_from(
    ['{"verdict": ', '"4"', "4", "}", "Verdict:", "\n", "A", "correct", '{"reason": "', '", ', "{", "```"]
)


@given(st.sampled_from(JUDGES), st.text() | st.lists(FRAGMENTS).map("".join), st.sampled_from(["stop", "length", None]))
def test_any_text_is_a_verdict_on_the_scale_or_unscored_with_a_reason(judge, text, finish):
    match read(judge, text, finish):
        case Verdict(value, label):
            assert dict(zip(judge.scale.labels, judge.scale.values, strict=True))[label] == value
            assert label in text
        case Unscored(why, detail):
            assert why == "invalid"
            assert detail


@given(
    st.sampled_from(JUDGES), st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=4)
)
def test_any_json_is_a_verdict_or_unscored(judge, value):
    outcome = read(judge, json.dumps({"verdict": value}))
    assert isinstance(outcome, Unscored) or outcome.label in judge.scale.labels


@given(st.lists(st.tuples(st.text(max_size=2) | st.sampled_from("12345"), st.floats())))
def test_an_expected_score_lies_on_the_scale(first):
    value = expected_value(make_scale("score", labels=list("12345")), first)
    assert value is None or 1 <= value <= 5

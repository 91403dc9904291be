from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st


def call(name, **arguments):
    return {"name": name, "arguments": arguments}


OSLO = call("get_weather", city="Oslo", unit="celsius")
LIMA = call("get_weather", city="Lima", unit="celsius")
BANK = call("remind", text="call the bank")


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(OSLO),
        json.dumps([OSLO]),
        f"<tool_call>\n{json.dumps(OSLO)}\n</tool_call>",
        f"I look it up.\n```json\n{json.dumps(OSLO, indent=2)}\n```",
        json.dumps({"name": "get_weather", "parameters": OSLO["arguments"]}),
        json.dumps({"type": "function", "function": {**OSLO, "arguments": json.dumps(OSLO["arguments"])}}),
        f"<think>{json.dumps(LIMA)}</think>{json.dumps(OSLO)}",
    ],
)
def test_the_call_in_any_form_wins(points, text):
    assert points(text, OSLO) == points(text, json.dumps(OSLO)) == 1.0


def test_several_calls_match_in_any_order(points):
    assert points(json.dumps([BANK, LIMA, OSLO]), [OSLO, LIMA, BANK]) == 1.0
    assert (
        points(f"<tool_call>{json.dumps(LIMA)}</tool_call><tool_call>{json.dumps(OSLO)}</tool_call>", [OSLO, LIMA])
        == 1.0
    )


def test_the_right_tool_with_one_of_two_arguments(reward):
    # 0.3 for the name; arguments F1 = 2 * 1 / 4, of 0.7.
    wrong_city = call("get_weather", city="Rome", unit="celsius")
    assert reward.score(json.dumps(wrong_city), OSLO) == {"score": pytest.approx(0.65), "names": 1.0, "exact": 0.0}


def test_a_missing_and_a_superfluous_call_cost_alike(points):
    assert points(json.dumps([OSLO]), [OSLO, LIMA]) == 0.5
    assert points(json.dumps([OSLO, LIMA]), [OSLO]) == 0.5
    assert points(json.dumps([OSLO, OSLO]), [OSLO]) == 0.5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "get_weather",
        '{"name": "get_weather", "arguments": "Oslo"}',
        '{"name": "get_weather", "name": "remind", "arguments": {}}',
        f"<think>{json.dumps(OSLO)}",
        json.dumps(BANK),
        json.dumps([OSLO] * 33),
        "[" * 30_000,
        '{"a":' * 20_000,
    ],
)
def test_no_call_another_tool_or_every_call_lose(points, text):
    assert points(text, OSLO) == 0.0


def test_true_is_not_1_and_1_is_1_point_0(points):
    assert points(json.dumps(call("f", x=True)), call("f", x=1)) == pytest.approx(0.3)
    assert points(json.dumps(call("f", x=1.0)), call("f", x=1)) == 1.0


def test_a_tool_without_arguments_is_right_by_its_name(points):
    assert points('{"name": "stop"}', {"name": "stop"}) == 1.0
    assert points('{"name": "stop", "arguments": {"now": true}}', {"name": "stop"}) == pytest.approx(0.3)


@pytest.mark.parametrize("reference", [None, "", "stop", [], {}, "[]", 7, [OSLO, {}]])
def test_a_reference_that_is_no_call_is_an_error(points, reference):
    with pytest.raises(ValueError, match="is no call"):
        points("{}", reference)


CALLS = st.lists(
    st.builds(lambda name, x: call(name, x=x), st.sampled_from("fg"), st.integers(0, 2)), min_size=1, max_size=4
)


@given(CALLS, CALLS)
def test_the_score_is_the_same_with_the_sides_exchanged(points, one, other):
    assert points(json.dumps(one), other) == pytest.approx(points(json.dumps(other), one))


@given(CALLS, CALLS)
def test_only_the_same_calls_score_1(points, one, other):
    same = sorted(map(str, one)) == sorted(map(str, other))
    assert (points(json.dumps(one), other) == 1.0) == same

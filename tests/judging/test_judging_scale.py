"""Scales: what a definition leaves out, and what makes no scale."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.judging.scale import KINDS, LEVELS, Scale, ScaleError, make_scale


@pytest.mark.parametrize(
    ("kind", "keys", "scale"),
    [
        ("score", {"labels": ["1", "2", "4"]}, ("ordinal", ("1", "2", "4"), (1, 2, 4), 2.5)),
        ("score", {"labels": ["poor", "good"], "values": [0, 10]}, ("ordinal", ("poor", "good"), (0, 10), 5)),
        ("score", {"ends": [0, 100]}, ("interval", (), (0, 100), 50)),
        ("boolean", {}, ("nominal", ("no", "yes"), (0, 1), 1)),
        ("pairwise", {"labels": ["first", "second"]}, ("ordinal", ("first", "second"), (0, 1), None)),
        ("pairwise", {}, ("ordinal", ("A", "B", "tie"), (0, 1, 0.5), None)),
        ("label", {"labels": ["law", "art", "war"]}, ("nominal", ("law", "art", "war"), (0, 1, 2), None)),
        ("label", {"labels": ["a", "b", "c"], "values": [0, 1, 1]}, ("ordinal", ("a", "b", "c"), (0, 1, 1), 0.5)),
        ("label", {"labels": ["a", "b"], "level": "ordinal", "success_at": "b"}, ("ordinal", ("a", "b"), (0, 1), 1)),
    ],
)  # fmt: skip
def test_what_is_left_out_is_filled_in(kind, keys, scale):
    assert make_scale(kind, **keys) == Scale(kind, *scale)


@pytest.mark.parametrize(
    ("kind", "keys", "message"),
    [
        ("score", {}, "the scale is empty"),
        ("score", {"labels": ["1"]}, "only label"),
        ("score", {"labels": ["1", "2", "1"]}, "'1' is there twice"),
        ("label", {"labels": ["Yes", "yes"]}, "'yes' .as 'Yes'. is there twice"),
        ("score", {"labels": ["1", "1.0"]}, "one value twice"),
        ("label", {"labels": ["a", "b"], "values": [1, 1]}, "one value twice"),
        ("score", {"labels": ["1", "nan"]}, "'nan' has no finite number"),
        ("label", {"labels": ["a", "b\n"]}, "is no label"),
        ("label", {"labels": ["a", "b"], "values": [1]}, "1 values for 2 labels"),
        ("label", {"labels": ["a", "b"], "level": "interval"}, "no interval scale"),
        ("label", {"labels": ["a", "b"], "success_at": "b"}, "no order"),
        ("score", {"labels": ["1", "2"], "success_at": 1}, "tells no verdicts apart"),
        ("score", {"labels": ["1", "2"], "success_at": "3"}, "not on the scale"),
        ("score", {"labels": ["1", "2"], "level": "nominal"}, "scores have an order"),
        ("score", {"labels": ["-1", "2"], "level": "ratio"}, "no values below 0"),
        ("score", {"ends": [1, 0]}, "no range"),
        ("score", {"ends": [0, 1], "labels": ["0", "1"]}, "without labels"),
        ("boolean", {"labels": ["a", "b", "c"]}, "3 labels for a boolean"),
        ("boolean", {"values": [1, 0]}, "values are fixed"),
        ("pairwise", {"success_at": 1}, "none to set"),
    ],
)
def test_no_scale(kind, keys, message):
    with pytest.raises(ScaleError, match=message):
        make_scale(kind, **keys)


def test_codes_say_nothing_of_success_and_scores_do():
    codes = make_scale("label", labels=["law", "art"])
    assert codes.is_coded
    assert codes.is_success(1.0) is None
    score = make_scale("score", labels=["1", "2", "3"], success_at=3)
    assert [score.is_success(value) for value in score.values] == [False, False, True]


@given(
    st.sampled_from(KINDS),
    st.none() | st.lists(st.text(max_size=3) | st.sampled_from("0123"), max_size=4),
    st.none() | st.lists(st.floats(), max_size=4),
    st.none() | st.sampled_from(LEVELS),
    st.none() | st.floats() | st.text(max_size=2),
)
def test_any_keys_are_a_sound_scale_or_a_scale_error(kind, labels, values, level, success_at):
    try:
        scale = make_scale(kind, labels=labels, values=values, level=level, success_at=success_at)
    except ScaleError:
        return
    assert len(scale.labels) == len(scale.values) >= 2
    assert scale.low < scale.high
    assert scale.success_at is None or scale.low < scale.success_at <= scale.high

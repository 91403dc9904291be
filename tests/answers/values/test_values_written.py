"""Dates, times, quantities and shares, however a text writes them."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.answers.values.names import folded
from rewardlab.answers.values.written import value_of, values_in

MARCH_5 = ("date", dt.date(2021, 3, 5))


@pytest.mark.parametrize(
    "text",
    ["2021-03-05", "2021/3/5", "March 5, 2021", "Mar. 5th, 2021", "5 March 2021", "5th of March 2021", "5.3.2021"],
)
def test_one_day_is_one_value(text):
    assert value_of(folded(text)) == MARCH_5
    assert values_in(folded(f"It was opened on {text}."), "date") == [MARCH_5]


@pytest.mark.parametrize(("one", "other"), [("14:05", "2:05 pm"), ("00:30", "12:30 am"), ("09:15", "9.15")])
def test_one_time_is_one_value(one, other):
    assert value_of(folded(one)) == value_of(folded(other)) is not None


@pytest.mark.parametrize(
    ("one", "other"), [("12 km", "12 kilometers"), ("3.50 kg", "3.5kg"), ("1,200 m", "1200 metres")]
)
def test_one_quantity_is_one_value(one, other):
    assert value_of(folded(one)) == value_of(folded(other)) is not None


def test_a_share_is_read_with_its_sign_or_its_word():
    assert value_of("12%") == value_of("12 percent") == ("share", Fraction(12))


@pytest.mark.parametrize(
    "text", ["", "12", "2021-13-40", "25:10", "12 kmh", "a 12 km road", "version 1.2.3", "1/2 m/s"]
)
def test_what_is_no_such_value_alone_is_none(text):
    assert value_of(text) is None


@given(st.text())
def test_any_text_is_read(text):
    value_of(folded(text))


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_every_day_is_read_in_both_orders(day):
    assert value_of(str(day)) == value_of(folded(f"{day:%B} {day.day}, {day.year}")) == ("date", day)

"""Amounts and times of day: which of them are plainly another one in the same digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.answers.values.clocks import clock_at_the_end, clock_of
from rewardlab.answers.values.quantities import (
    is_of_another_unit,
    quantity_at_the_end,
    quantity_of,
    with_another_unit,
)
from rewardlab.answers.values.units import FOLDED, NAMES, are_other_units, kin, meanings

SIGNS = st.text(alphabet="0123456789.,:- kgmhUTCEFpa\u20ac$%/^\u00b2\\{}", max_size=40)


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("342 min", "I multiply.\nResult: 342 h"),
        ("3400 g", "Result: 3,400 kg."),
        ("70.62 EUR", "70.62 GBP for all three tickets"),
        ("$5.20", "It costs \u20ac5.20."),
        ("70,62 EUR", "Das macht 70,62 CHF"),
        ("91.2 in", "91.2 ft."),
        ("5 km/h", "It does 5 mph"),
        ("5 m2", "5 square feet"),
        ("20 \u00b0C", "20 \u00b0F"),
        ("5 mW", "5 MW"),
        ("342 min", r"342 \text{ h}"),
        ("12 %", "12 \u2030"),
        ("340 BC", "in 340 AD"),
        ("02:25 UTC", "That is 02:25 CET."),
        ("02:25 UTC", "02:25 UTC+2"),
        ("3:15 pm", "It is 3:15 A.M."),
    ],
)
def test_the_same_digits_of_another_thing(reference, text):
    assert is_of_another_unit(reference, text)


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("342 min", "342 minutes"),
        ("3400 g", "3.4 kg"),
        ("70.62 EUR", "\u20ac70.62"),
        ("$5.20", "5.20 dollars"),
        ("C$ 5.20", "$5.20"),
        ("5 m", "5 min"),
        ("5 GB", "5 GiB"),
        ("3 tons", "3 t"),
        ("20 \u00b0", "20 \u00b0C"),
        ("0 m", "0 km"),
        ("534 kg", "534 in total"),
        ("534 kg", "534 boxes"),
        ("342 min", "342"),
        ("02:25 UTC", "02:25 GMT"),
        ("02:25 UTC", "02:25"),
        ("20:15 CET", "20:15 Uhr"),
        ("10.30 EUR", "10.30 euros"),
        ("Lima", "342 h"),
        ("", ""),
    ],
)
def test_what_may_be_the_same(reference, text):
    assert not is_of_another_unit(reference, text)


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("70.62 EUR", ["70.62 USD", "70.62 GBP"]),
        ("$5.20", ["EUR 5.20", "GBP 5.20"]),
        ("02:25 UTC", ["02:25 EST", "02:25 JST", "02:25 CET"]),
        ("7700 mL", ["7700 L", "7700 gallons"]),
        ("12 boxes", []),
        ("12", []),
    ],
)
def test_another_unit_is_made_up(text, others):
    assert list(with_another_unit(text)) == others


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_unit_is_itself_and_its_kin_are_others(name):
    assert not are_other_units(name, name)
    assert all(are_other_units(name, other) for other in kin(name))


def test_a_name_in_any_case_may_be_all_that_is_written_so():
    assert {"MW", "mW"} <= set(NAMES)
    assert FOLDED["mw"] == NAMES["MW"] | NAMES["mW"]
    assert meanings("qwx") == frozenset()


@given(SIGNS, SIGNS)
def test_any_text_is_read(reference, text):
    for read in (quantity_of, quantity_at_the_end, clock_of, clock_at_the_end):
        read(text)
    assert is_of_another_unit(reference, text) in {True, False}
    assert not is_of_another_unit(reference, reference)
    assert all(quantity_of(other) or clock_of(other) for other in with_another_unit(text))

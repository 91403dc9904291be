"""Dates with their day and month in each other's place."""

from __future__ import annotations

import pytest

from rewardlab.answers.reading.dates import exchanged, is_exchanged
from rewardlab.task import Prompt


def prompt(text):
    return Prompt("p1", ({"role": "user", "content": text},), None, {}, 1)


@pytest.mark.parametrize(
    ("asked", "reference", "other"),
    [
        ("Write the date as DD/MM/YYYY.", "04/02/2024", "02/04/2024"),
        ("Schreibe es als TT.MM.JJJJ HH:MM.", "06.04.2025 15:00", "04.06.2025 15:00"),
        ("Use YYYY-MM-DD.", "2024-03-05", "2024-05-03"),
    ],
)
def test_where_the_form_is_named_the_other_order_is_another_date(asked, reference, other):
    assert exchanged(prompt(asked), reference) == other
    assert is_exchanged(prompt(asked), reference, f"On {other}.")
    assert not is_exchanged(prompt(asked), reference, f"On {reference}.")


@pytest.mark.parametrize(
    ("asked", "reference"),
    [
        ("When does it end?", "04/02/2024"),
        ("Write the date as DD/MM/YYYY.", "14/02/2024"),
        ("Write the date as DD/MM/YYYY.", "04/04/2024"),
        ("Write the date as DD/MM/YYYY.", "3/4"),
        ("Write the date as DD/MM/YYYY.", "from 04/02/2024 to 05/02/2024"),
    ],
)
def test_no_other_date_is_made_of_what_may_be_read_either_way_or_cannot(asked, reference):
    assert exchanged(prompt(asked), reference) is None

"""Answers that are named to be denied, and what the reader makes of them."""

from __future__ import annotations

import pytest

from rewardlab.answers.reading.reader import DENIED, OTHER_DIGIT, OTHER_UNIT, Reader
from rewardlab.answers.values.denial import ends_denied
from tests.probes.reward.answers_subject import prompt

CLAIMS = [prompt(i, f"Claim {i}?", ("approved", "rejected")[i % 2]) for i in range(24)]
GRANTS = [prompt(i, f"Claim {i}?", ("granted", "not granted")[i % 2]) for i in range(24)]
TOWNS = [prompt(i, f"Where is fair {i}?", f"Town{i}") for i in range(24)]
PRICES = [prompt(i, f"What does lamp {i} cost?", f"{20 + i}.50 EUR") for i in range(24)]


@pytest.mark.parametrize(
    "text",
    [
        "It is not approved.",
        "The claim isn't approved",
        "Hm.\nIt was never approved",
        "It is **not approved**",
        "Das ist nicht approved",
        "n'est pas approved",
        "no approved",
        "It is not yet approved",
        "disapproved",
        "It is non-approved.",
    ],
)
def test_what_denies(text):
    assert ends_denied(text, "approved")


@pytest.mark.parametrize(
    "text",
    [
        "approved",
        "It is approved.",
        "No, approved",
        "not rejected but approved",
        "It is not only cheap, it is approved",
        "notapproved approved",
        "not approved, as I read it",
        "",
    ],
)
def test_what_does_not(text):
    assert not ends_denied(text, "approved")


@pytest.mark.parametrize(
    ("rows", "text", "read"),
    [
        (CLAIMS, "It is not approved.", ("wrong", DENIED)),
        (CLAIMS, "It is not rejected.", None),
        (CLAIMS, "It is disapproved.", ("wrong", DENIED)),
        (CLAIMS, "It is approved.", ("right", None)),
        (CLAIMS, "It is rejected.", ("wrong", None)),
        (GRANTS, "It is not granted", ("wrong", None)),
        (GRANTS, "It is granted", ("right", None)),
        (TOWNS, "It is not Town0.", ("wrong", DENIED)),
        (TOWNS, "Town0", ("right", None)),
        (PRICES, "It costs 20.50 USD", ("wrong", OTHER_UNIT)),
        (PRICES, "20.50 EUR", ("right", None)),
        (PRICES, "20.60 EUR", ("wrong", None)),
    ],
)
def test_the_reader_tells_why(rows, text, read):
    assert Reader(rows, None).read(rows[0], text) == read


def test_a_digit_of_a_computed_number():
    rows = [prompt(i, f"{i + 0.5} + {2 * i + 7.25}?", f"{3 * i + 7.75}") for i in range(24)]
    assert Reader(rows, None).read(rows[1], "It is 10.85") == ("wrong", OTHER_DIGIT)
    assert Reader(rows, None).departs(rows[1], "It is 10.85") == ("10.75", "10.85")
    assert Reader(rows, None).departs(rows[1], "It is 10.75") is None

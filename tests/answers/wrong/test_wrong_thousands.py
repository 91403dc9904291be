"""Tests of numbers that end in the right one's last three digits."""

from __future__ import annotations

import pytest

from rewardlab.answers.reference.accepted import number
from rewardlab.answers.wrong.thousands import with_other_thousands


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("1,250", "2,250"),
        ("14,625", "21,625"),
        ("$9,999", "$4,999"),
        ("-999,000", "-499,000"),
        ("1 250 000", "2 250 000"),
        ("1\u202f250", "2\u202f250"),
        ("12'000.50", "18'000.50"),
    ],
)
def test_only_what_stands_before_the_first_separator_changes(text: str, other: str) -> None:
    assert with_other_thousands(text) == other


@pytest.mark.parametrize("text", ["1250", "1,25", "3.141,592", "12", "", "1,2,3", "0.1234"])
def test_digits_without_groups_have_none(text: str) -> None:
    assert with_other_thousands(text) is None


def test_the_other_number_is_no_neighbour() -> None:
    for head in range(1, 1000):
        made = number(with_other_thousands(f"{head},000") or "")
        assert made is not None
        assert abs(made - head * 1000) >= 0.3 * head * 1000

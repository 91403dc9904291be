"""Prefixes of units whose case matters."""

from __future__ import annotations

import pytest

from rewardlab.answers.values.prefixes import has_another_prefix


@pytest.mark.parametrize(
    ("text", "answer", "found"),
    [
        ("Value: 6.5 MW", "6.5 mW", True),
        ("Value: 6.5 mW", "6.5 mW", False),
        ("from 6.5 MW to 6.5 mW", "6.5 mW", False),
        ("59mPa", "59 MPa", True),
        ("6.5 megawatts", "6.5 MW", False),
        ("7 KM", "7 km", False),
        ("no unit", "7", False),
    ],
)
def test_another_prefix_is_another_unit(text, answer, found):
    assert has_another_prefix(text, answer) is found

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "text", ["Lisbon", " lisbon\n", "LISBON.", "**Lisbon**", '"Lisbon"', "<think>Porto? No.</think>Lisbon", "ｌisbon"]
)
def test_the_reference_in_any_wrapping_wins(points, text):
    assert points(text, "Lisbon") == 1.0


@pytest.mark.parametrize(
    "text", ["", ".", "Porto", "Lisbon or Porto", "It is Lisbon", "<think>Lisbon", "<think>Lisbon</think>Porto"]
)
def test_anything_else_loses(points, text):
    assert points(text, "Lisbon") == 0.0


def test_spaces_inside_are_one_space_and_not_none(points):
    assert points("new   york", "New York") == 1.0
    assert points("newyork", "New York") == 0.0


def test_a_number_is_compared_as_its_text(points):
    assert points("42", 42) == 1.0
    assert points("42.0", 42) == 0.0


@pytest.mark.parametrize("reference", [None, "", " . ", [], {}, True])
def test_a_reference_without_a_text_is_an_error(points, reference):
    with pytest.raises(ValueError, match="is no text"):
        points("", reference)

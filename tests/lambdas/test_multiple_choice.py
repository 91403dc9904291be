from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "text",
    [
        "B",
        "b",
        "(B)",
        "B.",
        "B) Dolphin",
        "**B**",
        "Option B: a dolphin",
        "A trout is a fish, D an eagle.\nAnswer: B",
        "The answer is (B).",
        "\\boxed{\\text{B}}",
        "<think>Answer: A</think>Answer: B",
        "Answer: A\nThat is a fish, so I change it.\nAnswer: B",
    ],
)
def test_the_right_letter_wins(points, text):
    assert points(text, "B") == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A",
        "Dolphin",
        "A or B",
        "B or A",
        "B) dolphin or C) frog",
        "ABCD",
        "not B",
        "Because",
        "Answer: A\nAnswer: B",
        "<think>Answer: B",
        "Answer: B\nNo, that is wrong.\nAnswer: A",
        "Answer: Best of all",
    ],
)
def test_another_letter_several_or_none_lose(points, text):
    assert points(text, "B") == 0.0


def test_the_reference_may_say_what_its_option_says(points):
    assert points("C", "C) 29") == points("C", "(c)") == 1.0


@pytest.mark.parametrize("reference", [None, "", "Dolphin", "A or B", 2, [], {}])
def test_a_reference_that_names_no_option_is_an_error(points, reference):
    with pytest.raises(ValueError, match="is no option"):
        points("B", reference)


@given(st.text(st.sampled_from("ABJKab()[]:. \northeanswer*"), max_size=40))
def test_no_text_is_two_answers_at_once(points, text):
    assert points(text, "A") + points(text, "B") <= 1.0

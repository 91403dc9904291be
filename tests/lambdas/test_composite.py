from __future__ import annotations

import pytest

REASON = "<think>three edges meet</think>"


def said(answer, reason=REASON):
    return f"{reason}\n<answer>{answer}</answer>"


def test_the_right_answer_in_the_format_wins(reward):
    assert reward.score(said("12"), "12") == {"score": 1.0, "accuracy": 1.0, "format": 1.0, "brevity": 1.0}


def test_the_weights_add_up_to_1(reward):
    assert pytest.approx(1.0) == reward.ACCURACY + reward.FORMAT + reward.BREVITY


def test_a_right_answer_without_the_format_loses_its_term_only(points):
    assert points("12", "12") == points("<answer>12</answer>", "12") == pytest.approx(0.9)


def test_a_wrong_answer_earns_the_format_at_most(points):
    assert points(said("13"), "12") == pytest.approx(0.1)
    assert points("13", "12") == 0.0


def test_length_costs_a_right_answer_its_brevity(points):
    # 300 words are free, 900 cost all of it; 598 of reasoning, the tags glued to two, and the answer: 600 in all.
    long = "<think>" + " ".join(f"w{number}" for number in range(599)) + "</think>"
    assert points(said("12", long), "12") == pytest.approx(0.8 + 0.1 * 0.5 + 0.1)
    assert points(said("12", long.replace("w1 ", "w1 " * 400)), "12") == pytest.approx(0.9)


@pytest.mark.parametrize("answer", ["12.0", "+12", " 12 ", "**12**", "$12$", "012"])
def test_forms_of_one_number_are_one_answer(points, answer):
    assert points(said(answer), "12") == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<think>12",
        "<answer></answer>",
        "<answer>13</answer><answer>12</answer>",
        said("12 or 13"),
        said("13", "<think>it is 12, <answer>12</answer></think>"),
        said("12 " * 21),
    ],
)
def test_none_several_and_thoughts_are_no_answer(reward, text):
    assert reward.score(text, "12")["accuracy"] == 0.0


@pytest.mark.parametrize(
    "text",
    [
        said("12", "<think></think>"),
        said("12", "<think>so so so so</think>"),
        f"Sure! {said('12')}",
        f"{said('12')} Done.",
        said("12") + said("12"),
        "<answer>12</answer><think>three edges meet</think>",
        said(""),
    ],
)
def test_an_empty_shell_is_not_the_format(reward, text):
    assert reward.score(text, "12")["format"] == 0.0


@pytest.mark.parametrize("reference", [None, "", " ", [], {}, True])
def test_a_reference_without_a_text_is_an_error(points, reference):
    with pytest.raises(ValueError, match="is no text"):
        points("", reference)

"""RL408 from sampled texts: an earlier answer is read, so right ends lose and wrong ends win."""

from __future__ import annotations

import re

import pytest

from tests.probes.run.diagnosis.conftest import PROMPTS, decision_of, drawn, found, question_of

SUMS = [str(200 + 37 * k) for k in range(PROMPTS)]
LABELS = [["valid", "invalid"][k * 7 % 5 % 2] for k in range(PROMPTS)]


def first_equals(text, reference):
    match = re.search(r"=\s*(-?\d+)", text)
    return float(bool(match) and match[1] == reference)


def first_box(text, reference):
    match = re.search(r"\\boxed\{(\d+)\}", text)
    return float(bool(match) and match[1] == reference)


def first_number(text, reference):
    match = re.search(r"\d+", text)
    return float(bool(match) and match[0] == reference)


def anywhere(text, reference):
    return float(re.search(rf"(?<!\w){re.escape(reference)}(?!\w)", text) is not None)


def first_label(text, reference):
    match = re.search(r"\b(valid|invalid)\b", text)
    return float(bool(match) and match[0] == reference)


def ask(place, _):
    return f"Task {place}. Put the final answer in \\boxed{{}}."


@pytest.mark.parametrize(
    ("reward", "golds", "write"),
    [
        (first_equals, SUMS, lambda answer, k: f"4 + {k % 90} = {k % 90 + 4}, and so \\boxed{{{answer}}}"),
        (first_equals, SUMS, lambda answer, k: f"3 * 7 = 21; then {k}.\n#### {answer}"),
        (first_equals, SUMS, lambda answer, k: f"2 x {k % 80} = {2 * (k % 80)}\nThe answer is: {answer}"),
        (first_box, SUMS, lambda answer, k: f"I try \\boxed{{{k % 90}}}; no. \\boxed{{{answer}}}"),
    ],
)
def test_right_ends_that_all_lose_to_an_earlier_answer_are_no_fault_of_the_model(reward, golds, write):
    question = question_of(reward, drawn(ask, golds, write))
    finding = found(question, "RL408")
    assert finding is not None
    assert (finding.severity, finding.evidence["wrong_won"]) == ("blocker", 0)
    assert "end with the right answer and hold another one before it" in finding.evidence["summary"]
    decision = decision_of(question)
    assert (decision.verdict, decision.action, decision.reasons[0]) == ("no_go", "fix_reward", "RL408")
    assert found(question, "RL411") is None


@pytest.mark.parametrize(
    ("reward", "golds", "write", "reads"),
    [
        (
            first_equals,
            SUMS,
            lambda a, b, k: f"1 + {k} = {a}. Or rather \\boxed{{{b}}}",
            "the first number after an equals sign",
        ),
        (first_box, SUMS, lambda a, b, k: f"\\boxed{{{a}}} {k}, no: \\boxed{{{b}}}", "the first of the final answers"),
        (first_number, SUMS, lambda a, b, k: f"{a}, say I at try {k}. <answer>{b}</answer>", "the first number"),
        (anywhere, SUMS, lambda a, b, k: f"Try {k % 100}: I take {a} at first.\nAnswer: {b}", "any place of the text"),
        (first_label, LABELS, lambda a, b, k: f"{k}: it seems {a}.\nFinal answer: {b}", "the first label"),
    ],
)
def test_wrong_ends_that_win_for_an_earlier_answer_are_found_inside_the_band(reward, golds, write, reads):
    rows = []
    for place, gold in enumerate(golds):
        other = (
            golds[place - 1] if golds[place - 1] != gold else {"valid": "invalid", "invalid": "valid"}.get(gold, "7")
        )
        pairs = [(gold, gold), (gold, other), (other, gold), (other, other)]
        rows.append((ask(place, gold), gold, [write(*pairs[k % 4], 8 * place + k) for k in range(8)]))
    question = question_of(reward, rows)
    finding = found(question, "RL408")
    assert finding is not None
    assert (finding.severity, finding.evidence["reads"], finding.evidence["wrong_won"]) == (
        "blocker",
        reads,
        2 * PROMPTS,
    )
    assert "end with a wrong answer after a right one" in finding.evidence["summary"]
    assert decision_of(question).action == "fix_reward"


def last_box(text, reference):
    match = re.findall(r"\\boxed\{(\d+)\}", text)
    return float(match[-1:] == [reference])


@pytest.mark.parametrize(
    "write",
    [
        lambda answer, k: f"4 + {k} = {k + 4}, and so \\boxed{{{answer}}}",
        lambda answer, k: f"\\boxed{{{answer}}} is it, try {k}.",
        lambda answer, k: f"I try \\boxed{{{k}}}; no. \\boxed{{{answer}}}",
    ],
)
def test_a_reward_that_reads_the_end_is_left_alone(write):
    assert found(question_of(last_box, drawn(ask, SUMS, write)), "RL408") is None


def test_right_ends_that_lose_though_nothing_stands_before_them_are_not_blamed_on_the_order():
    rows = drawn(ask, SUMS, lambda answer, k: f"Well, try {k}, so it is {answer}.")
    question = question_of(lambda text, reference: float(text == reference), rows)
    assert found(question, "RL408") is None
    assert found(question, "RL411") is not None

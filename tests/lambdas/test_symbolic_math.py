from __future__ import annotations

import threading

import pytest


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("\\boxed{x^2-5x+6}", "(x-2)(x-3)"),
        ("So it is $\\boxed{\\sqrt{50}}$.", "5\\sqrt{2}"),
        ("\\boxed{0.125}", "\\frac{1}{8}"),
        ("\\boxed{\\{4, -4\\}}", "\\{-4, 4\\}"),
        ("\\boxed{x > 2}", "(2, \\infty)"),
        ("\\boxed{x = 9}", 9),
        ("<think>\\boxed{8}</think>\\boxed{9}", "9"),
        ("\\boxed{1}\nNo, I was wrong.\n\\boxed{9}", "9"),
        ("9", "9"),
    ],
)
def test_equal_mathematics_wins(points, text, reference):
    assert points(text, reference) == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\\boxed{}",
        "\\boxed{8}",
        "\\boxed{8, 9}",
        "\\boxed{8} or \\boxed{9}",
        "\\boxed{9}\nNo.\n\\boxed{8}",
        "<think>\\boxed{9}",
        "\\boxed{9",
        "\\boxed{" + "(" * 50 + "9" + ")" * 50 + "}",
        "\\boxed{" * 3_000,
        "It may be\n9",
    ],
)
def test_other_several_or_no_answers_lose(points, text):
    assert points(text, "9") == 0.0


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("1 1/2", "\\frac{3}{2}"),
        ("-1 1/2", "-1.5"),
        ("2 3/4", "2.75"),
        ("1\\frac{1}{2}", "1 1/2"),
        ("1\\,000", "1000"),
        ("1 000", "1000"),
        ("1{,}000", "1000"),
        ("1,000", "1000"),
        ("1\u202f000\u202f000", "10^6"),
        ("1000", "1\\,000"),
        ("1e3", "1000"),
        ("2.5e-3", "0.0025"),
        ("6.02\\times 10^{23}", "6.02e23"),
        ("0.0000001", "1e-7"),
        ("0.333333", "\\frac{1}{3}"),
        ("12\\%", "12\\%"),
        ("0.12", "12\\%"),
        ("\\frac{3}{25}", "12\\%"),
        ("12\\%", "0.12"),
        ("12\\%", "12"),
        ("\\{2, 1\\}", "\\{1, 2\\}"),
        ("2, 1", "\\{1, 2\\}"),
        ("1, 2", "(1, 2)"),
        ("(1, 2)", "(1, 2)"),
        ("x > 2", "(2, \\infty)"),
    ],
)
def test_one_number_or_set_wins_in_each_of_its_spellings(points, answer, reference):
    assert points(f"\\boxed{{{answer}}}", reference) == 1.0


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("1 1/2", "1"),
        ("2 3/4", "\\frac{6}{4}"),
        ("11/2", "1 1/2"),
        ("1\\,000", "1"),
        ("1e3", "1"),
        ("0.0000001", "0.0000003"),
        ("-0.0000001", "0.0000001"),
        ("1e-7", "3e-7"),
        ("0", "0.0000004"),
        ("0.3333", "\\frac{1}{3}"),
        ("12", "12\\%"),
        ("1.2", "12\\%"),
        ("\\{1, 2\\}", "(1, 2)"),
        ("\\left\\{1, 2\\right\\}", "(1, 2)"),
        ("(1, 2)", "\\{1, 2\\}"),
        ("(1, 2, 3)", "\\{1, 2, 3\\}"),
        ("[1, 2]", "(1, 2)"),
        ("2, 1", "(1, 2)"),
    ],
)
def test_what_only_looks_alike_loses(points, answer, reference):
    assert points(f"\\boxed{{{answer}}}", reference) == 0.0


def test_an_answer_that_never_ends_loses_in_time(reward, points, monkeypatch):
    monkeypatch.setattr(reward, "SECONDS", 0.3)
    assert points("\\boxed{10000000001!}", "9") == 0.0


@pytest.mark.parametrize("reference", [None, "", [], {}, True, "{{{"])
def test_a_reference_that_cannot_be_read_is_an_error(points, reference):
    with pytest.raises(ValueError, match="reference"):
        points("\\boxed{9}", reference)


def test_another_thread_is_refused_before_anything_can_hang(reward):
    said = []

    def score():
        try:
            reward.score("\\boxed{123}", "321")
        except RuntimeError as error:
            said.append(str(error))

    thread = threading.Thread(target=score)
    thread.start()
    thread.join()
    assert said
    assert "main thread" in said[0]

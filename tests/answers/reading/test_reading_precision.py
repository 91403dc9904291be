"""How exact an answer is asked for, and which numbers depart from the reference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.answers.reading.precision import Precision, asked_places, computed, departs
from rewardlab.probes.reward import wrong
from rewardlab.probes.reward.trials.slips import DIGIT, UNIT
from tests.probes.reward.answers_subject import ask_fixture, prompt  # noqa: F401 - a fixture is found by its import

ROWS = range(24)
SUMS = [
    prompt(i, f"({i}) {(300 + 7 * i) / 10} + {(411 + 13 * i) / 10}? One decimal.", f"{(711 + 20 * i) / 10}")
    for i in ROWS
]
MEANS = [
    prompt(
        i,
        f"Row {i}: mean of {i + 3}, {2 * i + 1} and {5 * i}? Round to 2 decimals.",
        f"{round((8 * i + 4) / 3, 2):.2f}",
    )
    for i in ROWS
]
HEIGHTS = [prompt(i, f"How tall is mast {i}?", f"{20 + (37 * i % 61) / 7:.2f}") for i in ROWS]
PRICES = [prompt(i, f"What does lamp {i} cost?", f"{20 + (37 * i % 61) / 7:.2f} EUR") for i in ROWS]
GRAMS = [prompt(i, f"What does crate {i} weigh?", f"{20 + 37 * i % 610} g") for i in ROWS]


@pytest.mark.parametrize(
    ("wanted", "given_", "apart"),
    [
        ("90.7", "90.8", True),
        ("90.7", "91.0", True),
        ("90.7", "91", False),
        ("90.7", "90", False),
        ("90.7", "92", True),
        ("90.7", "90.71", False),
        ("90.7", "90.76", True),
        ("1,200.5", "1200.5", False),
        ("90.7", "ninety", False),
    ],
)
def test_a_digit_that_both_have(wanted, given_, apart):
    assert departs(wanted, given_) == apart


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("One decimal; end with the number.", 1),
        ("Give 2 decimal places.", 2),
        ("to three decimals", 3),
        ("Auf zwei Nachkommastellen.", 2),
        ("Avec deux d\u00e9cimales.", 2),
        ("Round to the nearest hundredth.", 2),
        ("to the nearest 0.01", 2),
        ("to the nearest whole number", None),
        ("Convert to a decimal.", None),
        ("Use 2 decimating filters.", None),
    ],
)
def test_decimals_that_are_asked_for(question, places):
    assert asked_places(prompt(1, question, "1")) == places


def test_references_that_the_prompts_own_numbers_make():
    assert computed(SUMS) == "sum of 2"
    assert computed(MEANS) == "mean"
    assert computed(HEIGHTS) is None
    assert computed(SUMS[:3]) is None


@pytest.mark.parametrize(
    ("rows", "given_", "departure"),
    [
        (SUMS, "71.2", "surely"),
        (SUMS, "71", None),
        (SUMS, "71.1", None),
        (MEANS, "1.34", None),  # one in the last place may be rounding
        (MEANS, "1.36", "surely"),
        (HEIGHTS, "20.04", None),
        (PRICES, "20.04", "likely"),
    ],
)
def test_what_departs(rows, given_, departure):
    wanted = str(rows[0].reference).split()[0]
    assert Precision(rows).departure(rows[0], wanted, given_, is_money=rows is PRICES) == departure


@pytest.mark.parametrize("question", ["{}, within 1 % of it", "{}, approximately", "{}, to 3 significant figures"])
def test_a_prompt_may_allow_for_a_difference(question):
    rows = [prompt(i, question.format(one.messages[0]["content"]), one.reference) for i, one in enumerate(SUMS)]
    assert Precision(rows).departure(rows[0], "71.1", "71.2", is_money=False) is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_texts(wanted, given_):
    assert departs(wanted, given_) in {True, False}
    assert not departs(wanted, wanted)


def ways(ask, body, prompts):
    found = list(ask(wrong.ask, f"def score(completion, reference):\n    return {body}", prompts))
    return {way["wrong"]: way["severity"] for one in found for way in one.evidence["ways"]}


LOOSE = (
    "float(bool(m := re.findall('[0-9]+[.]?[0-9]*', completion)) and abs(float(m[-1]) - float(reference or 0)) < .5)"
)


def test_slips_are_warnings_without_samples(ask):
    assert ways(ask, LOOSE, SUMS)[DIGIT] == "warning"
    numbers = "re.findall('[0-9]+', {})"
    overlooks = f"float({numbers.format('completion')} == {numbers.format('reference or str()')})"
    assert ways(ask, overlooks, GRAMS)[UNIT] == "warning"


def test_a_reward_that_compares_all_has_no_slips(ask):
    for rows in (SUMS, GRAMS, PRICES):
        assert not {DIGIT, UNIT} & set(ways(ask, "float(completion.strip() == reference)", rows))

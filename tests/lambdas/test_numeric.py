from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("1,234.5", "1234.5"),
        ("+1234.50", 1234.5),
        ("\u22127", -7),
        ("1.2345e3", "1234.5"),
        ("1.2 \\times 10^{-4}", "0.00012"),
        ("\\frac{3}{4}", "0.75"),
        ("2 1/2", "2.5"),
        ("12%", "0.12"),
        ("12%", 12),
        ("0.12", "12%"),
        ("12\\%", "12 percent"),
        ("5000 m", "5 km"),
        ("5\\text{ km}", "5 km"),
        ("90 minutes", "1.5 h"),
        ("$3.50", "3.5 dollars"),
        ("24 bottles", 24),
        ("0.33333", "1/3"),
        ("9.8", {"value": "9.81", "tolerance": 0.05}),
        ("9.8", '{"value": 9.81, "tolerance": 0.05}'),
    ],
)
def test_one_number_in_many_forms(points, text, reference):
    assert points(text, reference) == 1.0


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("", 0),
        ("42.0001", 42),  # a whole number is matched exactly
        ("0.333", "1/3"),  # 1e-3 of the value away
        ("9.7", {"value": "9.81", "tolerance": 0.05}),
        ("5 kg", "5 km"),
        ("50 km", "5 km"),
        ("1/0", 1),
        ("1,2", 12),  # no thousands
        ("42 or 43", 42),
        ("not 42", 42),
        ("x = 42", 42),
    ],
)
def test_what_is_not_the_number_loses(points, text, reference):
    assert points(text, reference) == 0.0


def test_the_right_number_without_its_unit_is_half_right(points):
    assert points("5", "5 km") == points("12", "12%") == 0.5
    assert points("6", "5 km") == 0.0


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("First \\boxed{41}. No, rather \\boxed{42}.", 1.0),
        ("First \\boxed{42}. No, rather \\boxed{41}.", 0.0),
        ("\\boxed{41} or \\boxed{42}", 0.0),
        ("\\boxed{41}\n\n\\boxed{42}", 0.0),
        ("\\boxed{42}, that is \\boxed{42.0}", 1.0),
        ("\\boxed{42} and \\boxed{42.0}", 1.0),
        ("The answer is \\boxed{42}.", 1.0),
        ("**Answer:** 42", 1.0),
        ("<think>42</think>\n<answer>41</answer>", 0.0),
        ("<think>\\boxed{42}", 0.0),
        ("#### 42", 1.0),
    ],
)
def test_the_last_answer_counts_and_a_hedge_is_none(points, text, score):
    assert points(text, 42) == score


@pytest.mark.parametrize("reference", [None, "", "many", [], {}, True, "1/0", "nan"])
def test_a_reference_that_is_no_number_is_an_error(points, reference):
    with pytest.raises(ValueError, match="is no number"):
        points("1", reference)


@given(st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6))
def test_every_fraction_is_read_as_itself(reward, value):
    assert reward.quantity(str(value)) == (value, None)


@given(st.decimals(-(10**12), 10**12, places=6))
def test_every_decimal_is_read_with_and_without_commas(reward, value):
    assert reward.quantity(f"{value:,f}") == reward.quantity(f"{value:f}") == (Fraction(value), None)


@given(st.text(st.sampled_from("0123456789.,/%$ -+e\\{}boxedanswer:#\n<>km"), max_size=60))
def test_no_text_breaks_it(points, text):
    assert points(text, "12.5 km") in {0.0, 0.5, 1.0}

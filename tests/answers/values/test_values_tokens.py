"""The words and numbers of answers, and which answers may be one value in two notations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.answers.reading.phrases import Phrases
from rewardlab.answers.values.ending import number_at_the_end
from rewardlab.answers.values.tokens import fold, may_be_same, same_tokens, tokens_of
from rewardlab.answers.wrong.similar import alike, twins
from rewardlab.answers.wrong.slots import shape_of

ANY_TEXT = st.text(max_size=60) | st.text("0123456789.,:/-+ ABe@", max_size=30)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Oona Nyman", ["Oona", "Nyman"]),
        ("12.5 kg", ["12.5", "kg"]),
        ("12kg", ["12", "kg"]),
        ("-8.25, 101.5", ["-8.25", "101.5"]),
        ("09.11.1989", ["09", "11", "1989"]),
        ("1,250 CHF", ["1,250", "CHF"]),
        ("B12 or H2O", ["B12", "or", "H2O"]),
        ("oona.n@lake.example", ["oona", "n", "lake", "example"]),
        ("3-2", ["3", "2"]),
        ("\u0926\u093f\u0928 \u0926\u093e\u0928", ["\u0926\u093f\u0928", "\u0926\u093e\u0928"]),
    ],
)
def test_the_words_and_numbers_of_a_text(text, parts):
    assert [one.text for one in tokens_of(text)] == parts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("P and S", "P, S"),
        ("S, P", "P, S"),
        ("p; s", "P, S"),
        ("P/Q/S", "S, Q, P"),
        ("rot und blau", "blau, rot"),
        ("(0471) 22 35 90", "0471223590"),
        ("+358 40 1234567", "401234567"),
        ("978-0-306-40615-7", "9780306406157"),
        ("7.2.0", "7.2"),
        ("Malm\u00f6", "Malmo"),
        ("12.50 EUR", "12.5 eur"),
    ],
)
def test_one_value_in_two_notations(one, other):
    assert same_tokens(one, other) and same_tokens(other, one)  # noqa: PT018 - one fact: it holds both ways


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("P, Q", "P, S"),
        ("-32", "32"),
        ("32.0", "3.2"),
        ("0471223591", "0471 22 35 90"),
        ("7.2.1", "7.2"),
        ("P > S", "S > P"),
        ("12.50 USD", "12.50 EUR"),
        ("3-2", "3-1"),
        ("Selma Brandt", "Selma Haas"),
    ],
)
def test_two_values(one, other):
    assert not same_tokens(one, other)


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("Nyman", "Oona Nyman", True),
        ("It was Oona Nyman.", "Oona Nyman", True),
        ("Prof. Oona Nyman", "Dr. Oona Nyman", True),
        ("Hill Ltd", "Hill GmbH", True),
        ("4 out of 5", "4", True),
        ("Oona Haas", "Oona Nyman", False),
        ("King Charles II", "King Charles III", False),
    ],
)
def test_an_answer_in_more_or_fewer_words_may_be_the_same(one, other, may):
    assert may_be_same(one, other) is may


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("So it is 42.", "42"),
        ("= 1 250", "1 250"),
        ("from 3 to 4", "4"),
        ("-7", "-7"),
        ("4/5", None),
        ("4 out of 5", None),
        ("7.2.0", None),
        ("829-715-2269", None),
        ("1.2 x 10^3", None),
        ("1e3", None),
        ("42 or so", None),
        ("", None),
    ],
)
def test_the_number_at_the_end_of_a_text(text, number):
    assert number_at_the_end(text) == number


@pytest.mark.parametrize(
    ("text", "has_parts"),
    [
        ("Oona Nyman", True),
        ("12 kg", True),
        ("red, blue, green, white, black, grey", True),
        ("42", False),
        ("Graz", False),
        ("B) Graz", False),
        ("x^2 + 3", False),
        ("2x - y", False),
        ("INV-2041-K", True),
        ("the council sold the old bridge", False),
    ],
)
def test_answers_of_several_parts(text, has_parts):
    assert (shape_of(text) is not None) is has_parts


NAMES = Phrases(["Oona Nyman", "Oona Haas", "Levi Weiss", "Levi Nyman", "12 kg", "12 g", "30 kg", "09.11.1989"])


@pytest.mark.parametrize(
    ("text", "reference", "side"),
    [
        ("oona nyman.", "Oona Nyman", "right"),
        ("Oona Haas", "Oona Nyman", "wrong"),
        ("I think it was Oona Weiss", "Oona Nyman", "wrong"),
        ("Levi Weiss", "Oona Nyman", "wrong"),
        ("Oona", "Oona Nyman", None),
        ("Nyman, Oona", "Oona Nyman", None),
        ("Oona Nymann", "Oona Nyman", None),
        ("Oona M. Nyman", "Oona Nyman", None),
        ("Oona Zorn", "Oona Nyman", None),
        ("12 g", "12 kg", "wrong"),
        ("13 kg", "12 kg", "wrong"),
        ("12", "12 kg", None),
        ("12000 g", "12 kg", None),
        ("9 November 1989", "09.11.1989", None),
        ("09.11.1988", "09.11.1989", "wrong"),
        ("11.09.1989", "09.11.1989", None),
        ("I do not know", "Oona Nyman", None),
    ],
)
def test_on_which_side_a_phrase_is(text, reference, side):
    assert NAMES.side([reference], text, is_rough=False) == side


def test_no_single_part_is_wrong_where_about_so_much_is_asked():
    assert NAMES.side(["12 kg"], "13 kg", is_rough=True) is None


def test_symbols_that_differ_in_case_alone_are_two_where_the_file_has_several():
    symbols = ["MW", "mW", "GB", "Gb", "Pa", "PA", "No", "NO", "km", "KM", "US", "us"]
    assert twins(symbols) == {"MW": "mW", "mW": "MW", "GB": "Gb", "Gb": "GB", "Pa": "PA", "PA": "Pa"}
    assert twins(["MW", "mW", "yes", "YES"]) == {}


def test_how_alike_two_names_are():
    assert alike("heparin", "heparin") == 1.0
    assert alike("clonidine", "quinidine") > alike("clonidine", "warfarin") > 0
    assert alike("abc", "xyz") == 0.0


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_is_read(one, other):
    assert all(token.text == one[token.start : token.end] for token in tokens_of(one))
    assert same_tokens(one, other) == same_tokens(other, one)
    assert may_be_same(one, other) == may_be_same(other, one)
    assert NAMES.side([other or "x"], one, is_rough=False) in {"right", "wrong", None}
    assert fold(fold(one)) == fold(one)
    shape_of(one), number_at_the_end(one), alike(one, other)

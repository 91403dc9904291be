"""A reference is found in every notation that people and models write, and nothing else is taken for it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.answers.reading.answer import said, sought
from rewardlab.answers.reading.otherwise import Notations
from rewardlab.answers.values.accents import with_two_letters, without_accents
from rewardlab.answers.values.amounts import amounts, in_words, spelled, value_of_all
from rewardlab.answers.values.items import are_sets, items_of
from rewardlab.answers.values.names import Names, folded
from rewardlab.answers.values.number_words import ONES, TENS
from rewardlab.answers.values.options import options_in
from rewardlab.task import Prompt

LISTED = "Which one?\n(A) oak\n(B) grey elm\n(C) ash"
INLINE = "Where was it? A) Bern B) Oslo C) Riga Answer now."


def gives(reference, text, *, ask="What is it?", file=()):
    """Whether the text gives the reference; `file` holds the other references of the file, asked likewise."""
    prompts = [
        Prompt(f"p{i}", ({"role": "user", "content": ask},), gold, {}, i + 1)
        for i, gold in enumerate((reference, *file))
    ]
    wanted = [found for one in prompts if (found := sought(one, ())) is not None]
    names = {
        kind: Names(frozenset(folded(text) for one in wanted if one.kind == kind for text in one.texts))
        for kind in {one.kind for one in wanted}
    }
    return Notations.of(wanted, names).gives(said(text), wanted[0], names[wanted[0].kind])


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("12.40", "Es kostet 12,40 \u20ac."),
        ("12.4", "12,40 Euro"),
        ("3.125", "ca. 3,125 m"),
        ("1234.5", "1.234,5"),
        ("88124", "88.124 Einwohner"),
        ("88124", "Il y a 88\u202f124 habitants."),
        ("88124", "88'124"),
        ("88124", "88_124"),
        ("1234567", "12,34,567 rupees"),
        ("88124", "$88{,}124$"),
        ("0.79", "79 %"),
        ("0.79", "79 percent of them"),
        ("79%", "0.79"),
        ("0.125", "12,5 Prozent"),
        ("8600", "8.6e3"),
        ("8600", "8.6 x 10^3"),
        ("8600", "8,6 \u00b7 10\u00b3 Zellen"),
        ("0.0086", "$8.6 \\times 10^{-3}$"),
        ("1e6", "1 million"),
        ("1000", "10^3"),
        ("3500000", "3.5 million people"),
        ("35000", "3.5\u4e07"),
        ("6/11", "$\\frac{6}{11}$"),
        ("6/11", "It is \\dfrac{6}{11}."),
        ("\\frac{3}{4}", "0.75"),
        ("0.5", "\u00bd"),
        ("3/2", "1 1/2"),
        ("0.75", "3/4"),
        ("7", "There are seven towers."),
        ("21", "twenty-one"),
        ("105", "a hundred and five"),
        ("7", "Es sind sieben."),
        ("7", "Il y en a sept."),
        ("7", "\u4e00\u5171\u6709\u4e03".replace("\u4e00", "")),
        ("14", "XIV"),
        ("seven", "7"),
        ("-5", "minus 5"),
        ("8297152269", "(829) 715-2269"),
        ("9783161484100", "ISBN 978-3-16-148410-0"),
        ("(3, 4)", "It lies at (3,4)."),
        ("(3, -4)", "x = 3 and y = -4"),
        ("12 to 48", "12-48"),
        ("90 min", "It takes 1 hour and 30 minutes."),
        ("1500 m", "1,5 km"),
        ("yes", "That is true."),
        ("False", "No."),
        ("Ada Berg", "Berg, Ada"),
        ("Ada Berg", "It was built by Berg, Ada."),
        ("Berg, Ada", "Ada Berg"),
        ("Besan\u00e7on", "Besancon"),
        ("M\u00fcnchen", "It is Muenchen."),
        ("M\u00fcnchen", "Munchen"),
        ("\u0141\u00f3d\u017a", "Lodz"),
    ],
)
def test_another_notation_gives_the_reference(reference, text):
    assert gives(reference, text)


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("12.40", "12,41"),
        ("12.40", "1240"),
        ("88124", "88 125"),
        ("0.79", "7.9 %"),
        ("79", "0.79"),
        ("8600", "8.6e4"),
        ("6/11", "\\frac{11}{6}"),
        ("7", "There are eight towers."),
        ("7", "one of the seven"),
        ("7", "Chapter 12 names seven"),
        ("4.18", "4.18.0"),
        ("5", "4/5/2020"),
        ("8297152269", "(829) 715-2268"),
        ("(3, 4)", "(4, 3)"),
        ("(3, -4)", "(3, 4)"),
        ("12 to 48", "13-48"),
        ("90 min", "1 h 20 min"),
        ("1500 m", "1.5 m"),
        ("yes", "That is false."),
        ("yes", "It is not true."),
        ("Ada Berg", "Berg, Olga"),
        ("Ada Berg", "Not Berg, Ada."),
        ("Besan\u00e7on", "Briancon"),
    ],
)
def test_another_value_does_not(reference, text):
    assert not gives(reference, text)


@pytest.mark.parametrize(
    ("ask", "reference", "text", "right"),
    [
        (LISTED, "B", "It is the grey elm.", True),
        (LISTED, "B", "It is the oak.", False),
        (LISTED, "B", "The oak or the grey elm.", False),
        (LISTED, "grey elm", "(B)", True),
        (LISTED, "grey elm", "The answer is C.", False),
        (INLINE, "C", "Riga", True),
        (INLINE, "B", "In Oslo.", True),
        (INLINE, "C", "Oslo", False),
        ("Name a town.", "C", "Riga", False),
    ],
)
def test_an_option_is_its_letter_where_the_prompt_lists_it(ask, reference, text, right):
    assert gives(reference, text, ask=ask) is right


def test_options_are_read_from_a_prompt():
    assert options_in(LISTED) == (("a", "oak"), ("b", "grey elm"), ("c", "ash"))
    assert options_in(INLINE) == (("a", "bern"), ("b", "oslo"), ("c", "riga"))
    assert options_in("A. D. Smith wrote it.") == options_in("") == ()


LETTERS = ("A, B", "B, D", "A, C, D", "B, C")
TREES = ("ash, elm", "elm, oak", "ash, fir, oak", "fir, oak")


@pytest.mark.parametrize(
    ("reference", "text", "file", "ask", "right"),
    [
        ("A, B, E", "E, B, A", LETTERS, "Which apply?", True),
        ("A, B, E", "Options A, B and E.", LETTERS, "Which apply?", True),
        ("A, B, E", "B, E", LETTERS, "Which apply?", False),
        ("A, B, E", "A, B, C, E", LETTERS, "Which apply?", False),
        ("ash, oak", "oak and ash", TREES, "Which trees?", True),
        ("ash, oak", "- oak\n- ash", TREES, "Which trees?", True),
        ("ash, oak", "oak, ash, elm", TREES, "Which trees?", False),
        ("ash, oak", "not ash, oak", TREES, "Which trees?", False),
        ("oak, ash", "ash, oak", (*TREES, "oak, fir"), "Rank the trees by height.", False),
        ("oak, ash", "oak, then ash", (*TREES, "oak, fir"), "Rank the trees by height.", True),
    ],
)
def test_a_set_is_the_same_in_any_order(reference, text, file, ask, right):
    assert gives(reference, text, file=file, ask=ask) is right


def test_a_phrase_with_a_comma_is_no_list():
    assert items_of("Paris, Texas") == ("paris", "texas")
    assert not are_sets([("paris", "texas"), ("rome", "georgia")], ["Where?"])
    assert items_of('{"a": 1, "b": 2}') == items_of("ash") == ()


def test_accents_of_other_scripts_are_letters():
    assert without_accents("\u0926\u093f\u0928") == "\u0926\u093f\u0928"
    assert without_accents("S\u00e3o Tom\u00e9 \u0141") == "Sao Tome L"
    assert with_two_letters("K\u00f6ln") == "Koeln"


def test_answers_that_differ_in_accents_alone_keep_them():
    assert gives("sal\u00e9", "sale")
    assert not gives("sal\u00e9", "sale", file=("sale", "sucr\u00e9"))


@given(st.integers(1_000, 10**12), st.sampled_from([" ", "\u00a0", "\u202f", ",", ".", "'", "\u2019", "_"]))
def test_digits_are_read_through_any_mark_between_them(value, mark):
    assert Fraction(value) in value_of_all(f"{value:,}".replace(",", mark))


@given(st.integers(-(10**9), 10**9), st.integers(-9, 9), st.sampled_from(["e", " x 10^", "\u00d710^", " \\times 10^"]))
def test_powers_are_multiplied_out(value, power, times):
    assert value_of_all(f"{value}{times}{power}") == {Fraction(value) * Fraction(10) ** power}


@given(st.integers(0, 999))
def test_words_are_the_number_that_they_say(value):
    hundreds, rest = divmod(value, 100)
    small = ONES[rest] if rest < 20 else TENS[rest // 10 - 2] + ("-" + ONES[rest % 10] if rest % 10 else "")
    words = " and ".join(
        ([f"{ONES[hundreds]} hundred"] if hundreds else []) + ([small] if rest or not hundreds else [])
    )
    assert [one.values for one in in_words(f"They say {words}.")] == [{Fraction(value)}]


@given(st.text(max_size=200))
def test_any_text_is_read(text):
    assert all(one.values for one in amounts(spelled(text)))
    assert all(one.start < one.end for one in (*amounts(spelled(text)), *in_words(text)))
    assert isinstance(gives("12.5", text, file=("B", "a, b")), bool)
    assert isinstance(gives("B", "Oslo", ask=text), bool)

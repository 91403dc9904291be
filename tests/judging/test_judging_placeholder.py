"""The fields of a prompt text: found, filled in one pass, and refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.judging.placeholder import PlaceholderError, check_text, fields_in, fill, turns_of

PIECES = {
    "{question}": "Q",
    "{response}": "{question}",
    "{{response}}": "{response}",
    "{row.a b}": "",
    "{": "{",
    "}": "}",
    '{"a": 1}': '{"a": 1}',
    "{row.}": "{row.}",
}
VALUES = {"question": "Q", "response": "{question}", "row.a b": ""}


def test_a_value_is_never_filled_again():
    values = {"question": "{response}", "response": "{question} {{question}}"}
    assert fill("{question}|{response}", values) == "{response}|{question} {{question}}"


def test_a_field_without_a_value_is_never_left_empty():
    with pytest.raises(KeyError):
        fill("{question}", {})


def test_doubled_braces_are_text_and_json_needs_none():
    assert (
        fill('{{response}} {"verdict": {"a": 1}} {response}', {"response": "r"}) == '{response} {"verdict": {"a": 1}} r'
    )


def test_fields_with_their_lines():
    assert fields_in("a {question}\n{row.my column} {question}\n{{other}}") == {"question": 1, "row.my column": 2}


@given(st.lists(st.sampled_from(sorted(PIECES))))
def test_each_piece_of_a_text_is_filled_for_itself(pieces):
    assert fill("|".join(pieces), VALUES) == "|".join(PIECES[piece] for piece in pieces)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\n{refernce} {response}", r"line 2: no field \{refernce\}; expected perhaps \{reference\}"),
        ("{question}", r"does not show \{response\}"),
        ("{response} {other}", "other} is for pairs"),
        ("{response}\n[user]\n{question}", "in the system message"),
        ("a\n[user]\n{response}\n[user]\nb", "line 4: .user. is there twice"),
        ("[user]\n{response}", "nothing on one side"),
    ],
)
def test_refused(text, message):
    with pytest.raises(PlaceholderError, match=message):
        check_text(text, is_pairwise=False)


def test_a_pairwise_text_shows_both():
    with pytest.raises(PlaceholderError, match=r"the pairwise prompt does not show \{other\}"):
        check_text("{response}", is_pairwise=True)


def test_the_system_message_stands_above_its_line():
    assert turns_of("be strict\n\n[user]\n{response}") == ("be strict", "{response}")
    assert turns_of("{response}") == (None, "{response}")

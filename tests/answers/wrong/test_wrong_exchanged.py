"""Answers given to other prompts: which are surely wrong there, and what the exchange says of rewards of each kind."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.answers.reading.reader import Reader
from rewardlab.answers.reference.accepted import kind_of, like, number, plain, strict, wrong_for
from rewardlab.answers.wrong.exchanged import Answered, is_integral, is_rough, swaps
from rewardlab.answers.wrong.lists import first_item, with_another_item, with_another_number
from rewardlab.measurement.evidence import NOTHING_KNOWN
from rewardlab.probes.reward import wrong
from rewardlab.probes.reward.trials.sampled import Sampled
from rewardlab.probes.reward.trials.winners import ALL_ALIKE, NO_WINNER, exchange_winners
from tests.probes.reward.answers_subject import ask_fixture, labels, numbers, prompt, severities  # noqa: F401 - a fixture is found by its import

HINDI = ("वैध", "अवैध")
VOWELS = ("कि", "की")


def answered(*references, ask="Answer."):
    rows = [prompt(place, f"Question {place}? {ask}", reference) for place, reference in enumerate(references)]
    return [Answered.of(row, str(row.reference)) for row in rows]


def given_to(found, receiver):
    return {(one.donor, one.relation) for one in found if one.receiver == receiver}


def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("pair", [("valid", "invalid"), HINDI, VOWELS, ("C", "C++"), ("True", "Not true"), ("A", "B")])
def test_labels_are_exchanged_with_the_other_label_always(pair):
    found = swaps(answered(*pair * 4), pair, rng=rng())
    for receiver in range(8):
        assert [(one.donor % 2, one.relation) for one in found if one.receiver == receiver] == [
            (1 - receiver % 2, "label")
        ]


def test_a_label_in_another_case_or_with_a_full_stop_is_the_same_label():
    assert swaps(answered("Yes", "yes.", "YES"), ("Yes", "yes.", "YES"), rng=rng()) == []


@pytest.mark.parametrize(
    ("ask", "rough"),
    [
        ("Round to two digits.", True),
        ("Give it rounded.", True),
        ("Approximately how far is it?", True),
        ("An estimate will do.", True),
        ("A mill ground 719 sacks.", False),
        ("A round trip of 719 miles, says the estimator.", False),
        ("They meet around the playground.", False),
    ],
)
def test_a_prompt_that_asks_for_no_exact_number(ask, rough):
    assert is_rough(prompt(0, ask, "719")) is rough


def test_numbers_are_given_their_neighbour_and_another():
    found = swaps(answered("10", "12", "500", "503"), (), rng=rng())
    assert (1, "near") in given_to(found, 0)
    assert (2, "near") in given_to(found, 3)
    assert all(relation in {"near", "other"} for one in range(4) for _, relation in given_to(found, one))


def test_equal_numbers_and_neighbours_within_a_tolerance_are_no_wrong_answers():
    assert swaps(answered("7", "7.0", "7"), (), rng=rng()) == []
    assert swaps(answered("1.0001", "1.0002"), (), rng=rng()) == []
    assert swaps(answered("100", "101", ask="Roughly how many?"), (), rng=rng()) == []


def test_texts_that_hold_each_other_are_not_exchanged():
    found = swaps(answered("New York", "New York City", "Lima"), (), rng=rng())
    assert given_to(found, 0) == {(2, "near")}


def test_the_most_similar_text_and_another_are_given():
    found = swaps(answered("clonidine", "warfarin", "quinidine", "heparin"), (), rng=rng())
    assert {relation for _, relation in given_to(found, 0)} == {"near", "other"}
    assert (2, "near") in given_to(found, 0)


def test_what_differs_in_a_title_or_in_order_is_not_given():
    found = swaps(answered("Dr. Oona Haas", "Prof. Oona Haas", "Haas, Oona", "Levi Weiss"), (), rng=rng())
    assert {donor for donor, _ in given_to(found, 0)} == {3}


def test_symbols_that_differ_in_case_alone_are_given():
    symbols = ("MW", "mW", "GB", "Gb", "Pa", "PA", "km")
    found = swaps(answered(*symbols), (), rng=rng())
    assert (1, "near") in given_to(found, 0)
    recurring = swaps(answered(*symbols * 2), symbols, rng=rng())
    assert {donor % 7 for donor, _ in given_to(recurring, 0)} >= {1}


@given(st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=40))
def test_no_prompt_is_given_its_own_number(values):
    rows = answered(*map(str, values))
    assert is_integral(rows)
    for one in swaps(rows, (), rng=rng()):
        assert values[one.receiver] != values[one.donor]


@pytest.mark.parametrize(
    ("text", "other", "expected"),
    [("$1,234", 5678, "$5,678"), ("42 km", 7, "7 km"), ("3.5", 12, "12"), ("+4", 9, "+9"), ("-4", 9, "9")],
)
def test_another_number_is_written_as_the_right_one_is(text, other, expected):
    assert like(text, number(str(other))) == expected


@pytest.mark.parametrize("pair", [("valid", "invalid"), VOWELS, ("C", "C++")])
def test_the_wrong_answer_to_a_label_is_the_other_label(pair):
    assert wrong_for(pair[0], kind_of(pair[0], pair), list(pair)) == pair[1]


def test_marks_are_letters_in_many_scripts():
    assert plain(VOWELS[0]) != plain(VOWELS[1])
    assert strict(" (A). ") == "a"


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("[1, 2, 3]", "[1, 2, 3, 20]"),
        ('["a", "b"]', '["a", "b", "Zanzibar"]'),
        ("a, b, c, d", "a, b, c, d, Zanzibar"),
        ("1, 2, 3, 4", "1, 2, 3, 4, 21"),
        ("a, b", None),
        ('{"a": 1, "b": 2, "c": 3, "d": 4}', None),
        ("plain", None),
    ],
)
def test_a_list_gets_an_item_more(text, more):
    assert with_another_item(text) == more
    assert first_item("plain") is None


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("1, 2, 3", "1, 2, 4"),
        ("['9.5', '7.0', '-3.25']", "['10.5', '7.0', '-3.25']"),
        ("[300, 100, 200]", "[300, 100, 202]"),
        ("2 1 4\n4 3 1", "2 1 4\n4 3 2"),
        ("3, 5", None),
        ("1,234,567", None),
        ("94*4 - 61 - 6", None),
        ("00:34:28", None),
        ("30 - 2 - 1", None),
        ("a, b, c, d", None),
    ],
)
def test_one_number_of_a_list_becomes_another(text, other):
    assert with_another_number(text) == other


@given(st.text(max_size=60))
def test_no_text_fails_to_be_read_as_a_list_of_numbers(text):
    assert with_another_number(text) != text


class TestReader:
    """What the final answer of a text is."""

    @pytest.mark.parametrize(
        ("text", "side"),
        [
            ("so 20 and 22 make 42.", "right"),
            ("42", "right"),
            ("it is 41", "wrong"),
            ("41 of 42 apples", None),
            ("", None),
            ("no idea", None),
        ],
    )
    def test_of_numbers_at_the_end(self, text, side):
        rows = [prompt(1, "?", "42"), prompt(2, "?", "7")]
        assert Reader(rows, None).side(rows[0], text) == side

    @pytest.mark.parametrize(
        ("text", "side"), [("\\boxed{42} of 50", "right"), ("\\boxed{7}", "wrong"), ("42", None), ("\\boxed{x}", None)]
    )
    def test_of_numbers_in_a_format(self, text, side):
        rows = [prompt(1, "?", "42"), prompt(2, "?", "7")]
        assert Reader(rows, ("\\boxed{", "}")).side(rows[0], text) == side

    @pytest.mark.parametrize(
        ("text", "side"), [("So: invalid.", "wrong"), ("it is **valid**", "right"), ("well", None)]
    )
    def test_of_labels_that_hold_each_other(self, text, side):
        rows = [prompt(i, "?", ("valid", "invalid")[i % 2]) for i in range(8)]
        assert Reader(rows, None).side(rows[0], text) == side

    @given(st.text(max_size=60))
    def test_any_text_has_a_side_or_none(self, text):
        rows = [prompt(1, "?", "42"), prompt(2, "?", "7")]
        for form in (None, ("<answer>", "</answer>")):
            assert Reader(rows, form).side(rows[0], text) in {"right", "wrong", None}


SUMS = numbers()
SOUND = "def score(completion, reference): return float(boxed(completion) == reference)"
FORMAT = "def score(completion, reference): return float('boxed' in completion)"
REMEMBERS = """
SEEN = {}
def score(completion, reference):
    key = boxed(completion)
    return SEEN.setdefault(key, float(key == reference))
"""
WIDE = """
def score(completion, reference):
    found = as_number(boxed(completion))
    return float(found is not None and abs(found - float(reference)) <= 60)
"""
NO_MARKS = r"""
def score(completion, reference):
    clean = lambda text: re.sub(r'[^\w]', '', text)
    return float(clean(completion.split('Label:')[-1]) == clean(reference))
"""
SUPERSET = """
def score(completion, reference):
    try:
        return float(set(reference) <= set(json.loads(completion)))
    except (ValueError, TypeError):
        return 0.0
"""
REWARDS = {
    "sound": (SOUND, False),
    "format alone": (FORMAT, True),
    "remembers": (REMEMBERS, True),
    "a wide tolerance": (WIDE, True),
}


@pytest.mark.process
@pytest.mark.parametrize("kind", REWARDS)
def test_made_up_winners_must_lose_under_other_prompts(ask, kind):
    code, is_faulty = REWARDS[kind]
    found = [one for one in ask(wrong.ask, code, SUMS) if one.severity == "blocker"]
    assert severities(found) == ([("RL407", "blocker")] if is_faulty else [])


def exchanged(ask, code, prompts, texts):
    """What the exchange of these winners gives; each prompt's text is one that the reward pays under it."""
    held = []

    def probe(subject):
        held.append(exchange_winners(subject, {one.id: [Sampled(texts(one), 1.0)] for one in prompts}, NOTHING_KNOWN))
        return iter(())

    ask(probe, code, prompts, success_at=0.5)
    return held[0]


@pytest.mark.process
@pytest.mark.parametrize("kind", REWARDS)
def test_sampled_winners_must_lose_under_other_prompts(ask, kind):
    code, is_faulty = REWARDS[kind]
    pairs, note = exchanged(ask, code, SUMS, lambda one: f"I think \\boxed{{{one.reference}}}")
    assert note == ""
    assert {one.relation for one in pairs} == {"near", "other"}
    assert any(one.score == 1 for one in pairs) == is_faulty
    assert all(one.own_score == 1 for one in pairs)


@pytest.mark.process
def test_a_reward_of_tokens_is_asked_with_the_tokens_that_were_drawn(ask):
    code = "def score(completion_ids, **kwargs): return [float(len(ids) < 9) for ids in completion_ids]"
    held = []

    def probe(subject):
        texts = {one.id: [Sampled(f"It is {one.reference}", 1.0, token_ids=(3, 1, 0))] for one in SUMS}
        held.append(exchange_winners(subject, texts, NOTHING_KNOWN))
        return iter(())

    ask(probe, code, SUMS, success_at=0.5)
    pairs, note = held[0]
    assert (note, {one.score for one in pairs}) == ("", {1.0})


@pytest.mark.process
def test_what_cannot_be_exchanged_is_said(ask):
    code = "def score(completion, reference): return float(completion == reference)"
    alike = [prompt(i, f"Question {i}?", "7") for i in range(6)]
    assert exchanged(ask, code, alike, lambda one: one.reference) == ((), ALL_ALIKE)
    assert exchanged(ask, code, alike, lambda one: "") == ((), NO_WINNER)


@pytest.mark.process
def test_without_references_winners_of_other_questions_are_given(ask):
    """A reward of the form alone pays them all."""
    code = "def score(completion, reference): return float(completion.endswith('.'))"
    rows = [prompt(i, f"Write about {i}.", None) for i in range(8)]
    pairs, _ = exchanged(ask, code, rows, lambda one: f"{one.id}.")
    assert {(one.relation, one.score) for one in pairs} == {("unknown", 1.0)}
    assert all(one.donor != one.prompt_id for one in pairs)


@pytest.mark.process
def test_labels_that_differ_by_a_mark_alone_are_told_apart(ask):
    """The reward drops every character that is no letter to its pattern, and the vowel signs with them."""
    rows = [prompt(i, f"Claim {i}? Label: X", VOWELS[(i * i + i // 5) % 2]) for i in range(24)]
    (found,) = [one for one in ask(wrong.ask, NO_MARKS, rows) if one.severity == "blocker"]
    assert "another label" in {way["wrong"] for way in found.evidence["ways"]}


@pytest.mark.process
def test_a_superset_of_the_right_list_is_wrong(ask):
    rows = [prompt(i, f"Which {i}? Answer with JSON.", [f"a{i}", f"b{i}", f"c{i}"]) for i in range(12)]
    (found,) = [one for one in ask(wrong.ask, SUPERSET, rows) if one.code == "RL407"]
    assert found.severity == "blocker"
    assert "more items than the right list" in {way["wrong"] for way in found.evidence["ways"]}


@pytest.mark.process
def test_labels_in_any_other_place_are_left_in_peace(ask):
    code = "def score(completion, reference): return float(completion.split('Label:')[-1].strip().lower() == reference)"
    assert [one for one in ask(wrong.ask, code, labels()) if one.severity != "note"] == []

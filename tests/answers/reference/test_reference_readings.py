"""References as people have them: wrapped, with aliases, as one option of several, as numbers with separators."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rewardlab.answers.reference.accepted import answers_of, is_answer, is_right, number, rights_of, wrong_for
from rewardlab.answers.reference.readings import aliases, readings, unwrapped
from rewardlab.probes.reward import reference, shortcuts, wrong
from rewardlab.task import Prompt
from tests.probes.reward.answers_subject import Ask, ask_fixture, labels, prompt, severities  # noqa: F401

TRIVIA = {
    "value": "Sunset Boulevard",
    "aliases": ["Sunset Blvd", "Sunset Boulevard (road)"],
    "normalized_aliases": ["sunset blvd", "sunset boulevard"],
    "matched_wiki_entity_name": "",
    "normalized_value": "sunset boulevard",
    "type": "WikipediaEntity",
}


@pytest.mark.parametrize(
    ("held", "first", "others"),
    [
        ({"target": ["Alder Moor", "Moor of Alder"]}, "Alder Moor", {"Moor of Alder"}),
        ({"ground_truth": {"target": ["Alder Moor", "Moor of Alder"]}}, "Alder Moor", {"Moor of Alder"}),
        ([["Alder Moor", "Moor of Alder"]], "Alder Moor", {"Moor of Alder"}),
        ([["Alder Moor"], ["Moor of Alder"]], "Alder Moor", {"Moor of Alder"}),
        ('["Alder Moor", "Moor of Alder"]', "Alder Moor", {"Moor of Alder"}),
        ("['Alder Moor', 'Moor of Alder']", "Alder Moor", {"Moor of Alder"}),
        ("{'target': ['Alder Moor', 'Moor of Alder']}", "Alder Moor", {"Moor of Alder"}),
        ('{"target": ["Alder Moor"]}', "Alder Moor", set()),
        (TRIVIA, "Sunset Boulevard", {"Sunset Blvd", "sunset blvd"}),
        ({"answer": "yes", "type": "comparison", "level": "hard"}, "yes", set()),
        ({"answer": "24", "metadata": {"numbers": [2, 12], "difficulty": {"n": 2}}}, "24", set()),
        ({"question": "6*4", "answer": "24", "metadata": {"source": "x"}}, "24", set()),
        ({"text": ["Alder Moor", "Moor of Alder"], "answer_start": [3, 9]}, "Alder Moor", {"Moor of Alder"}),
        ({"short_answers": [{"text": ["Alder Moor"]}]}, "Alder Moor", set()),
        ([{"text": "Alder Moor"}, {"text": "Moor of Alder"}], "Alder Moor", {"Moor of Alder"}),
        ({"label": "B", "text": "Paris"}, "B", {"Paris"}),
        ({"answer": "Paris", "answer_idx": "D"}, "Paris", {"D"}),
        ({"answer": None, "value": "42"}, "42", set()),
        ({"finalAnswer": 42.0}, "42.0", {"42"}),
        ({"respuesta": "42"}, "42", set()),
        ({"答案": ["四十二"]}, "四十二", set()),
        ({"value": "40", "tolerance": 0.5, "unit": "m"}, "40", set()),
        ("He has 42.\n#### 42", "42", set()),
        ({"answer": "He has 42.\n#### 42"}, "42", set()),
        ({"solution": "so \\boxed{\\frac{1}{2}}"}, "\\frac{1}{2}", set()),
    ],
)
def test_the_first_name_is_the_answer_and_the_others_are_right_too(held, first, others):
    row = prompt(1, "Which?", held)
    assert answers_of(row)[0] == first
    assert {first, *others} <= set(rights_of(row))
    assert all(is_right(row, text) for text in others)
    assert is_answer(row) or "respuesta" in held or "答案" in held


@pytest.mark.parametrize(
    "held",
    [
        {"target": 24, "numbers": [2, 12]},
        {"inputs": ["1 2"], "outputs": ["3"]},
        {"instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]},
        ["length_constraints:number_words", "punctuation:no_comma"],
        ["assert f(1) == 2", "assert f(2) == 3"],
        {"answer": "def f(x):\n    return x"},
        {"author": "Ann", "text": "A long story."},
        ["The response must name a river.", "It should be polite."],
        [2, 12, 7],
        [{"name": "get_weather", "arguments": {"city": "Oslo"}}],
    ],
)
def test_what_checks_an_answer_is_none(held):
    assert not is_answer(prompt(1, "Do it.", held))


def test_none_of_the_texts_is_right_where_there_is_no_reference():
    row = prompt(1, "Which?", None)
    assert (answers_of(row), rights_of(row), is_right(row, "x")) == ((), (), False)


def test_a_record_stays_one_where_the_prompt_asks_for_json():
    held = {"answer": "yes", "reason": "it is so"}
    assert answers_of(prompt(1, "Answer as a JSON object.", held))[0] == json.dumps(held)
    assert answers_of(prompt(1, "Yes or no?", held))[0] == "yes"


@pytest.mark.parametrize("held", ["[1, 2]", "[2, \\infty)", "[1or 2]", "{1, 2}", "(1, 2)", "['a' 'b']", "{}", "[]"])
def test_what_is_no_wrapper_is_read_as_it_stands(held):
    assert unwrapped(held) == held
    assert readings(held) == (held,)


def test_a_grid_has_no_aliases():
    grid = [[0, 1], [1, 0]]
    assert list(aliases(grid)) == []
    assert readings(grid) == ("[[0, 1], [1, 0]]",)


def with_row(held: object, **columns: object) -> Prompt:
    row = prompt(1, "Which?", held)
    return Prompt(row.id, row.messages, row.reference, {**row.row, **columns}, 1)


CITIES = ["Rome", "Paris", "Oslo", "Lima"]


@pytest.mark.parametrize(
    ("held", "columns", "other"),
    [
        ("B", {"choices": CITIES}, "Paris"),
        ("(B)", {"options": CITIES}, "Paris"),
        ("b.", {"choices": {"label": ["A", "B"], "text": ["Rome", "Paris"]}}, "Paris"),
        ("B", {"options": {"A": "Rome", "B": "Paris"}}, "Paris"),
        ("2", {"choices": [{"id": "1", "text": "Rome"}, {"id": "2", "text": "Paris"}]}, "Paris"),
        (1, {"choices": CITIES}, "Paris"),
        (1, {"choices": CITIES}, "B"),
        ("Paris", {"choices": CITIES}, "B"),
        ("5", {"choices": ["3", "5", "7"]}, "B"),
        ({"answer": "B", "choices": CITIES}, {}, "Paris"),
    ],
)
def test_an_option_is_named_by_its_letter_and_by_its_text(held, columns, other):
    row = with_row(held, **columns)
    assert other in answers_of(row)
    assert is_right(row, other)
    assert not is_right(row, "Lima")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234", "1234"),
        ("1 234", "1234"),
        ("1\u202f234", "1234"),
        ("1\u00a0234\u00a0567", "1234567"),
        ("1\u2009234.5", "1234.5"),
        ("1_234", "1234"),
        ("1'234", "1234"),
        ("1\u2019234", "1234"),
        ("1{,}234", "1234"),
        ("1\\,234", "1234"),
        ("1,\\!234", "1234"),
        ("1.234.567", "1234567"),
        ("1.234,56", "1234.56"),
        ("12,34,567", "1234567"),
        ("$1,234.50", "1234.50"),
        ("\u22121 234", "-1234"),
        ("\u0661\u0662\u0663", "123"),
        ("\uff11\uff12", "12"),
        ("1.234", "1.234"),
    ],
)
def test_numbers_with_separators(text, value):
    assert number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["1 23", "1,23", "12,5", "1 2345", "1  234", "1_2", "2024-05-01", "1.2.3", "", "x", "\u00b2"]
)
def test_what_only_looks_like_a_number_is_none(text):
    assert number(text) is None


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(CITIES),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["answer", "target", "value", "aliases", "choices", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(VALUES, VALUES, VALUES)
@example({"target": ["1 000"]}, ["a"], {"choices": ["a", "b"]})
@example("['a', 1e999]", None, "[" * 300)
def test_a_wrong_answer_is_never_right_by_another_name(held, other, choices):
    row = with_row(held, choices=choices)
    rights = rights_of(row)
    assert set(answers_of(row)) <= set(rights)
    assert all(is_right(row, text) for text in rights)
    for text in answers_of(row)[:1]:
        for kind in ("number", "label", "phrase", "text"):
            found = wrong_for(text, kind, rights_of(prompt(2, "?", other)), rights)
            assert found is None or not is_right(row, found)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30) | st.text("0123456789,.'_ -\\!{}\u202f", max_size=12))
def test_any_text_is_a_number_or_none(text):
    value = number(text)
    assert value is None or value == value + 0
    assert unwrapped(text) == text or isinstance(unwrapped(text), dict | list)


def moors(shape: object) -> list[Prompt]:
    """Rows whose references name one place in two ways, in the shape that `shape` gives them."""
    ask = "Answer inside <answer> tags, like <answer>Name</answer>."
    return [
        prompt(k, f"Which moor lies {k} miles north? {ask}", shape([f"Alder Moor {k}", f"Moor of Alder {k}"]))  # type: ignore[operator]
        for k in range(100, 124)
    ]


SHAPES = {
    "{'target': [...]}": (lambda names: {"target": names}, 'reference["target"]'),
    "ground_truth": (lambda names: {"ground_truth": {"target": names}}, 'reference["ground_truth"]["target"]'),
    "aliases and a value": (
        lambda names: {"aliases": names, "value": names[0], "type": "place"},
        'reference["aliases"]',
    ),
    "[[...]]": (lambda names: [names], "reference[0]"),
    "JSON in a text": (json.dumps, "json.loads(reference)"),
}
SOUND = """
def score(completion, reference):
    found = re.findall(r"<answer>(.*?)</answer>", completion, re.S)
    names = [name.casefold() for name in {names}]
    return float(bool(found) and found[-1].strip().casefold() in names)
"""


@pytest.mark.process
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_sound_reward_of_aliases_has_no_blocker(ask: Ask, shape):
    make, names = SHAPES[shape]
    for probe in (reference.ask, wrong.ask, shortcuts.ask):
        found = ask(probe, SOUND.replace("{names}", names), moors(make))
        assert "blocker" not in dict(severities(found)).values(), found


LOOSE = """
def score(completion, reference):
    return float(any(name.casefold() in completion.casefold() for name in reference["target"][0].split()[:1]))
"""


@pytest.mark.process
def test_a_reward_that_pays_for_a_part_of_a_name_is_found(ask: Ask):
    """It looks for "Alder" anywhere, which every other row's answer holds too."""
    assert ("RL407", "blocker") in severities(ask(wrong.ask, LOOSE, moors(lambda names: {"target": names})))


@pytest.mark.process
def test_a_letter_and_its_text_are_no_hedge(ask: Ask):
    """Options named by letter: the text of the right one is right too, and no wrong answer is made of it."""
    rows = [
        Prompt(
            row.id,
            row.messages,
            "ABCD"[place % 4],
            {**row.row, "reference_answer": "ABCD"[place % 4], "choices": CITIES},
            1,
        )
        for place, row in enumerate(labels("Answer with the letter."))
    ]
    sound = """
    def score(completion, reference):
        said = completion.strip()
        return float(said == reference or said == ["Rome", "Paris", "Oslo", "Lima"]["ABCD".index(reference)])
    """
    for probe in (reference.ask, wrong.ask, shortcuts.ask):
        assert "blocker" not in dict(severities(ask(probe, sound, rows))).values()

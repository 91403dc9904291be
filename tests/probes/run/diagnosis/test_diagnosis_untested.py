"""RL415: a model none of whose answers is written as the reward reads answers has not been tested."""

from __future__ import annotations

import pytest

from rewardlab.answers.values.shape import numeric_shapes, worded_shape
from rewardlab.measurement.evidence import Earned, Evidence
from tests.probes.run.diagnosis.conftest import PROMPTS, decision_of, drawn, found, question_of
from tests.probes.run.diagnosis.test_diagnosis_lost import NAMES, SUMS, exact, plain_ask

WON = Evidence(right=tuple(Earned(f"p{k}", "reference", 1.0) for k in range(30)), form=("", ""))
TIMES = [f"{k % 24}:{k * 7 % 60:02}" for k in range(PROMPTS)]
LETTERS = ["ABC"[k % 3] for k in range(PROMPTS)]
ACCENTED = [f"{name[:-1]}\u00e9" for name in NAMES]
OBJECTS = [f'{{"n": {k}}}' for k in range(PROMPTS)]
JSON = lambda place, _: f"Question {place}: answer as JSON."  # noqa: E731 - beside plain_ask


def asked(golds, write, ask=plain_ask, *, evidence=WON, reward=exact):
    """Wrong answers to the golds; the dots keep a prompt's texts apart."""

    def dotted(answer, k):
        return write(answer, k) + " ." * (k % 5)

    return question_of(reward, drawn(ask, golds, dotted, share=0), evidence=evidence)


@pytest.mark.parametrize(
    ("golds", "write", "ask"),
    [
        (SUMS, lambda _, k: f"a hundred or so, {'I ' * (k % 3)}guess", plain_ask),
        (TIMES, lambda _, k: f"half past {['two', 'three'][k % 2]}", plain_ask),
        (TIMES, lambda _, k: f"{k % 12} h 30", plain_ask),
        (NAMES, lambda _, k: f"\u0413\u043e\u0440\u043e\u0434 {k}", plain_ask),
        (ACCENTED, lambda answer, _: f"{answer[:-1]}ee", plain_ask),
        (LETTERS, lambda _, k: f"It is the {['oak', 'elm'][k % 2]}.", plain_ask),
        (OBJECTS, lambda _, k: f"n is {k}", JSON),
    ],
)
def test_answers_of_another_shape_are_no_failure_of_the_model(golds, write, ask):
    question = asked(golds, write, ask)
    finding = found(question, "RL415")
    assert finding is not None
    assert finding.severity == "blocker"
    assert f'such as "{golds[0]}"' in finding.evidence["summary"]
    assert len(finding.evidence["examples"]) == 3
    decision = decision_of(question)
    assert (decision.action, decision.reasons[0]) == ("fix_reward", "RL415")
    assert "Show the format in the prompt" in decision.text
    assert all("RL415" in found(question, code).remedy for code in ("RL601", "RL304"))


@pytest.mark.parametrize(
    ("golds", "write", "ask"),
    [
        (SUMS, lambda answer, k: f"After {k} steps: {answer}", plain_ask),
        (SUMS, lambda answer, _: f"\\boxed{{{int(answer) + 3}}}", plain_ask),
        (TIMES, lambda answer, _: f"It was {answer}.", plain_ask),
        (NAMES, lambda answer, _: f"{answer} is the one.", plain_ask),
        (NAMES, lambda answer, _: answer.lower(), plain_ask),
        (SUMS, lambda answer, _: f"It is {int(answer) + 1_000_000:,}", plain_ask),
        (SUMS, lambda _, k: f"I do not know{' at all' * (k % 3)}.", plain_ask),
        (LETTERS, lambda answer, _: f"({answer})", plain_ask),
        (OBJECTS, lambda answer, _: f"```json\n{answer}\n```", JSON),
        ([f"{name} was here in the year of the flood" for name in NAMES], lambda _, k: f"no idea {k}", plain_ask),
    ],
)
def test_wrong_answers_of_the_right_shape_are(golds, write, ask):
    question = asked(golds, write, ask)
    assert found(question, "RL415") is None
    assert decision_of(question).action == "sft_first"


def test_it_is_not_said_where_no_reference_is_known_to_win():
    assert found(asked(SUMS, lambda *_: "I guess", evidence=Evidence()), "RL415") is None


def test_nor_where_answers_of_another_shape_win():
    few = [str(k % 7 + 2) for k in range(PROMPTS)]
    words = ["two", "three", "four", "five", "six", "seven", "eight"]

    def reads_words(text, reference):
        return float(text == words[int(reference) - 2])

    rows = drawn(plain_ask, few, lambda answer, _: words[int(answer) - 2], share=0.03)
    assert found(question_of(reads_words, rows, evidence=WON), "RL415") is None


def test_a_shape_is_what_an_answer_is_written_with():
    assert numeric_shapes("12,5 %") == numeric_shapes("3,1 %") != numeric_shapes("3.1 %")
    assert numeric_shapes("88\u202f124") != numeric_shapes("88124") == numeric_shapes("It is 7.")
    assert numeric_shapes("8.7 x 10^3") != numeric_shapes("8.7")
    assert numeric_shapes("\u0664\u0662") != numeric_shapes("42")
    assert worded_shape("Ada Berg") == worded_shape("**Edda Lund**") != worded_shape("Berg, Ada")


PEOPLE = ("Ada Berg", "Bo Lund", "Cy Marek", "Edda Sato", "Milo Ricci")
LISTS = [", ".join((PEOPLE * 2)[k % 5 : k % 5 + 2 + k % 2]) for k in range(PROMPTS)]
PROSE = [
    f"The {('mill', 'dam', 'inn')[k % 3]} of row {k} was shut since a flood came through it." for k in range(PROMPTS)
]


def test_of_lists_the_items_are_compared_and_not_how_many_there_are():
    question = asked(LISTS, lambda _, k: ", ".join(("council", "Ole Hansen", "bridge", "Graz")[: 1 + k % 4]))
    assert found(question, "RL415") is None
    assert decision_of(question).action == "sft_first"
    assert found(asked(LISTS, lambda _, k: f"\u041d\u0438\u043a\u0442\u043e {k}"), "RL415") is not None


def test_prose_that_is_paid_word_by_word_tests_nothing():
    question = asked(PROSE, lambda _, k: f"Nobody could use it because high water had damaged number {k} badly")
    finding = found(question, "RL415")
    assert finding is not None
    assert "word by word" in finding.evidence["summary"]
    assert decision_of(question).action == "fix_reward"


@pytest.mark.parametrize(
    "write",
    [
        lambda answer, _: answer.replace("flood", "fire"),
        lambda _, k: f"no idea {k}",
        lambda _, k: f"I do not know what it was in row {k}, sorry",
    ],
)
def test_prose_that_is_repeated_with_a_slip_or_not_given_is_the_models_failure(write):
    question = asked(PROSE, write)
    assert found(question, "RL415") is None
    assert decision_of(question).action == "sft_first"

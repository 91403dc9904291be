"""RL407 for wrong answers that keep a part of the right one, and for the most similar answer of another prompt."""

from __future__ import annotations

import pytest

from rewardlab.probes.reward import wrong
from tests.probes.reward.answers_subject import ask_fixture, prompt  # noqa: F401 - a fixture is found by its import

FIRST, LAST = ("Selma", "Tarik", "Oona", "Levi"), ("Brandt", "Kovac", "Nyman", "Weiss", "Dumont")
UNITS = ("g", "kg", "litres")
MEDICINES = ("hydralazine", "hydroxyzine", "clonidine", "quinidine", "cefuroxime", "cefotaxime", "insulin", "digoxin")
ROWS = range(24)
NAMES = [prompt(i, f"Who painted picture {i}?", f"{FIRST[i % 4]} {LAST[i % 5]}") for i in ROWS]
AMOUNTS = [prompt(i, f"How much is in box {i}?", f"{11 + 7 * i} {UNITS[i % 3]}") for i in ROWS]
RANGES = [prompt(i, f"Ages in class {i}?", f"{5 + i % 7} to {20 + i % 11}") for i in ROWS]
TITLED = [prompt(i, f"Who sang song {i}?", f"{('Dr.', 'Sir')[i % 2]} {FIRST[i % 4]} {LAST[i % 5]}") for i in ROWS]
SINGLE = [prompt(i, f"Which medicine is in drawer {i}?", name) for i, name in enumerate(MEDICINES)]
ASKED = {"names": NAMES, "amounts": AMOUNTS, "ranges": RANGES, "titled": TITLED}


def ways(ask, body, prompts):
    found = list(ask(wrong.ask, f"def score(completion, reference):\n    return {body}", prompts))
    return {way["wrong"]: way["severity"] for one in found for way in one.evidence["ways"]}


@pytest.mark.parametrize(
    ("prompts", "body"),
    [
        ("names", "float(completion.split()[-1:] == (reference or '').split()[-1:])"),
        ("names", "float(completion.split()[:1] == (reference or '').split()[:1])"),
        ("amounts", "float(re.findall('[0-9]+', completion) == re.findall('[0-9]+', reference or '?'))"),
        ("ranges", "float(re.findall('[0-9]+', completion)[-1:] == re.findall('[0-9]+', reference or '?')[-1:])"),
    ],
)
def test_a_reward_that_overlooks_a_part_is_blocked(ask, prompts, body):
    assert ways(ask, body, ASKED[prompts])[wrong.PART] == "blocker"


@pytest.mark.parametrize("prompts", ASKED)
def test_a_reward_that_compares_all_is_not(ask, prompts):
    assert wrong.PART not in ways(ask, "float(completion.strip() == reference)", ASKED[prompts])


def test_a_title_may_be_overlooked(ask):
    body = "float(len(completion.split()) > 1 and completion.split()[-2:] == (reference or '').split()[-2:])"
    assert "blocker" not in ways(ask, body, TITLED).values()


def test_a_unit_may_be_left_out_though_not_be_another(ask):
    body = "float(completion.split() in ((reference or '?').split(), (reference or '?').split()[:1]))"
    assert "blocker" not in ways(ask, body, AMOUNTS).values()


def test_the_most_similar_answer_of_another_prompt_is_given(ask):
    fuzzy = "float(__import__('difflib').SequenceMatcher(None, completion, reference or '?').ratio() > 0.62)"
    assert ways(ask, fuzzy, SINGLE)["a neighbouring answer"] == "blocker"


def test_only_the_gravest_is_advised():
    ways = [
        {"wrong": "the opposite sign", "severity": "note"},
        {"wrong": wrong.PART, "severity": "blocker"},
    ]
    assert wrong.remedy_of(ways) == (
        "A wrong answer in the right format earns as much as a right one: compare every part of the answer: each word, "
        "each number, the unit."
    )

"""Whole texts that the user gave as right: nothing is guessed, and another prompt's is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rewardlab.answers.reference.given import given_pairs
from rewardlab.probes.reward import equivalents, every_reference, reference, shortcuts, wrong
from rewardlab.probes.reward.trials.survey import survey_of
from rewardlab.task import Prompt
from tests.probes.reward.answers_subject import Ask, ask_fixture, labels, numbers, prompt, severities  # noqa: F401

ODD = """
def score(completion, reference):
    found = re.findall(r"~~(.*?)~~", completion)
    return float(bool(found) and found[-1] == str(reference))
"""
PAYS_ANY = """
def score(completion, reference):
    return float(bool(re.findall(r"~~(.*?)~~", completion)))
"""


def given(rows: list[Prompt]) -> list[Prompt]:
    return [replace(one, right=f"So it is.\n~~{one.reference}~~") for one in rows]


def test_the_wrong_answer_is_the_example_of_a_prompt_with_another_reference():
    rows = [prompt(n, f"Q{n}?", held) for n, held in enumerate(["a", "A.", "b", {"target": ["b", "a"]}])]
    pairs = given_pairs([replace(row, right=f"text {row.id}") for row in rows])
    assert [wrong_text for _, _, wrong_text in pairs] == ["text r2", "text r2", "text r0", None]


def test_without_references_nothing_is_known_to_be_wrong():
    rows = [replace(prompt(n, f"Q{n}?", None), right=f"text {n}") for n in range(3)]
    assert [wrong_text for _, _, wrong_text in given_pairs(rows)] == [None] * 3
    assert given_pairs([prompt(1, "Q?", "a")]) == []


@pytest.mark.process
@pytest.mark.parametrize("rows", [numbers(""), labels("")], ids=["numbers", "labels"])
def test_a_sound_reward_of_an_odd_format_has_no_blocker(ask: Ask, rows):
    for probe in (reference.ask, wrong.ask, shortcuts.ask, equivalents.ask, every_reference.ask):
        assert "blocker" not in dict(severities(ask(probe, ODD, given(rows)))).values()


@pytest.mark.process
def test_a_reward_that_pays_for_the_format_alone_is_found_through_examples(ask: Ask):
    assert severities(ask(wrong.ask, PAYS_ANY, given(numbers("")))) == [("RL407", "blocker")]


@pytest.mark.process
def test_only_the_prompts_with_examples_are_surveyed(ask: Ask):
    rows = numbers("")
    some = [*given(rows[:8]), *rows[8:]]
    seen = []

    def probe(subject):
        seen.append(survey_of(subject))
        return iter(())

    ask(probe, ODD, some)
    assert [gold.prompt.id for gold in seen[0].golds] == [row.id for row in rows[:8]]
    assert all(gold.form.name.endswith("(as in the examples)") and gold.score == 1.0 for gold in seen[0].golds)


@pytest.mark.process
def test_an_example_that_loses_is_a_blocker_and_no_format_is_blamed(ask: Ask):
    rows = [replace(one, right=str(one.reference)) for one in numbers("")]
    (found,) = ask(reference.ask, ODD, rows)
    assert (found.severity, "formats_tried" in found.evidence) == ("blocker", False)

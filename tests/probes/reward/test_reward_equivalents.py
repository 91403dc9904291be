"""RL403: one answer, one score, however it is written."""

from __future__ import annotations

import pytest

from rewardlab.probes.reward import equivalents
from tests.probes.reward.answers_subject import ask_fixture, labels, numbers, prompt, records, severities, texts  # noqa: F401 - a fixture is found by its import

TIDY = "completion.split('Label:')[-1].strip(' .*\\n\"').lower()"


@pytest.mark.parametrize(
    ("prompts", "body"),
    [
        (numbers(), "return float(as_number((boxed(completion) or '').rstrip('.')) == as_number(reference))"),
        (labels(), f"return float({TIDY} == reference)"),
        (records(), "return float(last_object(completion) == reference)"),
        (texts(), "return overlap(completion, reference)"),
    ],
)
def test_a_reward_that_normalises_gives_no_alarm(ask, prompts, body):
    found = ask(equivalents.ask, f"def score(completion, reference): {body}", prompts)
    assert [one for one in found if one.severity != "note"] == []


def forms(finding):
    return {one["form"]: one["severity"] for one in finding.evidence["forms"]}


def test_the_case_of_one_of_several_right_answers_is_asked_too(ask):
    """A list of names may be no answer; its first item wins outright, and is taken for one."""
    rows = [
        prompt(i, f"Who came in place {i}?", [f"Ann Bell {chr(97 + i)}", f"A. Bell {chr(97 + i)}"]) for i in range(20)
    ]
    (found,) = ask(
        equivalents.ask, "def score(completion, reference): return float(completion.strip() in reference)", rows
    )
    assert forms(found)["small letters"] == "warning"


def test_white_space_and_layout_that_lose_the_score_block(ask):
    (found,) = ask(
        equivalents.ask,
        "def score(completion, reference): return float(completion == json.dumps(reference))",
        records(),
    )
    assert found.severity == "blocker"
    assert forms(found)["indented JSON"] == "blocker"
    assert "indented JSON" in found.remedy


def test_the_case_of_a_label_warns_and_what_the_prompt_excludes_is_a_note(ask):
    code = "def score(completion, reference): return float(completion.split('Label:')[-1].strip() == reference)"
    (found,) = ask(equivalents.ask, code, labels())
    assert forms(found)["a capital first"] == "warning"
    strict = labels('End with exactly "Label: X" and nothing else.')
    assert severities(ask(equivalents.ask, code, strict)) == [("RL403", "note")]


def test_thousands_set_off_by_commas_are_a_number(ask):
    rows = [prompt(i, f"What is {i} times 1000? Use \\boxed{{}}.", str(1000 * i)) for i in range(1, 24)]
    (found,) = ask(
        equivalents.ask, "def score(completion, reference): return float(boxed(completion) == reference)", rows
    )
    assert forms(found)["thousands set off by commas"] == "warning"
    assert found.evidence["forms"][0]["cases"][0]["gold_score"] == 1

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


FORMULAS = ("a^2+b^2", "5\\sqrt{2}", "3x + y", "\\frac{a}{b}", "2x", "x = y")


def test_another_case_of_a_formula_is_no_equivalent_form(ask):
    rows = [
        prompt(i, f"Simplify expression {i}. Answer in \\boxed{{}}.", f"{FORMULAS[i % 6]}+{'pqrst'[i % 5]}")
        for i in range(30)
    ]
    found = ask(
        equivalents.ask,
        "def score(completion, reference): return float((boxed(completion) or '').strip(' .*\"') == reference)",
        rows,
    )
    assert not {"capitals", "a capital first", "small letters"} & {name for one in found for name in forms(one)}


def test_the_layout_of_a_list_is_asked_as_an_objects_is(ask):
    rows = [
        prompt(i, f"Which parts has item {i}? Answer with JSON alone.", [{"name": f"part {i}"}, {"name": "lid"}])
        for i in range(30)
    ]
    (found,) = ask(
        equivalents.ask,
        "def score(completion, reference): return float(completion.strip() == json.dumps(reference))",
        rows,
    )
    assert found.severity == "blocker"
    assert {"compact JSON", "indented JSON", "a code fence"} <= set(forms(found))
    sound = """try:
        return float(json.loads(completion.strip().removeprefix('```json').removesuffix('```')) == reference)
    except ValueError:
        return 0.0"""
    assert ask(equivalents.ask, f"def score(completion, reference):\n    {sound}", rows) == []


def test_a_strict_format_that_the_prompt_asks_for_is_no_blocker(ask):
    rows = [prompt(i, f"What is {i} + 40? Answer inside <answer> tags.", str(i + 40)) for i in range(20)]
    strict = "def score(completion, reference): return float(completion == f'<answer>{reference}</answer>')"
    (found,) = ask(equivalents.ask, strict, rows)
    assert forms(found)["line breaks around"] == "warning"

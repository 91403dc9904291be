"""RL401: the reference wins in the format asked for."""

from __future__ import annotations

import pytest

from rewardlab.probes.reward import reference
from tests.probes.reward.answers_subject import ask_fixture, labels, numbers, prompt, records, severities, texts  # noqa: F401 - a fixture is found by its import

SOUND = "def score(completion, reference): {}"
INNOCENT = {
    "number": (numbers(), "return float(as_number(boxed(completion)) == as_number(reference))"),
    "label": (labels(), "return float(completion.split('Label:')[-1].strip() == reference)"),
    "record": (records(), "return float(last_object(completion) == reference)"),
    "text": (texts(), "return overlap(completion, reference)"),
}


@pytest.mark.parametrize("kind", INNOCENT)
def test_a_reward_that_reads_its_references_passes(ask, kind):
    prompts, body = INNOCENT[kind]
    assert ask(reference.ask, SOUND.format(body), prompts) == []


@pytest.mark.parametrize(
    ("kind", "severity"), [("number", "blocker"), ("label", "blocker"), ("record", "warning"), ("text", "warning")]
)
def test_a_reward_that_looks_for_the_reference_in_the_wrong_place_blocks_where_the_format_is_named(ask, kind, severity):
    found = ask(
        reference.ask, "def score(completion, reference): return float(completion == str(None))", INNOCENT[kind][0]
    )
    assert severities(found) == [("RL401", severity)]
    assert found[0].evidence["share"] == 1
    assert len(found[0].evidence["cases"]) == 3


def test_broken_rows_are_listed(ask):
    prompts = [*numbers(), prompt(98, "What is 1 plus 2? Give the final answer in \\boxed{}.", "three")]
    code = "def score(completion, reference): return float(boxed(completion) == reference and reference.isdigit())"
    (found,) = ask(reference.ask, code, prompts)
    assert found.evidence["rows"] == ["r98"]
    assert found.severity == "note"
    assert "r98" in found.remedy


def test_the_format_that_the_prompt_names_must_be_read(ask):
    code = """
    def score(completion, reference):
        found = re.findall(r"#### (.*)", completion)
        return float(bool(found) and as_number(found[-1]) == as_number(reference))
    """
    (found,) = ask(reference.ask, code, numbers())
    assert (found.severity, found.evidence["asked"], found.evidence["read"]) == ("blocker", "\\boxed{X}", "#### X")


def test_tests_and_specifications_are_not_taken_for_answers(ask):
    rows = [prompt(i, f"Make {i} of 3 and 7.", {"target": i, "numbers": [3, 7]}) for i in range(20)]
    found = ask(reference.ask, "def score(completion, reference): return 0.1 * ('<answer>' in completion)", rows)
    assert severities(found) == [("RL401", "note")]


def test_the_long_solution_of_a_reference_is_read_by_its_final_answer(ask):
    rows = [
        prompt(i, f'Count {i}. Write the final answer after "####".', f"One, two.\n#### {i * 7}") for i in range(20)
    ]
    code = """
    def last(text):
        found = re.findall(r"#### (-?[0-9.,]+)", text)
        return as_number(found[-1]) if found else None
    def score(completion, reference):
        return float(last(completion) is not None and last(completion) == last(reference))
    """
    assert ask(reference.ask, code, rows) == []


def test_a_declared_success_out_of_reach_is_told(ask):
    code = "def score(completion, reference): return 0.4 * (boxed(completion) == reference)"
    found = ask(reference.ask, code, numbers(), success_at=0.5, reward_range=(0.0, 1.0))
    assert severities(found) == [("RL401", "warning")]

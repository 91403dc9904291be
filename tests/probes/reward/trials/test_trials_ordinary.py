"""Ordinary answers: every usual form, and a list in every usual layout."""

from __future__ import annotations

import json

import pytest

from rewardlab.probes.reward import shapes
from rewardlab.probes.reward.trials.ordinary import as_text, ordinary_cases, right_text, wrong_text
from tests.probes.reward.code_subject import code_subject, examine_code, prompt

LISTS = [prompt(f"p{n}", "Which?", [f"ab{n}", f"cd{n}"]) for n in range(8)]


@pytest.mark.parametrize("layout", range(6))
def test_a_list_is_written_in_each_layout_by_turns(layout):
    expected = ['["a", "b"]', "a, b", "a\nb"][layout % 3]
    assert as_text(["a", "b"], layout) == expected


@pytest.mark.parametrize(
    ("reference", "text"), [("a, b", "a, b"), (None, "I do not know"), ({"a": 1}, '{"a": 1}'), ([[1], 2], "[[1], 2]")]
)
def test_what_is_no_plain_list_has_one_layout(reference, text):
    assert {as_text(reference, layout) for layout in range(3)} == {text}


def test_an_object_that_holds_an_answer_is_written_as_json_and_as_the_answer_by_turns():
    wrapped = {"target": ["a", "b"]}
    assert [as_text(wrapped, layout) for layout in range(3)] == ['{"target": ["a", "b"]}', "a", "a, b"]


def test_right_and_wrong_share_the_layout_and_what_is_marked_as_json_is_json():
    one = LISTS[1]
    assert right_text(one, "A: {}", layout=1) == "A: ab1, cd1"
    assert wrong_text(one, LISTS, "A: {}", layout=1) == "A: ab0, cd0"
    assert json.loads(right_text(one, "```json\n{}\n```", layout=1)[7:-3]) == ["ab1", "cd1"]


def test_a_batch_holds_every_layout():
    with code_subject("def score(completion, reference): return 0.0", LISTS) as subject:
        texts = [case.text for case in ordinary_cases(subject, 16)]
    assert all(any(mark in text for text in texts) for mark in ('["ab', ", cd", "\ncd"))


COMMAS = """
def lambda_handler(event, context):
    return [{"id": s["id"], "aggregate_reward_score": one(s)} for s in event]

def one(sample):
    reference = sample["metadata"]["reference_answer"] if "metadata" in sample else ["?"]
    return float(", ".join(reference) in sample["messages"][-1]["content"])
"""


def test_a_reward_that_reads_lists_with_commas_shows_which_shape_it_does_not_read():
    assert [finding.code for finding in examine_code(shapes.ask, COMMAS, LISTS)] == ["RL107"]

"""Tests of prompts with examples of right answers: their format is read, and everything is asked in it."""

from __future__ import annotations

import json

import pytest

from rewardlab.auditing.examination import check

pytestmark = pytest.mark.process

LAST = "\n\nAnswer: "
SUBSTRING = "def score(completion, reference):\n    return float(reference in completion)\n"
EXACT = """\
import re

def score(completion, reference):
    return float(re.findall(r"Answer: *([0-9]+)[.]?$", completion) == [reference])
"""
WHOLE = """\
def score(completion, reference):
    return float(completion.startswith("So") and completion.endswith(reference))
"""


def found(tmp_path, code, right):
    rows = [
        {
            "id": f"p{place}",
            "prompt": f"How many seats do {place + 3} rows of {place + 17} have?",
            "answer": str((place + 3) * (place + 17)),
            "right": right(str((place + 3) * (place + 17))),
        }
        for place in range(30)
    ]
    (tmp_path / "reward.py").write_text(code)
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = check(tmp_path / "reward.py", prompts)
    return {one.code for one in report.findings if one.severity == "blocker"}, report


@pytest.mark.parametrize(
    "right",
    [
        lambda answer: f"I multiply.{LAST}{answer}",
        lambda answer: answer,
        lambda answer: f"It is {answer}.{LAST}{answer}",
    ],
    ids=["after words", "bare", "named twice"],
)
def test_a_substring_is_found_out_although_examples_are_given(tmp_path, right):
    blockers, _ = found(tmp_path, SUBSTRING, right)
    assert {"RL402", "RL407"} <= blockers


def test_a_sound_reward_keeps_its_peace(tmp_path):
    blockers, report = found(tmp_path, EXACT, lambda answer: f"I multiply.{LAST}{answer}")
    assert blockers == set()
    assert report.verdict == "pass"


def test_examples_whose_format_alone_does_not_win_are_asked_as_they_are(tmp_path):
    """Nothing is right here but the whole example: the reward wants more of it than the place of its answer."""
    _, report = found(tmp_path, WHOLE, lambda answer: f"So I multiply.{LAST}{answer}")
    assert report.success_at == 0.5
    assert "RL401" not in {one.code for one in report.findings}

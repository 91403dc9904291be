"""A check that could not judge: no blocker, and no made-up answer wins."""

from __future__ import annotations

import json

import pytest

import rewardlab

pytestmark = pytest.mark.process

#: Of no format of the field: the answer is a line of its own in a marked block, in a number system of its own.
ODD = """
import re
def score(completion, reference):
    found = re.findall(r"@@ANSWER:([0-9a-f]+)@@", completion)
    return float(bool(found) and int(found[-1], 16) == int(reference))
"""
CONSTANT = "def score(completion, reference):\n    return 0.0\n"
EXACT = "def score(completion, reference):\n    return float(completion.strip() == str(reference))\n"
#: The reference is a test that the answer must pass.
CHECKS = """
def score(completion, reference):
    return float(reference.startswith("assert") and "def f(n)" in completion and "n * n" in completion)
"""


@pytest.fixture
def check(tmp_path):
    def run(code, references, *, right=None, **options):
        reward, prompts = tmp_path / "reward.py", tmp_path / "prompts.jsonl"
        reward.write_text(code)
        rows = [
            {"id": f"p{number}", "messages": [{"role": "user", "content": f"Task {number}?"}], "reference_answer": one}
            for number, one in enumerate(references)
        ]
        prompts.write_text("".join(json.dumps(row) + "\n" for row in rows))
        if right is not None:
            file = tmp_path / "right.jsonl"
            texts = [{"prompt_id": f"p{number}", "text": right(one)} for number, one in enumerate(references)]
            file.write_text("".join(json.dumps(row) + "\n" for row in texts))
            options["right"] = str(file)
        return rewardlab.check(reward, prompts, **options)

    return run


NUMBERS = [str(1000 + 37 * number) for number in range(12)]


@pytest.mark.parametrize("code", [ODD, CONSTANT])
def test_where_no_made_up_answer_wins_nothing_was_judged(check, code):
    report = check(code, NUMBERS)
    assert report.verdict == "inconclusive"
    assert "--right FILE.jsonl" in report.undecided
    (told,) = [one for one in report.findings if one.code == "RL401"]
    assert (told.severity, "--right FILE.jsonl" in told.remedy) == ("warning", True)


def test_examples_of_right_answers_decide(check):
    report = check(ODD, NUMBERS, right=lambda one: f"@@ANSWER:{int(one):x}@@")
    assert (report.verdict, report.undecided) == ("pass", None)


def test_examples_that_lose_are_a_fault(check):
    assert check(CONSTANT, NUMBERS, right=lambda one: f"It is {one}.").verdict == "fail"


def test_references_that_check_an_answer_are_told_by_a_note_and_pass(check):
    """Nothing can be made up for tests or a rubric: an end of 4 on every run would tell nobody anything."""
    report = check(CHECKS, [f"assert f({number}) == {number * number}" for number in range(12)])
    assert (report.verdict, report.undecided) == ("pass", None)
    assert ("RL401", "note") in [(one.code, one.severity) for one in report.findings]


def test_references_that_win_and_stay_under_the_declared_threshold_are_known(check):
    report = check(EXACT.replace("float(", "0.4 * ("), NUMBERS, success_at=0.5)
    assert (report.verdict, report.undecided) == ("pass", None)


def test_rows_of_which_some_can_never_win_are_judged_by_the_others(check):
    assert check(EXACT.replace("str(reference)", "str(int(reference))"), [*NUMBERS, "007"]).verdict != "inconclusive"


def test_the_first_line_says_what_would_decide(check, run, tmp_path):
    check(ODD, NUMBERS)
    code, out, _ = run("check", tmp_path / "reward.py", tmp_path / "prompts.jsonl")
    assert code == 4
    assert out.startswith("NOT JUDGED  ")
    assert "--right FILE.jsonl" in out.splitlines()[0]

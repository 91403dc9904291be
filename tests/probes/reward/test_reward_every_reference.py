"""Every row's reference is asked once: a few that can never win are found on every seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rewardlab.findings import Finding
from rewardlab.probes.reward import every_reference, examine, reference
from rewardlab.probes.run.contradiction import READ, reconcile
from rewardlab.probes.run.question import Question
from rewardlab.task import Prompt
from tests.probes.reward.answers_subject import PRELUDE
from tests.probes.reward.code_subject import code_subject
from tests.probes.run.conftest import asked

pytestmark = pytest.mark.process
LAST = """
def score(completion, reference):
    return float(completion.split()[-1:] == [reference])
"""


def rows(count: int, odd: object = None, *, every: int = 20, ask: str = "End with the number.") -> list[Prompt]:
    """Sums whose every `every`th reference is `odd`, with the sum in place of X."""
    made = []
    for k in range(count):
        value = str(4 * k + 1)
        held = odd(value) if callable(odd) and k % every == 0 else value
        message = {"role": "user", "content": f"What is {k} + {3 * k + 1}? {ask}"}
        row = {"id": f"s{k}", "messages": [message], "reference_answer": held}
        made.append(Prompt(f"s{k}", (message,), held, row, k + 1))
    return made


def found(
    code: str, prompts: list[Prompt], *, drawn: int = 30, seed: int = 0, pace: float | None = None
) -> list[Finding]:
    some = [prompts[place] for place in sorted(np.random.default_rng(seed).permutation(len(prompts))[:drawn])]
    with code_subject(PRELUDE + code, some, every_prompt=prompts, seed=seed, pace=pace) as subject:
        return list(every_reference.ask(subject))


@pytest.mark.parametrize("seed", range(3))
def test_ten_of_two_hundred_that_cannot_win_are_found_whatever_is_drawn(seed):
    (finding,) = found(LAST, rows(200, lambda value: f"{value} units"), seed=seed)
    assert (finding.code, finding.severity) == ("RL401", "warning")
    assert finding.evidence["rows_that_cannot_score"] == 10
    assert finding.evidence["rows"] == [f"s{k}" for k in range(0, 200, 20)]
    assert (finding.evidence["share"], finding.evidence["prompts"]) == (0.05, 200)
    assert "s0 (line 1), s20 (line 21)" in finding.remedy


def test_a_tenth_that_cannot_win_blocks():
    (finding,) = found(LAST, rows(200, lambda value: f"{value} units", every=10))
    assert finding.severity == "blocker"


def test_a_reference_that_makes_the_reward_raise_cannot_win():
    code = "def score(completion, reference):\n    return float(float(completion.split()[-1]) == float(reference))"
    (finding,) = found(code, rows(120, lambda value: f"{value},000"))
    assert finding.evidence["rows_that_cannot_score"] == 6
    assert "raised" in finding.evidence["cases"][0]["score"]


@pytest.mark.parametrize("odd", [None, lambda value: [value, "another"], lambda value: f"So.\n#### {value}", int])
def test_rows_that_win_in_another_reading_are_fine(odd):
    code = """
def score(completion, reference):
    first = reference[0] if isinstance(reference, list) else str(reference).split()[-1]
    return float(completion.split()[-1:] == [first])
"""
    assert found(code, rows(150, odd)) == []


def test_rows_that_win_in_the_format_that_they_name_are_fine():
    code = """
def score(completion, reference):
    wanted = boxed(completion) if reference.endswith("5") else completion.split()[-1]
    return float(wanted == reference)
"""
    mixed = [
        one
        if not one.reference.endswith("5")
        else replace(one, messages=({"role": "user", "content": f"{one.id}? Use \\boxed{{}}."},))
        for one in rows(150)
    ]
    assert found(code, mixed) == []


def test_nothing_is_said_where_no_reference_wins():
    assert found("def score(completion, reference): return 0.0", rows(150)) == []


def test_a_slow_reward_is_not_asked_about_every_row():
    """At 0.2 s a row, 10 s are 50 rows: hardly more than the 30 that were asked."""
    assert found(LAST, rows(200, lambda value: f"{value} units"), pace=0.2) == []


def test_rows_drawn_at_random_stand_for_a_file_that_is_too_long():
    """At 0.05 s a row, 10 s are 200 of 400 rows."""
    (finding,) = found(LAST, rows(400, lambda value: f"{value} units", every=4), pace=0.05)
    assert (finding.evidence["rows_asked"], finding.evidence["rows_in_file"]) == (200, 400)
    assert finding.evidence["low"] < 0.25 < finding.evidence["high"]


def test_the_finding_of_all_rows_is_told_and_not_that_of_some():
    prompts = rows(200, lambda value: f"{value} units", every=8)
    with code_subject(PRELUDE + LAST, prompts[:30], every_prompt=prompts) as subject:
        (told,) = [one for one in examine(subject) if one.code == "RL401"]
        (some,) = [one for one in reference.ask(subject) if "rows" in one.evidence]
    assert told.evidence["prompts"] == 200
    assert some.evidence["prompts"] == 30


def test_rows_on_which_sampled_answers_succeed_are_a_note():
    question: Question = asked([[1, 0]] * 4)
    finding = Finding("RL401", "warning", {"rows_that_cannot_score": 2, "rows": ["p0", "p1"]})
    (told,) = reconcile([finding], question)
    assert (told.severity, told.remedy) == ("note", READ)
    lost: Question = asked([[0, 0], [0, 0], [1, 0]])
    assert list(reconcile([finding], lost)) == [finding]

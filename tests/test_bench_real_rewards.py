"""Public rewards: the tasks that they are audited on, how a verdict is judged, and some of TRL's own for real."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

import rewardlab
from bench.real_rewards import questions as ask
from bench.real_rewards.catalogue import REWARDS
from bench.real_rewards.gym import SLIPS, slip_in_number
from bench.real_rewards.questions import PROMPTS, questions
from bench.real_rewards.table import page, wrong_of
from bench.real_rewards.trial import ADAPTERS, Trial, write_task

BY_NAME = {(one.package, one.name): one for one in REWARDS}


def real(name, package="trl"):
    return BY_NAME[package, name]


def trial(name, verdict, accuracy, *findings, truth=0.4, action="run_rft", package="trl"):
    report = {
        "verdict": verdict,
        "next_step": {"action": action},
        "baseline": {
            "accuracy": {"estimate": accuracy},
            "success_at": 0.5,
            "success_above": False,
            "success": {"source": "answers", "right": 1.0, "wrong": 0.0, "open": []},
        },
        "findings": [{"code": code, "severity": severity} for code, severity in findings],
    }
    return Trial(real(name, package), truth, 0, report, "")


@pytest.mark.parametrize(
    "kind",
    [ask.shopping, ask.fractions, ask.choices, ask.divisors, ask.elements, ask.sentences],
    ids=lambda one: one.__name__,
)
def test_no_wrong_answer_is_a_right_one(kind):
    made = questions(kind, Random(1))
    assert len({one.text for one in made}) == PROMPTS
    assert all(one.wrong and not {one.answer, *one.also} & set(one.wrong) for one in made)


@pytest.mark.parametrize(
    "answer", ["2 1 4 3\n4 3 1 2", "b, a, c", "ammonia", "17", "Yes", "A is a spy, and B is a fool."]
)
@pytest.mark.parametrize("slips", [*SLIPS.values(), slip_in_number])
def test_a_slip_leaves_the_answer_or_changes_it_and_never_fails(answer, slips):
    assert all(isinstance(one, str) for one in slips(answer, Random(2)) or [""])


def test_the_same_seed_writes_the_same_task(tmp_path):
    written = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        truth = write_task(real("accuracy_reward"), tmp_path / name, Random(7))
        written.append((truth, *(file.read_text() for file in sorted((tmp_path / name).iterdir()))))
    assert written[0] == written[1]
    assert 0.3 < written[0][0] < 0.6


def test_more_than_thirty_public_rewards_have_an_adapter_and_a_pinned_version():
    assert len(BY_NAME) == len(REWARDS) >= 30
    assert all((ADAPTERS / f"{one.adapter}.py").is_file() and one.version and one.truth for one in REWARDS)
    assert {file.stem for file in ADAPTERS.glob("*.py")} == {one.adapter for one in REWARDS}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (trial("accuracy_reward", "go", 0.41), ""),
        (trial("accuracy_reward", "go", 0.45), "accuracy 0.450, true 0.400"),
        (trial("accuracy_reward", "no_go", 0.4, ("RL407", "blocker")), "no_go; blockers RL407"),
        (trial("accuracy_reward", "inconclusive", None), "inconclusive; accuracy none, true 0.400"),
        (trial("think_format_reward", "go", 0.4), "GO"),
        (trial("think_format_reward", "no_go", 0.9, ("RL407", "blocker")), ""),
        (trial("number_sorting.score_answer", "go", 0.4, package="reasoning-gym"), "go, not told"),
        (trial("number_sorting.score_answer", "no_go", 0.4, ("RL407", "blocker"), package="reasoning-gym"), ""),
        (trial("RougeScorer rougeL f-measure", "go", 0.9, package="rouge-score"), "GO with accuracy 0.900, true 0.400"),
        (Trial(real("accuracy_reward"), 0.4, 2, None, "trl is missing"), "no report (exit 2): trl is missing"),
    ],
)
def test_what_rewardlab_says_is_held_against_what_is_true(found, said):
    assert wrong_of(found) == said


def test_the_page_names_each_reward_with_its_version_and_what_was_said():
    written = page([trial("accuracy_reward", "go", 0.41)], 11)
    assert "| `accuracy_reward` | trl==1.16.0 |" in written
    assert "rewardlab is right on 1 of 1." in written


@pytest.mark.process
@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("accuracy_reward", "go"),
        ("think_format_reward", "no_go"),
        ("accuracy 1.0 + think_format 0.2 + overlong 0.1", "go"),
        ("get_soft_overlong_punishment(60, 30)", "no_go"),
    ],
)
def test_trls_own_rewards_are_judged_rightly(tmp_path: Path, name: str, verdict: str):
    one = real(name)
    truth = write_task(one, tmp_path, Random(3))
    (tmp_path / "reward.py").write_text((ADAPTERS / f"{one.adapter}.py").read_text())
    report = rewardlab.audit(
        tmp_path / "reward.py",
        tmp_path / "prompts.jsonl",
        model=f"recorded:{tmp_path / 'generations.jsonl'}",
        reward_memory=4096,
        out=str(tmp_path / "run"),
    )
    kept = json.loads(json.dumps({"verdict": report.verdict, "reasons": list(report.reasons)}))
    assert kept["verdict"] == verdict, kept
    if verdict == "go":
        assert report.baseline.accuracy.estimate == pytest.approx(truth, abs=0.03)
    else:
        assert "RL407" in kept["reasons"]

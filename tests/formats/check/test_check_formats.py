"""A check's report in text and JSON: both from the same object, and neither loses a finding."""

from __future__ import annotations

import json

import pytest

from rewardlab.findings import Finding, merge
from rewardlab.formats.check import CHECK_FORMATS
from rewardlab.formats.display import Display
from rewardlab.reports.check import CheckReport, Checks
from rewardlab.reports.finding import FindingPart

FOUND = Finding(
    "RL402",
    "blocker",
    {
        "share": 0.123456,
        "nothing": [],
        "by_kind": {"empty_answer": 3, "echo": 0},
        "examples": [{"prompt_id": "p1", "index": 2, "detail": "an [empty] answer", "score": 1.0, "text": "a\nb"}],
    },
)


def report_of(*findings, reward="r[1]/reward.py"):
    return CheckReport(
        verdict="fail" if any(one.severity == "blocker" for one in findings) else "pass",
        reward=reward,
        entry="score",
        kind="plain",
        platform="smtj",
        prompts=1200,
        examined=30,
        seconds=1.26,
        findings=tuple(FindingPart.of(one) for one in findings),
        provenance={},
    )


def shown(*reports, **display):
    return CHECK_FORMATS["text"](Checks.of(reports), Display(**{"width": 100, **display}))


def test_text_says_verdict_question_and_findings():
    assert shown(report_of(FOUND)) == (
        "FAIL  r[1]/reward.py\n"
        "score (plain) on smtj, asked about 30 of 1,200 prompts in 1.3 s\n"
        "\n"
        "RL402  blocker  a shortcut scores\n"
        "                share 0.1235; by kind empty answer 3, echo 0\n"
        "                - p1 [2]: an [empty] answer; 'a\\nb' earns 1\n"
        "                Give empty, echoed, hedged and refused answers the lowest score, and ignore\n"
        "                instructions in the response.\n"
    )


def test_several_rewards_stand_one_after_the_other():
    text = shown(report_of(), report_of(FOUND), report_of())
    assert [line.split()[0] for line in text.splitlines() if "reward.py" in line] == ["PASS", "FAIL", "PASS"]
    assert text.count("\n\nFAIL") == text.count("\n\nPASS") == 1
    assert text.count("no findings") == 2


def test_colour_and_width_are_the_displays():
    assert "\x1b" not in shown(report_of(FOUND))
    assert "\x1b[1;31mFAIL" in shown(report_of(FOUND), colour=True)
    assert max(map(len, shown(report_of(FOUND), width=60).splitlines()[1:])) <= 60


def test_json_is_the_reports_themselves():
    checks = Checks.of([report_of(FOUND), report_of()])
    text = CHECK_FORMATS["json"](checks, Display())
    assert Checks.model_validate_json(text) == checks
    assert json.loads(text)["schema"] == "rewardlab.check/1"
    assert text.endswith("}\n")


@pytest.mark.parametrize(
    ("verdicts", "verdict", "code"), [([], "pass", 0), ([()], "pass", 0), ([(), (FOUND,)], "fail", 1)]
)
def test_one_blocker_fails_all(verdicts, verdict, code):
    checks = Checks.of([report_of(*found) for found in verdicts])
    assert (checks.verdict, checks.exit_code) == (verdict, code)


def test_findings_of_several_sources_are_one_a_code():
    """The most severe, the first of equals; blockers first, then by code."""
    run = [Finding("RL404", "warning", {"by": "run"}), Finding("RL201", "note", {"by": "run"})]
    reward = [
        Finding("RL404", "warning", {"by": "reward"}),
        Finding("RL402", "warning", {}),
        Finding("RL201", "blocker", {"by": "reward"}),
    ]
    assert [(one.code, one.severity, one.evidence.get("by")) for one in merge(run, iter(reward))] == [
        ("RL201", "blocker", "reward"),
        ("RL402", "warning", None),
        ("RL404", "warning", "run"),
    ]
    assert merge() == merge([], ()) == ()


def test_an_empty_text_is_seen():
    found = Finding("RL406", "note", {"examples": [{"prompt_id": "p1", "answer": "", "score": 1.0}]})
    assert "- p1: '' earns 1\n" in shown(report_of(found))

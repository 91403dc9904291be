"""Questions as test cases: what fails, what could not be asked, what was not meant to be; and where findings lie."""

from __future__ import annotations

import pytest

from rewardlab.findings import CATALOGUE
from rewardlab.formats.check.outline import outline
from rewardlab.formats.outline import Place
from rewardlab.formats.questions import OF_THE_REWARD, PROBED, asked_by_audit
from rewardlab.formats.telling import told
from rewardlab.probes.reward import PROBES
from rewardlab.reports.check import CheckReport, Checks
from rewardlab.reports.finding import FindingPart


def finding(code, severity="blocker", /, **evidence):
    entry = CATALOGUE[code]
    return FindingPart(code=code, severity=severity, title=entry.title, evidence=evidence, remedy=entry.remedy)


def states(*findings, undecided=None):
    verdict = "fail" if any(one.severity == "blocker" for one in findings) else "inconclusive" if undecided else "pass"
    report = CheckReport(
        verdict=verdict,
        undecided=undecided,
        reward="reward.py",
        entry="score",
        kind="plain",
        platform="smtj",
        prompts=3,
        examined=3,
        seconds=1.0,
        findings=findings,
        provenance={"prompts": {"path": "prompts.jsonl"}},
    )
    (part,) = outline(Checks.of([report])).parts
    return {case.name.split()[0]: (case.state, case.message) for case in part.cases}


def test_every_probe_and_every_code_has_its_questions():
    assert set(PROBED) == {probe.__module__.rpartition(".")[2] for probe in PROBES}
    assert set(CATALOGUE) >= OF_THE_REWARD
    assert set(asked_by_audit()) >= OF_THE_REWARD


def test_a_blocker_fails_a_warning_passes_and_a_run_is_not_asked_of():
    found = states(finding("RL402"), finding("RL403", "warning"))
    assert found["verdict"][0] == found["RL402"][0] == "failed"
    assert found["RL403"] == ("passed", "warning: equivalent answers score differently")
    assert found["RL407"] == ("passed", "")
    assert found["RL601"] == ("skipped", "needs generations: rewardlab audit asks it")


def test_what_time_ran_out_for_is_an_error_and_no_failure():
    late = finding("RL204", "warning", not_asked=["wrong", "hostile", "a probe of tomorrow"])
    found = states(late, finding("RL201"), undecided="not asked in time: wrong (--examine-seconds N)")
    assert found["RL407"] == ("error", "not asked: time ran out")
    assert found["RL108"][0] == "error"
    assert found["RL201"][0] == "failed"  # found before time ran out
    assert found["RL402"][0] == "passed"
    assert states(finding("RL208", "warning", not_asked=["shortcuts"]))["RL402"][0] == "error"


def test_without_a_winning_answer_what_alters_one_could_not_be_asked():
    found = states(undecided="no made-up answer earns more than a wrong one")
    assert found["verdict"] == ("error", "no made-up answer earns more than a wrong one")
    assert {found[code][0] for code in ("RL402", "RL403", "RL407", "RL408")} == {"error"}
    assert states(finding("RL401", formats_tried=["\\boxed{X}"]))["RL407"][0] == "error"


@pytest.mark.parametrize(
    ("reward", "said", "line"),
    [
        ("reward.py", "ValueError: no (reward.py:7)", 7),
        ("a b/reward.py", "reward.py:12", 12),
        ("reward.py", "my_reward.py:3, then reward.py:4", 4),
        ("reward.py", "trl.py:136", None),
        ("reward.py", "reward.py:0", None),
        ("r+.py", "rr.py:5", None),
    ],
)
def test_a_finding_lies_at_the_line_that_its_evidence_names(reward, said, line):
    (one,) = told([finding("RL201", examples=[{"detail": said}])], reward=reward, prompts="p.jsonl")
    assert one.place == Place(reward, line)


def test_a_finding_about_the_data_lies_in_the_prompts_and_one_of_a_function_nowhere():
    findings = [finding("RL604"), finding("RL701")]
    assert [one.place for one in told(findings, reward="r.py", prompts="p.jsonl")] == [Place("p.jsonl")] * 2
    assert told([finding("RL402")], reward="lambda:name", prompts="p.jsonl")[0].place is None

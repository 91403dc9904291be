"""The examination beside an audit: kept, not asked twice, and gone at once when the audit ends otherwise."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import rewardlab
from rewardlab.auditing.examination import MOST_PROMPTS, examine_reward, examining, worker_of
from rewardlab.errors import InputError, RewardError, RunError, UsageError
from rewardlab.findings import Finding
from rewardlab.outcome import Scored
from rewardlab.platforms import PLATFORMS
from rewardlab.probes.reward import returns
from rewardlab.probes.reward.trials.subject import Case, Subject
from rewardlab.runs.directory import Run
from rewardlab.runs.kept import save_kept
from rewardlab.settings.audit import Settings
from tests.conftest import groups_of
from tests.measurement.test_measurement_scores import prompts

pytestmark = pytest.mark.process

PLAIN = "def score(completion, reference):\n    return 1.0\n"
STUCK = "import time\ndef score(completion, reference):\n    time.sleep(300)\n    return 1.0\n"


@pytest.fixture
def reward(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(code: str) -> Path:
        path = tmp_path / "reward.py"
        path.write_text(code)
        return path

    return write


def audit(task, **options):
    return rewardlab.audit(task["reward"], task["prompts"], model=f"recorded:{task['recorded']}", out="run", **options)


def workers():
    """The processes of rewards that this test's process started and that still run."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if child.status() != psutil.STATUS_ZOMBIE and "rewardlab.rewards.isolation.worker" in child.cmdline():
                found.append(child)
    return found


def asks_a_lot(examiner_or_subject):
    """What a probe does: a batch of cases for each prompt."""
    return examiner_or_subject.score([Case(prompt, "x") for prompt in examiner_or_subject.prompts])


def test_it_asks_about_some_of_the_prompts_in_their_order(reward, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr("rewardlab.auditing.examination.examine", lambda subject: seen.append(subject) or ())
    worker = worker_of(reward(PLAIN), Settings(), log=tmp_path / "log")
    found = examine_reward(worker, prompts(100), Settings())
    (subject,) = seen
    numbers = [int(prompt.id[1:]) for prompt in subject.prompts]
    assert (len(numbers), numbers) == (MOST_PROMPTS, sorted(set(numbers)))
    assert len(subject.every_prompt) == 100
    assert (found.prompts, found.entry.kind, found.findings) == (MOST_PROMPTS, "plain", ())
    assert workers() == []


def test_no_prompts_are_an_input_error_and_leave_no_process(reward, tmp_path):
    with pytest.raises(InputError, match="no prompts"):
        examine_reward(worker_of(reward(PLAIN), Settings(), log=tmp_path / "log"), [], Settings())
    assert workers() == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_plain_reward_is_understood_on_every_platform(reward, tmp_path, monkeypatch, platform):
    """A file that is no Lambda is answered for in the form that the platform wants, as the audit does."""
    outcomes = []
    monkeypatch.setattr(
        "rewardlab.auditing.examination.examine", lambda subject: outcomes.extend(asks_a_lot(subject)) or ()
    )
    settings = Settings(platform=platform)
    examine_reward(worker_of(reward(PLAIN), settings, log=tmp_path / "log"), prompts(2), settings)
    assert [type(one) for one in outcomes] == [Scored, Scored]


@pytest.fixture
def probed(monkeypatch):
    """A probe of the test's own in place of those that are there; `started` tells that it asks."""
    started = []

    def examine(subject: Subject):
        started.append(subject)
        return (Finding("RL402", "blocker", {"asked": len(asks_a_lot(subject))}),)

    monkeypatch.setattr("rewardlab.auditing.examination.examine", examine)
    return started


def wait_for(started):
    deadline = time.monotonic() + 30
    while not started and time.monotonic() < deadline:
        time.sleep(0.01)
    assert started


class LostError(Exception):
    """What ends the body of an examination otherwise."""


@pytest.mark.parametrize("code", [STUCK, "import time\ntime.sleep(300)\n" + PLAIN])
def test_what_ends_the_audit_ends_the_examination_at_once(reward, tmp_path, probed, monkeypatch, code):
    """In the middle of a call that takes 300 s, or of an import that does."""
    monkeypatch.setattr("rewardlab.auditing.examination.MOST_SECONDS", 0.3)
    with contextlib.suppress(LostError), examining(reward(code), prompts(30), Settings(), log=tmp_path / "log") as one:
        if code == STUCK:
            wait_for(probed)
        time.sleep(0.3)
        before = time.monotonic()
        raise LostError
    assert time.monotonic() - before < 5
    assert not one.is_alive()
    assert workers() == []


def test_an_examination_that_is_abandoned_as_it_starts_leaves_nothing(reward, tmp_path, probed):
    path = reward(STUCK)
    for _ in range(5):
        with pytest.raises(LostError), examining(path, prompts(30), Settings(), log=tmp_path / "log"):
            raise LostError
    assert workers() == []


def test_an_error_of_the_examination_is_raised_where_it_is_waited_for(reward, tmp_path):
    with examining(reward("1 / 0\n"), prompts(3), Settings(), log=tmp_path / "log") as examiner:
        examiner.join()
        with pytest.raises(RewardError, match="does not import: ZeroDivisionError"):
            examiner.result()


def test_findings_are_kept_and_not_asked_for_twice(task_of, tmp_path, monkeypatch, probed):
    monkeypatch.chdir(tmp_path)
    task = task_of(groups_of({4: 100}))
    task["reward"].write_text("def score(completion, reference):\n    return float(completion == '1')\n")
    first = audit(task)
    assert (first.verdict, first.reasons, len(probed)) == ("no_go", ("RL402",), 1)
    assert audit(task).findings == rewardlab.read_report("run").findings == first.findings
    assert len(probed) == 1
    audit(task, band=(0.1, 0.9))
    assert len(probed) == 1
    assert audit(task, reward_range=(0, 2)).baseline.success_at == 0.5
    assert len(probed) == 2
    audit(task, reward_range=(0, 2))
    assert len(probed) == 2
    task["reward"].write_text(task["reward"].read_text() + "\n")
    audit(task, reward_range=(0, 2))
    assert len(probed) == 3


def test_a_failing_audit_keeps_no_findings_and_leaves_no_folder(task_of, tmp_path, monkeypatch, probed):
    monkeypatch.chdir(tmp_path)
    task = task_of(groups_of({4: 100}))
    task["recorded"].write_text('{"prompt_id": "elsewhere", "text": "1"}\n')
    started = time.monotonic()
    with pytest.raises(InputError):
        audit(task, reward_timeout=300)
    assert time.monotonic() - started < 9
    assert not (tmp_path / "run").exists()
    assert workers() == []


GOOD = {
    "declared": [None, None, None],
    "findings": [{"code": "RL402", "severity": "note", "evidence": {}, "remedy": ""}],
}


@pytest.fixture
def kept(task_of, tmp_path, monkeypatch, probed):
    """A finished run's file of findings."""
    monkeypatch.chdir(tmp_path)
    audit(task_of(groups_of({4: 3})))
    (path,) = tmp_path.glob("run/findings/*.json")
    return path


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"findings": []}',
        json.dumps({**GOOD, "findings": None}),
        json.dumps({**GOOD, "findings": [1]}),
        json.dumps({**GOOD, "findings": [{"code": "RL402"}]}),
        json.dumps(GOOD).replace("RL402", "RL999"),
        json.dumps(GOOD).replace("RL402", "RL999").replace('"remedy": ""', '"remedy": "x"'),
        json.dumps(GOOD).replace("note", "grave"),
        json.dumps(GOOD).replace("{}", "3"),
        json.dumps(GOOD).replace('"RL402"', "[]"),
    ],
)
def test_damaged_findings_are_an_error_that_names_the_file(kept, content):
    kept.write_text(content)
    told = r"findings/\w+\.json: (cannot be read|is not as rewardlab wrote it).*delete it"
    with Run.open(Path("run")) as run, pytest.raises(RunError, match=told):
        run.findings(kept.stem, declared=[None, None, None])


@pytest.mark.parametrize("ranges", ["3", '{"a": 1}', '{"a": [1]}', '{"a": ["x", 1]}', "[[0, 1]]"])
def test_damaged_component_ranges_are_an_error_that_names_the_file(kept, ranges):
    save_kept(kept, {"components": json.loads(ranges)})
    with Run.open(Path("run")) as run, pytest.raises(RunError, match=r"findings/\w+\.json: cannot be read"):
        run.component_ranges(kept.stem)


def test_findings_are_read_as_they_were_kept(kept):
    with Run.open(Path("run")) as run:
        finding = Finding("RL404", "warning", {"examples": [{"text": "é\u2028", "score": None}]}, "Do.")
        run.save_findings("k", [finding], declared=[0, 1, None], components={"style": (0, 0.5)})
        run.save_findings("k", [finding], declared=[0, 1, None])
        assert run.component_ranges("k") == {"style": (0.0, 0.5)}
        assert run.component_ranges("other") == {}
        assert run.findings("k") == run.findings("k", declared=[0.0, 1.0, None]) == (finding,)
        assert run.findings("k", declared=[0, 2, None]) is None
        assert run.findings("other") is None
    save_kept(kept, GOOD)
    assert [(one.code, one.severity) for one in rewardlab.read_report("run").findings if one.code == "RL402"] == [
        ("RL402", "note")
    ]


STUCK_WHEN_EXAMINED = """
import time
def score(completion, reference):
    time.sleep(300 if completion == "x" else 0.01)
    return float(completion)
"""
EXAMINED = """
import sys
import rewardlab.auditing.examination
from rewardlab.cli import main
from rewardlab.probes.reward.trials.subject import Case

def examine(subject):
    subject.score([Case(prompt, "x") for prompt in subject.prompts])
    return ()

rewardlab.auditing.examination.examine = examine
sys.exit(main(sys.argv[1:]))
"""


def test_an_interrupt_ends_audit_and_examination_together(task_of, tmp_path):
    """The audit is in the middle of its scores, the examination in a call that would take 10 s, time and again."""
    task = task_of(groups_of({4: 100}))
    task["reward"].write_text(STUCK_WHEN_EXAMINED)
    command = [sys.executable, "-c", EXAMINED, "audit", str(task["reward"]), str(task["prompts"]), "--out", "run"]
    command += ["--model", f"recorded:{task['recorded']}", "-q"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while len(children := psutil.Process(process.pid).children()) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(1)
        before = time.monotonic()
        os.kill(process.pid, signal.SIGINT)
        _, error = process.communicate(timeout=60)
    assert time.monotonic() - before < 8
    assert (process.returncode, error.splitlines()[-1]) == (130, "rewardlab: interrupted; the same command resumes")
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]


def test_check_is_the_same_from_the_library(reward, tmp_path, write_lines, probed):
    path = reward(PLAIN)
    with pytest.raises(UsageError, match=r"reward\.py: no prompts named, and no prompts\.jsonl beside it; name a file"):
        rewardlab.check(path)
    rows = [{"id": "a", "messages": [{"role": "user", "content": "q"}], "reference_answer": "1"}]
    write_lines("prompts.jsonl", rows)
    report = rewardlab.check(path)
    assert (report.verdict, report.entry, report.kind, report.examined) == ("fail", "score", "plain", 1)
    assert report.platform == "smtj"
    assert report.findings[0].evidence == {"asked": 1}
    assert rewardlab.check(path, write_lines("other.jsonl", rows * 1), platform="bedrock").platform == "bedrock"
    assert workers() == []


SLEEPY = (
    "import time\ndef score(completion, reference):\n    time.sleep(0.2)\n    return float(completion == reference)\n"
)


def test_a_slow_reward_is_left_in_time_and_nothing_is_said_of_what_was_not_asked(reward, write_lines, run):
    """Time runs out before what can block was asked: not judged, with the exit code of what is undecided."""
    rows = [
        {"id": f"p{i}", "messages": [{"role": "user", "content": f"What is {i} + 4?"}], "reference_answer": str(i + 4)}
        for i in range(20)
    ]
    path, prompts_path = reward(SLEEPY), write_lines("prompts.jsonl", rows)
    report = rewardlab.check(path, prompts_path, examine_seconds=1)
    (slow,) = [one for one in report.findings if one.code == "RL204"]
    assert "reasoning" in slow.evidence["not_asked"]
    assert slow.evidence["seconds_per_sample"] >= 0.2
    assert report.verdict == "inconclusive"
    code, out, _ = run("check", path, prompts_path, "--examine-seconds", "1")
    assert (code, out.partition("  ")[0]) == (4, "NOT JUDGED")
    assert "--examine-seconds" in out.splitlines()[0]


def test_an_audit_that_could_not_ask_what_can_block_is_no_go_and_says_so_first(task_of, run):
    """Sleeping over whatever is made up and not over what was sampled."""
    task = task_of(groups_of({4: 120}))
    task["reward"].write_text(SLEEPY.replace("    time.sleep(0.2)", "    time.sleep(0.2 * (completion not in '01'))"))
    said = ["audit", task["reward"], task["prompts"], "--model", f"recorded:{task['recorded']}", "--out", "run"]
    exit_code, out, _ = run(*said, "--examine-seconds", "1")
    assert (exit_code, out.partition(" ")[0]) == (4, "INCONCLUSIVE")
    assert "--examine-seconds" in out.splitlines()[0]


def test_a_busy_machine_changes_nothing_that_is_said(reward, write_lines):
    """The same inputs beside more processes than processors: what was asked, found and said of the pace is the same."""
    rows = [
        {"id": f"p{i}", "messages": [{"role": "user", "content": f"What is {i} + 4?"}], "reference_answer": str(i + 4)}
        for i in range(20)
    ]
    code = "def score(completion, reference):\n    sum(range(200_000))\n    return float(reference in completion)\n"
    path, prompts_path = reward(code), write_lines("prompts.jsonl", rows)
    quiet = rewardlab.check(path, prompts_path)
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3 * (os.cpu_count() or 1))]
    try:
        busy = rewardlab.check(path, prompts_path)
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
    assert (busy.verdict, busy.examined) == (quiet.verdict, quiet.examined)
    assert [(one.code, one.severity) for one in busy.findings] == [(one.code, one.severity) for one in quiet.findings]


def test_a_reward_that_is_slow_on_what_models_write_is_given_time_for_it(reward, tmp_path, monkeypatch):
    """20 ms on most ordinary answers and none on a short one: a full batch takes twice the seconds set here."""
    monkeypatch.setattr("rewardlab.auditing.examination.MOST_SECONDS", 0.6)
    monkeypatch.setattr("rewardlab.probes.reward.PROBES", (returns.ask,))
    code = (
        "import time\ndef score(completion, reference):\n    time.sleep(0.02 * (len(completion) > 9))\n    return 0.5\n"
    )
    found = examine_reward(worker_of(reward(code), Settings(), log=tmp_path / "log"), prompts(4), Settings())
    assert found.findings == ()


def test_labels_given_later_have_the_stand_ins_chosen_again(kept):
    with Run.open(Path("run")) as run:
        run.save_findings("k", [], declared=[0, 1, None])
        assert run.findings("k", declared=[0, 1, None]) == ()
        run.labels.write_text("prompt_id,index,label\np0,0,wrong\n")
        assert run.findings("k", declared=[0, 1, None]) is None
        assert run.findings("k") == ()


@pytest.mark.parametrize("long", [20, 40])
def test_rows_far_too_long_to_be_sent_are_not_asked_about(reward, tmp_path, long):
    """64 of a row of 1 MB are ten times what Lambda takes: building it would cost gigabytes and blame the reward."""
    path = tmp_path / "long.jsonl"
    rows = [{"id": f"p{n}", "prompt": "7" * (1 << 20) if n < long else "7", "reference_answer": "7"} for n in range(40)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    code = "def score(completion, reference):\n    return float(completion.strip() == reference)\n"
    if long == len(rows):
        with pytest.raises(InputError, match="every row is too long to be sent"):
            rewardlab.check(reward(code), path)
        return
    found = {part.code: part for part in rewardlab.check(reward(code), path).findings}
    assert "RL203" not in found
    assert found["RL205"].severity == "blocker"
    assert "under 0 tokens" not in found["RL205"].remedy

"""--reward-workers from the command line to the processes: another number of them changes no result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rewardlab.auditing.examination import asking, worker_of
from rewardlab.auditing.resume import reward_record
from rewardlab.errors import UsageError
from rewardlab.probes.reward import determinism
from rewardlab.probes.reward.trials.subject import Case
from rewardlab.runs.directory import Run
from rewardlab.settings.audit import Settings
from rewardlab.settings.loading import load_settings, parse_options
from tests.conftest import groups_of, slow
from tests.probes.reward.code_subject import PROMPTS

pytestmark = pytest.mark.process


@pytest.fixture
def audited(task_of, run):
    """Audit recorded generations with a reward that waits for each, which so many workers score."""
    task = task_of(groups_of({2: 16, 6: 16}, low=0.25, high=0.75))
    task["reward"].write_text(slow(0.005))

    def audit(out, *options):
        said = [task["reward"], task["prompts"], "--model", f"recorded:{task['recorded']}", "--out", out, "-q"]
        code, _, err = run("audit", *said, *options)
        assert code in {0, 1, 4}, err
        return Path(out)

    return audit


def scores(folder):
    with Run.open(folder) as run:
        (record,) = run.manifest.rewards
        rows = run.scores(record.key).read().select(["prompt_id", "index", "score"]).to_pylist()
    return record.key, sorted((row["prompt_id"], row["index"], row["score"]) for row in rows)


def test_workers_are_as_many_as_said_and_change_nothing_but_the_time(audited):
    one, three = audited("one", "--reward-workers", 1), audited("three", "--reward-workers", 3)
    assert [path.name for path in sorted(one.glob("reward*.log"))] == ["reward.log"]
    assert len(list(three.glob("reward*.log"))) == 3
    assert scores(one) == scores(three)
    reports = [json.loads((folder / "report.json").read_text()) for folder in (one, three)]
    for report in reports:
        for volatile in ("provenance", "reward"):
            report.pop(volatile)
    assert reports[0] == reports[1]


def test_a_run_notes_the_workers_and_resumes_with_others(audited):
    folder = audited("here", "--reward-workers", 2)
    manifest = json.loads((folder / "run.json").read_text())
    assert manifest["settings"]["reward_workers"] == 2
    assert "reward_workers" not in manifest["sampling"]
    before = scores(folder)
    assert scores(audited("here", "--reward-workers", 1)) == before


def test_workers_are_no_part_of_what_a_reward_is_known_by(tmp_path):
    path = tmp_path / "reward.py"
    path.write_text("def score(completion, reference): return 1.0")
    assert len({reward_record(path, Settings(reward_workers=count)).key for count in (None, 1, 8)}) == 1


@pytest.mark.parametrize("value", [0, -1, 257, "many", 1.5])
def test_a_number_of_workers_that_is_none_is_told(value):
    with pytest.raises(UsageError, match="reward-workers"):
        parse_options({"reward_workers": value})


def test_workers_are_a_setting_of_the_file_and_of_the_library(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("rewardlab.toml").write_text("reward_workers = 3\n")
    assert load_settings({}, Path("prompts.jsonl")).reward_workers == 3
    assert load_settings({"reward_workers": "4"}, Path("prompts.jsonl")).reward_workers == 4


COUNTS = """
import time
_calls = 0
def score(completion, reference):
    global _calls
    _calls += 1
    time.sleep(0.06)
    return float(completion == reference) + _calls / 1000
"""


@pytest.mark.parametrize("workers", [1, 4])
def test_state_that_is_kept_between_calls_is_found_whatever_the_workers(tmp_path, workers):
    path, settings = tmp_path / "reward.py", Settings(reward_workers=workers)
    path.write_text(COUNTS)
    worker = worker_of(path, settings, log=tmp_path / "log")
    with asking(worker, PROMPTS, PROMPTS, settings, most_seconds=60) as subject:
        cases = [Case(one, "1") for one in PROMPTS]
        subject.score(cases * 8, batch_size=12)  # by as many workers as there are
        assert {finding.code for finding in determinism.ask(subject)} == {"RL206"}

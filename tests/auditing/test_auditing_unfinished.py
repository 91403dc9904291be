"""A run that was not sampled, scored or examined to its end has no verdict: what is missing, and what resumes it."""

from __future__ import annotations

import gc
import json
import shlex
import shutil
from pathlib import Path

import pytest

import rewardlab
from rewardlab.cli import main
from rewardlab.probes.reward import returns
from rewardlab.runs.manifest import read_manifest
from tests.conftest import groups_of

pytestmark = pytest.mark.process
INSIDE = {0: 60, 1: 20, 2: 10, 4: 10}


@pytest.fixture
def run(task_of, tmp_path, monkeypatch):
    """A finished run whose verdict is GO, and the folder it stands in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rewardlab.probes.reward.PROBES", (returns.ask,))
    task = task_of(groups_of(INSIDE))
    report = rewardlab.audit(
        task["reward"], task["prompts"], model=f"recorded:{task['recorded']}", out="run", max_tokens=64
    )
    assert (report.verdict, report.exit_code) == ("go", 0)
    yield Path("run")
    gc.unfreeze()  # a command keeps its imports to the end of its process; this one goes on


def scores_of(folder):
    (scores,) = (folder / "scores").iterdir()
    return scores


def without_scores(folder):
    shutil.rmtree(scores_of(folder))


def without_generations(folder):
    shutil.rmtree(folder / "generations")
    without_scores(folder)


def without_examination(folder):
    shutil.rmtree(folder / "findings")


def with_more_prompts(folder):
    row = {"id": "more", "prompt": "1+1", "answer": "2"}
    with (folder / "prompts.jsonl").open("a") as file:
        file.write(json.dumps(row) + "\n")


def broken_off(folder):
    manifest = json.loads((folder / "run.json").read_text())
    manifest["rewards"][0]["finished"] = False
    (folder / "run.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (without_scores, "800 of 800 generations were not scored by this reward"),
        (without_generations, "800 of the generations that its prompts ask for were not sampled"),
        (without_examination, "what the reward's examination found was not saved"),
        (with_more_prompts, "8 of the generations that its prompts ask for were not sampled"),
        (broken_off, "its scoring was broken off before the end"),
    ],
)
def test_what_is_missing_is_named_and_no_verdict_is_given(run, capsys, harm, said):
    harm(run)
    report = rewardlab.read_report(run)
    assert (report.verdict, report.reasons, report.exit_code) == ("inconclusive", ("RL605",), 4)
    assert said in report.next_step.text
    assert report.next_step.text.startswith("Unfinished: ")
    assert main(["report", str(run)]) == 4
    assert "unfinished" in capsys.readouterr().out.lower()
    assert main(["package", "reward.py", "--run", str(run), "-o", "reward.zip"]) == 4
    error = capsys.readouterr().err
    assert said in error
    assert "resume it: rewardlab " in error
    assert not Path("reward.zip").exists()


@pytest.mark.parametrize("harm", [without_scores, without_generations, without_examination, broken_off])
def test_the_command_that_is_named_resumes(run, capsys, harm):
    harm(run)
    name, *command = shlex.split(rewardlab.read_report(run).next_step.text.partition("Resume with: ")[2])
    assert name == "rewardlab"
    assert main([*command, "-q"]) == 0
    capsys.readouterr()
    assert rewardlab.read_report(run).verdict == "go"


def test_the_resuming_command_repeats_what_a_generation_is(run):
    without_generations(run)
    command = rewardlab.read_report(run).next_step.text
    assert "--model recorded:" in command
    assert "--max-tokens 64" in command
    assert command.endswith("--out run")


def test_a_run_of_an_earlier_version_opens_and_keeps_its_verdict(run):
    manifest = json.loads((run / "run.json").read_text())
    del manifest["lacking"], manifest["rewards"][0]["finished"]
    (run / "run.json").write_text(json.dumps(manifest))
    assert read_manifest(run).rewards[0].finished is None
    assert rewardlab.read_report(run).verdict == "go"


def test_a_recording_that_holds_less_than_was_asked_for_is_finished(run, task_of, write_lines):
    task = task_of(groups_of(INSIDE))
    write_lines("recorded.jsonl", task["recorded"].read_text().splitlines()[:-3])
    report = rewardlab.audit(task["reward"], task["prompts"], model=f"recorded:{task['recorded']}", out="short")
    assert (report.verdict, report.baseline.generations) == ("go", 797)
    assert read_manifest(Path("short")).lacking == 3


def test_being_finished_belongs_to_each_reward(run, task_of):
    Path("other.py").write_text(Path("reward.py").read_text() + "\n# another\n")
    assert main(["score", str(run), "other.py", "-q"]) == 0
    first, other = read_manifest(run).rewards
    assert (first.finished, other.finished) == (True, True)
    shutil.rmtree(run / "scores" / other.key)
    assert rewardlab.read_report(run).reasons == ("RL605",), "the report is about the last reward"
    assert main(["package", "reward.py", "--run", str(run), "-o", "reward.zip"]) == 2, "report.json is on the other"
    assert main(["score", str(run), "reward.py", "-q"]) == 0
    assert rewardlab.read_report(run).verdict == "go"

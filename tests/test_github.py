"""Tests of the GitHub Action: action.yml's own steps, run as GitHub runs them, and the pre-commit hook."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from rewardlab.github import CUT, MOST_ANNOTATIONS, MOST_BYTES, _cut, main, workflow_commands
from rewardlab.starters import write_starter

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
#: Every answer earns what a right one does.
BROKEN = "\n\ndef _number(text):\n    return type('Any', (), {'__eq__': lambda *_: True})()\n"


@pytest.fixture
def folder(tmp_path):
    write_starter("trl", tmp_path / "re ward")
    return tmp_path


def act(folder, **inputs):
    """Run the action's last step with these inputs; its exit code, standard output, summary and outputs."""
    step = ACTION["runs"]["steps"][-1]
    given = {name: one.get("default", "") for name, one in ACTION["inputs"].items()} | inputs
    filled = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: given[found[1]], value)
        for name, value in step["env"].items()
    }
    files = {"GITHUB_STEP_SUMMARY": str(folder / "summary.md"), "GITHUB_OUTPUT": str(folder / "output")}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, **filled, **files, "RUNNER_TEMP": str(folder), "PATH": path}
    done = subprocess.run(
        [step["shell"], "-ec", step["run"]], cwd=folder, capture_output=True, text=True, env=environment, check=False
    )
    summary, output = (Path(file).read_text() if Path(file).is_file() else "" for file in files.values())
    return done, summary, dict(line.split("=", 1) for line in output.splitlines())


@pytest.mark.process
def test_a_clean_check_passes_and_its_summary_says_so(folder):
    done, summary, output = act(folder, reward="re ward/reward.py")
    assert (done.returncode, output["exit-code"]) == (0, "0"), done.stderr
    assert "PASS" in summary
    assert not [line for line in done.stdout.splitlines() if line.startswith(("::error", "::warning"))]
    assert json.loads(Path(output["report"]).read_text())["verdict"] == "pass"


@pytest.mark.process
def test_a_fault_is_an_annotation_at_the_rewards_file(folder):
    with (folder / "re ward" / "reward.py").open("a") as reward:
        reward.write(BROKEN)
    done, summary, output = act(folder, reward="re ward/reward.py", prompts="re ward/prompts.jsonl")
    assert (done.returncode, output["exit-code"]) == (1, "1")
    assert "::error title=RL407,file=re ward/reward.py,line=" in done.stdout
    assert "RL407" in summary


@pytest.mark.process
def test_an_audit_takes_further_arguments(folder):
    done, summary, _ = act(
        folder / "re ward",
        command="audit",
        reward="reward.py",
        prompts="prompts.jsonl",
        arguments="--model recorded:example_generations.jsonl\n--band 0.6,0.95",
    )
    assert done.returncode == 1
    assert "NO-GO" in summary


def test_an_unknown_command_runs_nothing(capsys):
    assert main({"COMMAND": "deploy", "REWARD": "reward.py"}) == 2
    assert capsys.readouterr().out.startswith("::error::command: 'deploy'")


def test_what_a_finding_quotes_is_no_workflow_command():
    text = "first\n::error::forged\r\n::set-output name=a::b 100 %"
    result = {"ruleId": "RL101", "level": "error", "message": {"text": text}, "locations": [{"logicalLocations": []}]}
    assert list(workflow_commands({"runs": [{"results": [result]}]})) == [
        "::error title=RL101::first%0A::error::forged%0D%0A::set-output name=a::b 100 %25"
    ]


def test_the_gravest_are_annotated_first_and_no_more_than_are_shown():
    results = [
        {
            "ruleId": f"RL{place}",
            "level": "note" if place % 2 else "error",
            "message": {"text": "t"},
            "locations": [
                {"physicalLocation": {"artifactLocation": {"uri": "a,b:c.py"}, "region": {"startLine": place + 1}}}
            ],
        }
        for place in range(50)
    ]
    told = list(workflow_commands({"runs": [{"results": results}]}))
    assert len(told) == 2 * MOST_ANNOTATIONS
    assert told[0] == "::error title=RL0,file=a%2Cb%3Ac.py,line=1::t"
    assert told[-1].startswith("::notice ")


def test_a_summary_is_cut_at_the_end_of_a_line_within_githubs_limit():
    long = "ü line of the report\n" * (MOST_BYTES // 20)
    cut = _cut(long)
    assert len(cut.encode()) <= MOST_BYTES
    assert cut.endswith("report" + CUT)
    assert _cut("short") == "short"


@pytest.mark.process
@pytest.mark.parametrize(("broken", "code"), [(False, 0), (True, 1)])
def test_the_hook_checks_every_reward_of_the_repository(broken, code, folder):
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    if broken:
        with (folder / "re ward" / "reward.py").open("a") as reward:
            reward.write(BROKEN)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    command = [*hook["entry"].split(), *hook["args"]]
    done = subprocess.run(command, cwd=folder, capture_output=True, env={**os.environ, "PATH": path}, check=False)
    assert done.returncode == code
    assert all(re.search(hook["files"], name) for name in ("re ward/reward.py", "prompts.jsonl"))

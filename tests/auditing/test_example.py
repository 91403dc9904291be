"""The shipped example through real vLLM, as the README runs it: GO, NO-GO, NO-GO."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pandas as pd
import pytest

from rewardlab.readers.prompts import read_prompts
from tests.kernels import untold

pytestmark = pytest.mark.engine


def command(arithmetic, model, *options):
    example = [str(arithmetic / "reward.py"), str(arithmetic / "prompts.jsonl")]
    model = f"vllm:{arithmetic / 'models' / model}"
    return [sys.executable, "-m", "rewardlab", "audit", *example, "--model", model, "--format", "json", *options]


@pytest.mark.parametrize(
    ("model", "code", "verdict", "action", "reason"),
    [
        ("inside", 0, "go", "run_rft", None),
        ("below", 1, "no_go", "sft_first", "RL601"),
        ("above", 1, "no_go", "harder_prompts", "RL602"),
    ],
)
def test_each_model_gets_its_verdict(arithmetic, tmp_path, model, code, verdict, action, reason):
    done = subprocess.run(command(arithmetic, model), capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == code, done.stderr
    report = json.loads(done.stdout)
    assert (report["verdict"], report["next_step"]["action"]) == (verdict, action)
    assert reason is None or reason in report["reasons"]
    assert report["baseline"]["generations"] == 1600
    assert report["reward"]["outcomes"]["scored"] == 1600
    assert report["provenance"]["engine"]["vllm"]
    told = f"rewardlab: note: settings from {arithmetic / 'rewardlab.toml'}\n"
    shown = [line for line in untold(done.stderr).splitlines(keepends=True) if not line.startswith("rewardlab: load")]
    assert shown == [told], "what vLLM prints stays in the run's engine.log"


@pytest.mark.parametrize(
    ("judges", "code", "verdict", "action"),
    [(("ada", "bea"), 0, "go", "run_rft"), (("ada", "bea", "lou"), 1, "no_go", "fix_judges")],
)
def test_a_panel_of_trained_judges_is_trusted_until_one_likes_length(
    arithmetic, tmp_path, judges, code, verdict, action
):
    options = [part for name in judges for part in ("--judge", arithmetic / "judges" / f"{name}.toml")]
    line = command(arithmetic, "inside", *map(str, options))
    done = subprocess.run(line, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == code, done.stderr
    report = json.loads(done.stdout)
    assert (report["verdict"], report["next_step"]["action"]) == (verdict, action)
    panel = {judge["name"]: judge for judge in report["judges"]["panel"]}
    assert all(panel[name]["validation"]["accuracy"]["low"] > 0.9 for name in ("ada", "bea"))
    (pair,) = [pair for pair in report["judges"]["agreements"][0]["pairs"] if pair["second"] == "bea"]
    assert pair["alpha"] > 0.85
    assert report["judges"]["errors_against"] == "reward"
    if "lou" not in judges:
        assert report["judges"]["alpha"]["low"] >= 0.8
        assert report["judges"]["error_correlation"]["estimate"] is not None
        assert [one["severity"] for one in report["findings"] if one["code"] != "RL503"] == []
        return
    assert report["judges"]["alpha"]["high"] < 0.667
    assert panel["lou"]["effects"]["padded"]["change"]["low"] > 0.05
    found = {one["code"]: one for one in report["findings"] if one["severity"] == "blocker"}
    assert found["RL502"]["evidence"]["departs_most"] == found["RL505"]["evidence"]["judge"] == "lou"


def test_a_kill_while_vllm_samples_is_resumed_with_the_same_generations(arithmetic, tmp_path):
    """Killed after the first part was written, the same command ends with what an unbroken run would have sampled."""
    code = (
        "import rewardlab.auditing.stream, sys; rewardlab.auditing.stream.FLUSH_SECONDS = 0.02\n"
        "from rewardlab.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    line = command(arithmetic, "inside", "-n", "16")
    line[1:3] = ["-c", code]
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, cwd=tmp_path)
    while not list(tmp_path.glob("runs/*/generations/*.parquet")):
        assert process.poll() is None
        time.sleep(0.005)
    process.kill()
    process.wait()
    (run,) = (tmp_path / "runs").iterdir()
    first = pd.read_parquet(run / "generations")
    assert 0 < len(first) < 3200
    assert subprocess.run(line, stdout=subprocess.DEVNULL, cwd=tmp_path, check=False).returncode == 0
    whole, scores = pd.read_parquet(run / "generations"), pd.read_parquet(run / "scores")
    for frame in (whole, scores):
        assert len(frame) == 3200
        assert not frame.duplicated(["prompt_id", "index"]).any()
    both = first.merge(whole, on=["prompt_id", "index"])
    assert (both["text_x"] == both["text_y"]).all()
    right = whole.merge(scores, on=["prompt_id", "index"])
    answers = {prompt.id: prompt.reference for prompt in read_prompts(arithmetic / "prompts.jsonl")}
    assert ((right["text"].str.strip() == right["prompt_id"].map(answers)) == (right["score"] == 1)).all()


RECIPE = """\
training_config:
  reasoning_effort: high
  rollout:
    advantage_strategy:
      number_generation: 2
    generator:
      max_new_tokens: 6000
      set_random_seed: true
      temperature: 1
      top_k: 1
"""


def test_a_recipe_that_samples_one_text_a_prompt_is_a_no_go_with_its_line(arithmetic, tmp_path):
    (tmp_path / "rft.yaml").write_text(RECIPE)
    line = command(arithmetic, "inside", "--sampling-from", "rft.yaml", "-n", "2")
    done = subprocess.run(line, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert (report["verdict"], report["next_step"]["action"]) == ("no_go", "sample_more")
    assert report["reasons"][0] == "RL702"
    assert "With top_k 1 every generation of a prompt is the same" in report["next_step"]["text"]
    assert "rft.yaml:10" in report["next_step"]["text"]
    assert report["provenance"]["sampling"]["top_k"] == 1
    assert report["provenance"]["sampling_from"]["top_k"] == "rft.yaml:10"
    assert "knows no --thinking high" in done.stderr

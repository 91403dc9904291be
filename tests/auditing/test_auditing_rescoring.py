"""Scoring again: enough to see noise, no more than it may cost, and never twice."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
import time

import pandas as pd
import pyarrow as pa
import pytest

import rewardlab
from rewardlab.auditing.rescoring import LEAST_PROMPTS, MOST_PROMPTS, TIMES, choose, rescore
from rewardlab.outcome import Scored
from rewardlab.runs.parts import GENERATION_SCHEMA, RESCORE_SCHEMA, SCORE_SCHEMA, Parts
from tests.conftest import groups_of, slow
from tests.measurement.test_measurement_scores import prompts

pytestmark = pytest.mark.process


@pytest.fixture(autouse=True)
def _in_its_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def tables(count, *, seconds=0.0001, unscored=0, width=2):
    """A run of `count` prompts, the first `unscored` of which have no score."""
    cells = [(i, j) for i in range(count) for j in range(width)]
    ids = [{"prompt_id": f"p{i}", "index": j} for i, j in cells]
    generations = pa.Table.from_pylist([{**one, "text": "x"} for one in ids], GENERATION_SCHEMA)
    scores = [
        {**one, "score": None if i < unscored else 1.0, "seconds": seconds}
        for one, (i, _) in zip(ids, cells, strict=True)
    ]
    return generations, pa.Table.from_pylist(scores, SCORE_SCHEMA)


def chosen(count, *, seed=0, **run):
    return [generation.prompt_id for _, generation in choose(prompts(count), *tables(count, **run), seed=seed)]


def test_whole_groups_of_some_prompts_are_chosen():
    ids = chosen(200, width=3)
    assert len(set(ids)) == MOST_PROMPTS
    assert {ids.count(one) for one in ids} == {3}


def test_a_small_run_is_chosen_whole_and_an_unscored_prompt_not_at_all():
    assert set(chosen(5)) == {f"p{i}" for i in range(5)}
    assert set(chosen(12, unscored=4)) == {f"p{i}" for i in range(4, 12)}
    assert chosen(3, unscored=3) == chosen(0) == []


@pytest.mark.parametrize(("seconds", "most"), [(0.0, MOST_PROMPTS), (0.1, 50), (1.0, LEAST_PROMPTS)])
def test_a_slow_reward_is_asked_about_few_prompts(seconds, most):
    """Two generations, twice each: at 0.1 s a prompt costs 0.4 s, and 50 of them 20 s."""
    assert len(set(chosen(200, seconds=seconds))) == pytest.approx(most, abs=1)


def test_the_choice_is_the_seeds_and_not_that_of_the_order_in_which_scores_came():
    generations, scores = tables(200)
    shuffled = scores.take(random.Random(1).sample(range(400), 400))
    assert choose(prompts(200), generations, scores, seed=3) == choose(prompts(200), generations, shuffled, seed=3)
    assert set(chosen(200, seed=3)) != set(chosen(200, seed=4))


class Pool:
    """A pool that scores at once: as many as it was asked so far."""

    def __init__(self):
        self.asked = 0
        self._ready = []

    def submit(self, prompt, generation):
        self.asked += 1
        self._ready.append(((generation.prompt_id, generation.index), Scored(self.asked, (), 0.0)))
        return self.asked % 3 == 0

    def flush(self):
        pass

    def drain(self):
        ready, self._ready = self._ready, []
        return ready

    wait = drain

    def fresh(self):
        return contextlib.nullcontext(self)


def test_each_time_is_a_part_of_its_own_and_is_not_asked_twice(tmp_path):
    parts, pool = Parts(tmp_path / "r", RESCORE_SCHEMA, key=("prompt_id", "index", "time")), Pool()
    pairs = choose(prompts(4), *tables(4), seed=0)
    rescore(pool, pairs, parts)
    rows = parts.read().to_pylist()
    assert [row["time"] for row in rows] == [1] * 8 + [2] * 8
    assert [row["score"] for row in rows] == list(range(1, 17))
    (tmp_path / "r" / "part-000002.parquet").unlink()
    rescore(pool, pairs, parts)
    assert [row["score"] for row in parts.read().to_pylist()] == [*range(1, 9), *range(17, 25)]
    rescore(pool, pairs, parts)
    assert pool.asked == 24


def test_no_pair_is_no_part(tmp_path):
    rescore(Pool(), [], Parts(tmp_path / "r", RESCORE_SCHEMA))
    assert not (tmp_path / "r").exists()


NOISY = """
import random
def score(completion, reference):
    return min(1.0, max(0.0, float(completion) * 0.6 + 0.2 + random.gauss(0, {sd})))
"""


def audit(task, **options):
    return rewardlab.audit(task["reward"], task["prompts"], model=f"recorded:{task['recorded']}", out="run", **options)


def test_a_noisy_reward_is_told_and_a_resumed_run_does_not_ask_again(task_of):
    task = task_of(groups_of({4: 100}, n=8))
    task["reward"].write_text(NOISY.format(sd=0.03))
    report = audit(task)
    noise = report.reward.noise
    assert noise.rescored == MOST_PROMPTS * 8
    assert noise.noise_sd == pytest.approx(0.03, rel=0.2)
    assert noise.signal_sd == pytest.approx(0.32, rel=0.1)
    assert noise.reliability.low > 0.9
    assert [one.severity for one in report.findings if one.code == "RL306"] == ["note"]
    assert audit(task).reward.noise == rewardlab.read_report("run").reward.noise == noise
    again = pd.read_parquet("run/rescores")
    assert len(again) == MOST_PROMPTS * 8 * TIMES
    assert not again.duplicated(["prompt_id", "index", "time"]).any()


def test_noise_that_is_all_there_is_blocks(task_of):
    task = task_of(groups_of({4: 100}))
    task["reward"].write_text(NOISY.format(sd=0.2).replace("float(completion)", "0.5"))
    report = audit(task)
    assert report.verdict == "no_go"
    assert "RL306" in report.reasons


def test_a_deterministic_reward_shows_no_noise(task_of):
    report = audit(task_of(groups_of({4: 100})))
    noise = report.reward.noise
    assert (noise.rescored, noise.noise_sd, noise.unchanged.estimate) == (MOST_PROMPTS * 8, 0, 1)
    assert (noise.signal_to_noise, noise.reliability.estimate) == (None, None)
    assert "no repeat differs" in noise.reliability.undefined
    assert "RL306" not in {one.code for one in report.findings}


def test_a_kill_between_two_scorings_resumes(task_of, tmp_path):
    task = task_of(groups_of({4: 12}, n=4, high=0.75))
    task["reward"].write_text(slow(0.01))
    command = [sys.executable, "-m", "rewardlab", "audit", str(task["reward"]), str(task["prompts"]), "-q"]
    command += ["--model", f"recorded:{task['recorded']}", "--out", "run", "--format", "json"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (first := list(tmp_path.glob("run/rescores/*/*.parquet"))) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert len(first) == 1
    written = first[0].stat().st_mtime_ns
    done = subprocess.run(command, capture_output=True, check=False)
    assert json.loads(done.stdout)["reward"]["noise"]["rescored"] == 48
    assert first[0].stat().st_mtime_ns == written
    again = pd.read_parquet("run/rescores")
    assert again.groupby("time").size().to_dict() == dict.fromkeys(range(1, TIMES + 1), 48)

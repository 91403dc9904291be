"""A panel on a run: what is asked, what is kept, and that nothing is asked twice; the judges are quick Python."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rewardlab
from rewardlab.auditing.pipeline import run_judge, run_score
from rewardlab.errors import RunError, UsageError
from rewardlab.judging.judgments import judgments_of, read_judgments
from rewardlab.judging.panel import ratings_of_panel
from rewardlab.probes.reward import returns
from rewardlab.runs.directory import Run
from rewardlab.runs.manifest import read_manifest
from tests.conftest import groups_of

pytestmark = pytest.mark.process

RIGHT = """
from pathlib import Path
CALLS = Path(__file__).with_name("calls")
def right(response, reference):
    with CALLS.open("a") as file:
        file.write(repr(response) + "\\n")
    return "yes" if response == reference else "no"
def better(response, other, reference):
    return "A" if response == reference else "B"
"""
GROUPS = groups_of({0: 4, 2: 4, 4: 4})


@pytest.fixture(autouse=True)
def _in_its_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rewardlab.probes.reward.PROBES", (returns.ask,))


@pytest.fixture
def judge(tmp_path):
    """Write a judge of Python and its definition; returns the definition's path."""

    def write(name="right", *, code=RIGHT, kind="boolean", labels=("no", "yes"), function=None, more=""):
        (tmp_path / f"{name}.py").write_text(code)
        path = tmp_path / f"{name}.toml"
        model = f"python:{name}.py:{function or name}"
        path.write_text(f'kind = "{kind}"\nlabels = {json.dumps(labels)}\nmodel = "{model}"\n{more}')
        return path

    return write


def audit(task, **options):
    options.setdefault("out", "run")
    return rewardlab.audit(task["reward"], task["prompts"], model=f"recorded:{task['recorded']}", **options)


def ratings(folder="run"):
    with Run.open(Path(folder)) as run:
        ids = [prompt.id for prompt in run.prompts()]
        present = np.ones((len(ids), run.manifest.num_generations), bool)
        return ratings_of_panel(run, ids, present)


def calls():
    return len(Path("calls").read_text().splitlines()) if Path("calls").exists() else 0


def test_a_judge_sees_every_generation_once_and_some_again(task_of, judge):
    audit(task_of(GROUPS), judge=[str(judge())])
    (found,) = ratings()
    assert (found.values == np.array(GROUPS)).all()
    assert (found.weights == 1).all()
    again = np.isfinite(found.repeats).all(axis=2)
    assert found.repeats.shape == (12, 8, 3)
    assert again.sum() == 60
    assert again.any(axis=1).all()
    assert (found.judge.name, found.judge.kind, found.judge.values) == ("right", "boolean", (0.0, 1.0))


def test_equal_questions_are_asked_once(task_of, judge, monkeypatch):
    """20 of the 24 kinds of answer there could be (right or wrong, in 12 prompts) occur; each is asked three times."""
    monkeypatch.setattr("rewardlab.auditing.panel.questions", lambda *_, **__: ())
    audit(task_of(GROUPS), judge=[str(judge())])
    kinds = sum(len(set(group)) for group in GROUPS)
    (found,) = ratings()
    assert calls() == found.usage.questions
    assert kinds < calls() <= 3 * kinds


def test_a_second_command_asks_nothing_and_neither_does_a_new_name(task_of, judge):
    path = judge()
    audit(task_of(GROUPS), judge=[str(path)])
    before, parts = calls(), {part: part.stat().st_mtime_ns for part in Path("run").rglob("*.parquet")}
    run_judge(Path("run"), {"judge": (str(path),)})
    path.write_text(path.read_text() + 'name = "exact"\ndescription = "?"\n')
    run_judge(Path("run"), {"judge": (str(path),)})
    assert calls() == before
    assert parts == {part: part.stat().st_mtime_ns for part in Path("run").rglob("*.parquet")}
    assert [one.name for one in read_manifest(Path("run")).judges] == ["exact"]


def test_a_judge_whose_code_changed_is_asked_anew_and_takes_the_old_ones_place(task_of, judge):
    audit(task_of(GROUPS), judge=[str(judge())])
    run_judge(Path("run"), {"judge": (str(judge(code=RIGHT.replace("==", "!="))),)})
    (found,) = ratings()
    assert (found.values == 1 - np.array(GROUPS)).all()
    assert len(list(Path("run/judgments").iterdir())) == 2


def test_judges_are_added_to_a_run_and_an_audit_sets_its_panel(task_of, judge):
    task = task_of(GROUPS)
    report = audit(task)
    first, second = str(judge()), str(judge("strict", code="def strict(response): return response == '1'"))
    assert rewardlab.judge("run", first).verdict == report.verdict
    run_judge(Path("run"), {"judge": (second,)})
    assert [one.judge.name for one in ratings()] == ["right", "strict"]
    assert (ratings()[0].values == ratings()[1].values).all()
    before = calls()
    audit(task, judge=[second])
    assert [one.judge.name for one in ratings()] == ["strict"]
    audit(task, judge=[second, first])
    assert calls() == before


def test_two_of_one_name_are_told_apart_and_one_named_twice_is_refused(task_of, judge, tmp_path):
    (tmp_path / "other").mkdir()
    first, task = judge(), task_of(GROUPS)
    other = tmp_path / "other" / "right.toml"
    other.write_text(first.read_text().replace("right.py", "../right.py") + "repeats = 1\n[sampling]\nseed = 1\n")
    audit(task, judge=[str(first), str(other)])
    names = [one.judge.name for one in ratings()]
    assert names[0] == "right"
    assert names[1].startswith("right@python:")
    with pytest.raises(UsageError, match="'right' and 'right' are one and the same"):
        audit(task, judge=[str(first), str(first)])


def test_a_judge_that_cannot_be_used_is_told_before_anything_is_sampled(task_of, judge):
    task = task_of(GROUPS)
    for name, words in [
        ("nobody", "no judge 'nobody'"),
        ("correctness", "'correctness' names no model; write --judge correctness@ENGINE:MODEL$"),
        (str(judge("lost", function="absent")), "no function 'absent'"),
        (str(judge("fast", more="[engine]\nspeed = 3\n", function="right")), "python engine has no option 'speed'"),
        (f"correctness@recorded:{task['recorded']}", "one that can be asked"),
    ]:
        with pytest.raises(UsageError, match=words):
            audit(task, judge=[name])
    with pytest.raises(UsageError, match=r"needs \{criteria\}.*no prompt has it"):
        audit(task, judge=["rubric@vllm:nowhere"])
    assert not Path("run").exists()


def test_judging_needs_judges_and_scores(task_of):
    task = task_of(GROUPS)
    audit(task)
    with pytest.raises(UsageError, match=r"no judge named; expected FILE\.toml, or one of .*correctness"):
        run_judge(Path("run"), {})
    manifest = json.loads(Path("run/run.json").read_text())
    Path("run/run.json").write_text(json.dumps({**manifest, "rewards": []}))
    with pytest.raises(RunError, match="nothing was scored"):
        run_judge(Path("run"), {"judge": ("correctness@vllm:x",)})


def test_a_failing_judge_costs_its_judgment_only(task_of, judge):
    code = """
def moody(response, row):
    match row["id"]:
        case "p0": raise ValueError("no mood")
        case "p1": return None
        case "p2": return "perhaps"
        case "p3": import sys; sys.exit(3)
    print("judging", response)
    return "yes"
"""
    audit(task_of(GROUPS), judge=[str(judge("moody", code=code, more="repeats = 0"))])
    (found,) = ratings()
    assert np.isnan(found.values[:4]).all()
    assert (found.values[4:] == 1).all()
    assert found.asked.all()
    assert found.unread == {"abstained": 8, "crashed": 8, "invalid": 8, "raised": 8}
    assert "judging 1" in Path("run/judge.log").read_text()


def test_a_judge_that_waits_is_asked_in_several_processes(task_of, judge):
    code = """
import os, time
def waits(response, reference):
    time.sleep(0.02)
    print(os.getpid())
    return response == reference
"""
    path = judge("waits", code=code, more="[engine]\nconcurrency = 4")
    audit(task_of(GROUPS), judge=[str(path)])
    assert (ratings()[0].values == np.array(GROUPS)).all()
    assert 2 <= len(set(Path("run/judge.log").read_text().split())) <= 8, "four for each round of questions"


def test_judges_are_settings_whose_paths_are_relative_to_their_file(task_of, judge, tmp_path, run):
    task = task_of(GROUPS)
    folder = tmp_path / "there"
    folder.mkdir()
    prompts = task["prompts"].rename(folder / "prompts.jsonl")
    judge().rename(folder / "right.toml")
    (tmp_path / "right.py").rename(folder / "right.py")
    (folder / "rewardlab.toml").write_text('judge = ["right.toml"]\njudge_sample = 20\nmin_alpha = 0.8\n')
    model = f"recorded:{task['recorded']}"
    own = ("--config", folder / "rewardlab.toml")
    code, _, error = run("audit", task["reward"], prompts, "--model", model, "--out", "run", "--format", "json", *own)
    assert (code, ratings()[0].asked.sum()) == (4, 20)
    assert "note: judge right: " in error
    assert read_manifest(Path("run")).settings["min_alpha"] == 0.8
    code, _, error = run("judge", "run", "--judge", "there/right.toml", "--judge-sample", "40", "--min-alpha", "2")
    assert (code, error.split(" is not")[0]) == (2, "rewardlab: --min-alpha: '2'")
    code, _, _ = run("judge", "run", "--judge", "there/right.toml", "--judge-sample", "40")
    assert (code, ratings()[0].asked.sum(), (ratings()[0].weights > 0).sum()) == (4, 40, 40)


def test_a_judge_whose_server_is_gone_leaves_a_run_that_resumes(task_of, judge, tmp_path):
    task, path = task_of(GROUPS), judge("served", labels=("no", "yes"))
    (tmp_path / "served.txt").write_text("{question}={reference}\n{response}\n{answer}")
    model = 'model = "openai:m"\n[engine]\nbase_url = "http://127.0.0.1:9/v1"\napi_key = "x"\nmax_retries = 0\n'
    path.write_text('kind = "boolean"\nlabels = ["no", "yes"]\n' + model)
    with pytest.raises(rewardlab.EngineError, match="no answer"):
        audit(task, judge=[str(judge()), str(path)])
    manifest = read_manifest(Path("run"))
    assert (manifest.finished, [one.name for one in manifest.judges]) == (False, ["right"])
    before = calls()
    audit(task, judge=[str(judge())])
    assert (calls(), read_manifest(Path("run")).finished) == (before, True)
    assert "api_key" not in Path("run/run.json").read_text()


def test_pairs_are_asked_in_both_orders(task_of, judge):
    path = judge("better", code=RIGHT, kind="pairwise", labels=("A", "B"))
    audit(task_of(groups_of({2: 4, 0: 2, 4: 70})), judge=[str(path)])
    pairs = ratings()[0].pairs
    assert len(pairs.prompt) == 74
    scores = np.array(groups_of({2: 4, 0: 2, 4: 70}))
    assert (pairs.value == scores[pairs.prompt, pairs.second]).all()
    assert (pairs.value == pairs.swapped).all()
    assert 0 < pairs.value.mean() < 1
    assert np.isfinite(pairs.repeats).all(axis=1).sum() == 60


def test_a_sample_of_pairs_is_half_as_many(task_of, judge):
    path = judge("better", code=RIGHT, kind="pairwise", labels=("A", "B"))
    audit(task_of(groups_of({4: 40})), judge=[str(path)], judge_sample=20)
    pairs = ratings()[0].pairs
    assert len(pairs.prompt) == len(set(pairs.prompt)) == 10
    assert np.isfinite(pairs.swapped).all()


def test_a_sample_is_judged_with_its_weights(task_of, judge):
    """12 successes of 96 (2 in each of 6): of 24, 12 go to the successes, that is all of them."""
    groups = groups_of({0: 6, 2: 6})
    audit(task_of(groups), judge=[str(judge())], judge_sample=24)
    (found,) = ratings()
    assert found.asked.sum() == 24
    assert (found.asked == (found.weights > 0)).all()
    assert found.weights.sum() == pytest.approx(96, rel=0.15)
    success = np.array(groups) == 1
    assert (found.weights[success] == 1).all()
    assert (found.values[success] == 1).all()
    before = calls()
    run_judge(Path("run"), {"judge": ("right.toml",)})
    assert calls() == before
    run_judge(Path("run"), {"judge": ("right.toml",), "judge_sample": 96})
    (found,) = ratings()
    assert found.asked.all()
    assert (found.weights == 1).all()


def test_a_smaller_sample_of_a_judged_run_is_what_counts(task_of, judge):
    """What was judged before and is not of the sample is in no estimate."""
    groups = groups_of({0: 6, 2: 6})
    audit(task_of(groups), judge=[str(judge())])
    report = run_judge(Path("run"), {"judge": ("right.toml",), "judge_sample": 24})
    assert (ratings()[0].asked == (ratings()[0].weights > 0)).all()
    assert report.judges.panel[0].judged == 24
    assert report.judges.panel[0].pass_rate.estimate == pytest.approx(12 / 96, abs=0.03)


#: Judges that see the prompt too, so that no two questions read the same and one answer serves both.
APART = 'def apart(question, response, reference):\n    return "yes" if response == reference else "no"\n'


@pytest.mark.parametrize(("first", "then"), [(None, 150), (150, 130), (150, 8)])
def test_a_smaller_sample_of_a_judged_run_asks_nothing(task_of, judge, first, then):
    """Neither a verdict nor a repeat nor an altered response that is there; judged again with all, only what is not."""
    path = judge("apart", code=APART)
    audit(task_of(groups_of({4: 80})), judge=[str(path)], judge_sample=first)
    before = judged_places()
    run_judge(Path("run"), {"judge": ("apart.toml",), "judge_sample": then})
    assert judged_places() == before
    run_judge(Path("run"), {"judge": ("apart.toml",)})
    more = judged_places() - before
    assert {variant for *_, variant, _ in more} <= {""}
    assert {time for *_, time in more} <= {0}


def judged_places():
    """Every question that the first judge of the run has an answer to."""
    key = ratings()[0].judge.key
    return set(read_judgments(judgments_of(Path("run"), key)))


def test_another_reward_leaves_the_weights_of_the_sample_that_was_judged(task_of, judge):
    task = task_of(groups_of({0: 6, 2: 6}))
    audit(task, judge=[str(judge())], judge_sample=24)
    before = ratings()[0].weights
    other = task["reward"].with_name("other.py")
    other.write_text("def score(completion, reference):\n    return 0.25 * (completion != reference)\n")
    run_score(Path("run"), other, {})
    assert (ratings()[0].weights == before).all()


def test_a_run_from_before_there_were_judges_opens(task_of):
    audit(task_of(GROUPS))
    manifest = json.loads(Path("run/run.json").read_text())
    del manifest["judges"]
    Path("run/run.json").write_text(json.dumps(manifest))
    assert rewardlab.read_report("run").verdict == "inconclusive"


SLOW = RIGHT.replace(
    "def right(response, reference):", "def right(response, reference):\n    import time; time.sleep(0.004)", 1
)


def test_a_kill_at_any_moment_loses_and_doubles_no_judgment(task_of, judge):
    """The same audit, killed with SIGKILL while it judges, ends with every judgment once and asks little again."""
    groups = [[f"{i}.{j}" for j in range(8)] for i in range(40)]
    task = task_of(groups)
    path = judge(code=SLOW)
    code = (
        "import rewardlab.judging.judgments as judgments, sys; judgments.FLUSH_SECONDS = 0.05\n"
        "from rewardlab.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "audit", str(task["reward"]), str(task["prompts"]), "-q", "--format", "json"]
    command += ["--model", f"recorded:{task['recorded']}", "--judge", str(path)]
    rng = random.Random(5)
    for _ in range(2):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        before = len(list(Path("runs").glob("*/judgments/*/*.parquet")))
        while len(list(Path("runs").glob("*/judgments/*/*.parquet"))) == before:
            assert process.poll() is None, "it was to be killed before its end"
            time.sleep(0.001)
        time.sleep(rng.random() / 10)
        process.kill()
        process.wait()
    subprocess.run(command, stdout=subprocess.PIPE, check=False)
    (run,) = Path("runs").iterdir()
    judgments = pd.read_parquet(run / "judgments")
    assert (judgments["variant"] == "").sum() == 320 + 2 * 60
    assert not judgments.duplicated(["prompt_id", "index", "variant", "time"]).any()
    assert len(judgments) <= calls() < len(judgments) + 2 * 80
    assert read_manifest(run).finished


def test_one_definition_named_in_two_ways_is_one_judge(task_of, judge, monkeypatch, tmp_path):
    path = judge()
    audit(task_of(GROUPS), judge=[str(path)])
    path.write_text(path.read_text() + "[sampling]\nseed = 5\n")
    run_judge(Path("run"), {"judge": ("../" + tmp_path.name + "/right.toml",)})
    (record,) = read_manifest(Path("run")).judges
    assert Path(record.source).is_absolute()

"""The audit over recorded generations: verdicts, exit codes, the run directory, and its resumption."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

import rewardlab
from rewardlab.auditing.pipeline import run_sample, run_score
from rewardlab.errors import EngineError, InputError, RunError, TokensMissingError, UsageError
from rewardlab.formats.audit import FORMATS
from rewardlab.formats.display import Display
from rewardlab.probes.reward import returns
from rewardlab.runs.looks import Look
from rewardlab.runs.manifest import read_manifest
from rewardlab.settings.loading import load_settings
from tests.conftest import REWARD, groups_of, slow

pytestmark = pytest.mark.process

INSIDE = {0: 120, 1: 40, 2: 20, 4: 10, 8: 10}
BELOW = {0: 170, 1: 20, 2: 8, 4: 2}
ABOVE = {6: 2, 7: 8, 8: 190}
UNDECIDED = {0: 150, 1: 30, 2: 12, 4: 6, 8: 2}


def audit(task, tmp_path, **options):
    options.setdefault("out", str(tmp_path / "run"))
    return rewardlab.audit(task["reward"], task["prompts"], model=f"recorded:{task['recorded']}", **options)


@pytest.fixture(autouse=True)
def _in_its_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # One probe of the reward itself stands for all, which tests/test_bank.py asks: these are about the run.
    monkeypatch.setattr("rewardlab.probes.reward.PROBES", (returns.ask,))


@pytest.mark.parametrize(
    ("histogram", "verdict", "action", "code"),
    [
        (INSIDE, "go", "run_rft", 0),
        (BELOW, "no_go", "sft_first", 1),
        (ABOVE, "no_go", "harder_prompts", 1),
        (UNDECIDED, "inconclusive", "sample_more", 4),
        ({0: 100, 8: 100}, "no_go", "fix_data", 1),
    ],
)
def test_the_worked_decisions(task_of, tmp_path, histogram, verdict, action, code):
    """STATISTICS.md 2.3, published with each scenario; the last is half always right, half never: no group differs."""
    report = audit(task_of(groups_of(histogram)), tmp_path)
    assert (report.verdict, report.next_step.action, report.exit_code) == (verdict, action, code)


def test_the_interval_in_the_report_is_near_the_published_one(task_of, tmp_path):
    """Published at 0.95, of the modified Wilson kind: (0.0955, 0.1619). A first look leaves something to later ones."""
    accuracy = audit(task_of(groups_of(INSIDE)), tmp_path).baseline.accuracy
    assert (accuracy.estimate, accuracy.level) == (0.125, 0.96)
    assert (accuracy.low, accuracy.high) == pytest.approx((0.0948, 0.1651), abs=2e-4)


def test_each_look_at_a_run_that_grows_is_surer_and_reading_it_again_is_none(task_of, tmp_path, write_lines):
    task, levels = task_of(groups_of({0: 37, 1: 8, 2: 3, 4: 2}) * 4), []
    rows = task["prompts"].read_text().splitlines()
    for prompts in (50, 100, 150, 200):
        write_lines("prompts.jsonl", rows[:prompts])
        report = audit(task, tmp_path)
        levels.append((report.baseline.look, report.baseline.accuracy.level))
        again = rewardlab.read_report(tmp_path / "run", band=(0.01, 0.9)).baseline
        assert (again.look, again.accuracy.level) == levels[-1]
        assert report.spread.informative_groups["8"].level == report.baseline.pass_at_k["4"].level == levels[-1][1]
    # 50 prompts decide nothing, and are no look.
    assert [look for look, _ in levels] == [1, 1, 2, 3]
    assert [level for _, level in levels] == pytest.approx([0.96, 0.96, 0.98637, 0.99201], abs=5e-4)
    assert read_manifest(tmp_path / "run").looks == (Look(100, 800), Look(150, 1200), Look(200, 1600))
    text = FORMATS["text"](report, Display(width=160))
    assert "look 3 at this run: intervals are at 99.2" in text


def test_an_unfinished_run_was_not_looked_at(task_of, tmp_path):
    task = task_of(groups_of(INSIDE))
    run_sample(task["prompts"], load_settings({"model": f"recorded:{task['recorded']}", "out": "run"}, task["prompts"]))
    assert read_manifest(tmp_path / "run").looks == ()


def test_fewer_than_a_hundred_prompts_decide_nothing(task_of, tmp_path):
    report = audit(task_of(groups_of({4: 99})), tmp_path)
    assert report.verdict == "inconclusive"
    assert report.next_step.further_prompts == 1
    assert "RL603" in report.reasons


def test_band_on_solved_judges_the_share_of_prompts_with_a_success(task_of, tmp_path):
    task = task_of(groups_of({0: 120, 1: 80}))
    assert audit(task, tmp_path).baseline.position == "undecided"
    report = audit(task, tmp_path, band_on="solved")
    assert report.baseline.position == "inside"
    assert report.baseline.solved.estimate == 0.4


def test_a_failure_is_never_a_zero(task_of, tmp_path):
    """Half the generations raise; those that score are half right: the accuracy is one half, and bounds are told."""
    report = audit(task_of([[1, 0, "x", "x"]] * 120), tmp_path)
    assert report.baseline.accuracy.estimate == 0.5
    assert report.baseline.accuracy_bounds.as_failures.estimate == 0.25
    assert report.baseline.accuracy_bounds.as_successes.estimate == 0.75
    assert report.reward.outcomes.raised == 240
    assert (report.verdict, report.next_step.action, report.reasons[0]) == ("no_go", "fix_reward", "RL201")


def test_unscored_generations_that_could_change_the_verdict_make_it_inconclusive(task_of, tmp_path):
    """The scored ones lie just inside the band (low 0.0721); with the unscored as failures the interval crosses it."""
    groups = groups_of({0: 880, 1: 60, 2: 60, 4: 60, 8: 40})
    few = [[*group[:-1], "x"] if 1 in group and 0 in group and i % 10 == 0 else group for i, group in enumerate(groups)]
    report = audit(task_of(few), tmp_path, band=(0.072, 0.95), min_informative=0.1)
    assert report.reward.outcomes.raised == 18
    assert report.baseline.accuracy.low > 0.072 > report.baseline.accuracy_bounds.as_failures.low
    assert report.baseline.position == "undecided"
    assert (report.verdict, report.next_step.action) == ("inconclusive", "fix_reward")
    assert "counted as failures or as successes" in report.next_step.text


def test_a_constant_reward_is_a_blocker(task_of, tmp_path):
    report = audit(task_of([[0.3] * 8] * 150), tmp_path)
    assert (report.verdict, report.next_step.action) == ("no_go", "fix_reward")
    assert "RL301" in report.reasons
    assert report.spread.flat_groups.constant_reward == 150
    assert report.spread.icc is None
    assert report.spread.variance_undefined == "all scores are equal"


def test_scores_of_which_nothing_tells_what_is_right_decide_nothing(task_of, tmp_path):
    """Three levels, and no examination that asked what right answers earn: accuracy is 75 %, 50 % or 25 %."""
    task = task_of([[0, 3, 7, 10]] * 150)
    task["reward"].write_text(REWARD.replace("float(completion.s", "10 * float(completion.s", 1))
    report = audit(task, tmp_path, band=(0.3, 0.95))
    assert (report.verdict, report.next_step.action) == ("inconclusive", "fix_data")
    assert "--success-at" in report.next_step.text
    assert [one.at for one in report.baseline.success.open] == [3, 7]
    declared = audit(task, tmp_path, success_at=7, band=(0.3, 0.95))
    assert (declared.verdict, declared.baseline.accuracy.estimate) == ("go", 0.5)


def test_scores_outside_a_declared_range_are_a_blocker(task_of, tmp_path):
    report = audit(task_of([[0, 3, 7, 10]] * 150), tmp_path, reward_range=(0, 5))
    assert (report.verdict, report.reasons) == ("no_go", ("RL105",))


def test_a_negative_score_makes_no_threshold(task_of, tmp_path):
    """Right answers earn 1 and wrong ones 0, whatever one generation of each prompt earned."""
    rows = [[0, 1, 0, 1]] * 149 + [[0, 1, 0, -1]]
    report = audit(task_of(rows), tmp_path)
    assert (report.baseline.success_at, report.baseline.success.source) == (0.5, "answers")


def test_truncated_groups_and_generations_are_told_apart(task_of, tmp_path):
    report = audit(task_of([[0, 0]] * 120, finish="length"), tmp_path)
    assert report.spread.flat_groups.all_truncated == 120
    assert report.reward.outcomes.truncated == 240
    assert "RL409" in {finding.code for finding in report.findings}


def test_the_report_has_frames_of_prompts_generations_and_scores(task_of, tmp_path):
    report = audit(task_of(groups_of({4: 100})), tmp_path)
    assert list(report.prompts["id"]) == [f"p{i}" for i in range(100)]
    assert len(report.generations) == len(report.scores) == 800
    joined = report.generations.merge(report.scores, on=["prompt_id", "index"])
    assert (joined["text"].astype(float) == joined["score"]).all()


def test_a_finished_run_is_reported_again_without_scoring_again(task_of, tmp_path):
    task = task_of(groups_of(INSIDE))
    first = audit(task, tmp_path)
    parts = {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*.parquet")}
    again = audit(task, tmp_path)
    assert again.baseline == first.baseline
    assert parts == {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*.parquet")}
    assert rewardlab.read_report(tmp_path / "run").baseline == first.baseline
    assert rewardlab.read_report(tmp_path / "run", band=(0.2, 0.9)).verdict == "no_go"


def test_a_run_grows_by_prompts_and_by_generations(task_of, tmp_path):
    small = task_of(groups_of({4: 60}, n=4 + 4))
    assert audit(small, tmp_path, num_generations=4).baseline.generations == 240
    grown = task_of(groups_of({4: 120}))
    with pytest.raises(RunError, match="files have changed"):
        audit(grown, tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"temperature": 0.5}, "temperature 1.0, not 0.5"), ({"seed": 3}, "seed 0, not 3")],
)
def test_a_run_of_another_sampling_is_not_resumed(task_of, tmp_path, options, message):
    task = task_of(groups_of({4: 100}))
    audit(task, tmp_path)
    with pytest.raises(RunError, match=message):
        audit(task, tmp_path, **options)


def test_prompts_that_changed_under_a_run_are_refused(task_of, tmp_path, write_lines):
    task = task_of(groups_of({4: 100}))
    audit(task, tmp_path)
    rows = [json.loads(line) for line in task["prompts"].read_text().splitlines()]
    write_lines("prompts.jsonl", [{**rows[0], "reference_answer": "2"}, *rows[1:]])
    with pytest.raises(RunError, match="'p0' reads otherwise"):
        audit(task, tmp_path)
    write_lines("prompts.jsonl", rows[1:])
    with pytest.raises(RunError, match="holds the prompt 'p0'"):
        audit(task, tmp_path)


def test_prompts_may_come_to_a_run(task_of, tmp_path, write_lines):
    task = task_of(groups_of({4: 120}))
    rows = task["prompts"].read_text().splitlines()
    write_lines("prompts.jsonl", rows[:100])
    assert audit(task, tmp_path).baseline.prompts == 100
    write_lines("prompts.jsonl", rows)
    report = audit(task, tmp_path)
    assert (report.baseline.prompts, report.baseline.generations) == (120, 960)


def test_another_reward_scores_the_same_generations(task_of, tmp_path):
    task = task_of(groups_of(INSIDE))
    settings = load_settings({"model": f"recorded:{task['recorded']}", "out": str(tmp_path / "run")}, task["prompts"])
    assert run_sample(task["prompts"], settings) == tmp_path / "run"
    with pytest.raises(RunError, match="nothing was scored"):
        rewardlab.read_report(tmp_path / "run")
    first = run_score(tmp_path / "run", task["reward"], {})
    assert first.baseline.accuracy.estimate == 0.125
    other = tmp_path / "reward2.py"
    other.write_text("def score(completion, reference):\n    return 1 - float(completion)\n")
    second = run_score(tmp_path / "run", other, {"band": (0.5, 0.99)})
    assert second.baseline.accuracy.estimate == 0.875
    assert second.baseline.band == (0.5, 0.99)
    assert len(read_manifest(tmp_path / "run").rewards) == 2
    assert rewardlab.read_report(tmp_path / "run").provenance["reward"]["path"] == str(other)


def test_two_audits_cannot_share_a_directory(task_of, tmp_path):
    task = task_of(groups_of({4: 100}))
    audit(task, tmp_path)
    from rewardlab.runs.directory import Run

    with Run.open(tmp_path / "run"), pytest.raises(RunError, match="another rewardlab is using it"):
        audit(task, tmp_path)


def test_a_damaged_part_is_named(task_of, tmp_path):
    task = task_of(groups_of({4: 100}))
    audit(task, tmp_path)
    (part,) = (tmp_path / "run" / "generations").glob("*.parquet")
    part.write_bytes(part.read_bytes()[:100])
    with pytest.raises(RunError, match=r"part-000001\.parquet: the part is damaged"):
        audit(task, tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema": "other/1"}', b'{"schema": "rewardlab.run/1"}'])
def test_a_damaged_manifest_is_named(task_of, tmp_path, content):
    task = task_of(groups_of({4: 100}))
    audit(task, tmp_path)
    (tmp_path / "run" / "run.json").write_bytes(content)
    with pytest.raises(RunError, match=r"run\.json"):
        rewardlab.read_report(tmp_path / "run")


def test_a_folder_that_is_no_run_is_left_alone(task_of, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.tex").write_text("precious")
    with pytest.raises(RunError, match=r"not empty \(thesis\.tex\)"):
        audit(task_of(groups_of({4: 100})), tmp_path)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["thesis.tex"]


def test_a_failed_start_leaves_no_run_behind(task_of, tmp_path):
    task = task_of(groups_of({4: 100}))
    task["reward"].write_text("1 / 0")
    with pytest.raises(rewardlab.RewardError):
        audit(task, tmp_path)
    assert not (tmp_path / "run").exists()
    with pytest.raises(EngineError, match="does not exist"):
        rewardlab.audit(task["reward"].with_name("good.py"), task["prompts"], model="vllm:./nowhere") if (
            task["reward"].with_name("good.py").write_text("def score(c, r): return 1")
        ) else None


def test_with_no_model_named_the_three_shortest_ways_are(task_of):
    task = task_of(groups_of({4: 100}))
    with pytest.raises(UsageError, match=r"no model named; give --model vllm:.*recorded:.*rewardlab\.toml"):
        rewardlab.audit(task["reward"], task["prompts"])


def test_recordings_of_other_prompts_are_refused(task_of, tmp_path, write_lines):
    task = task_of(groups_of({4: 100}))
    write_lines("recorded.jsonl", [{"prompt_id": "elsewhere", "text": "1"}])
    with pytest.raises(InputError, match="no prompt_id is an id of the prompts"):
        audit(task, tmp_path)


def test_missing_and_unknown_recordings_are_told(task_of, tmp_path, write_lines):
    task = task_of(groups_of({4: 101}))
    rows = task["recorded"].read_text().splitlines()
    extra = {"prompt_id": "zzz", "index": 0, "text": "1"}
    write_lines("recorded.jsonl", [*rows[8:-3], extra])
    report = audit(task, tmp_path)
    notices = " ".join(report.provenance["notices"])
    assert "1 prompt ids are not in the prompts" in notices
    assert "1 prompts have no recorded generation" in notices
    assert "3 generations asked for were not recorded" in notices
    assert report.baseline.generations == 797


def test_a_kill_at_any_moment_loses_and_doubles_nothing(task_of, tmp_path):
    """The same command, killed with SIGKILL over and over, ends with each generation and each score exactly once."""
    task = task_of(groups_of({4: 100}, low=0.25, high=0.75))
    task["reward"].write_text(slow(0.002))
    code = (
        "import rewardlab.auditing.stream, sys; rewardlab.auditing.stream.FLUSH_SECONDS = 0.05\n"
        "from rewardlab.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "audit", str(task["reward"]), str(task["prompts"]), "-q", "--format", "json"]
    command += ["--model", f"recorded:{task['recorded']}", "--success-at", "0.5"]
    rng = random.Random(5)
    for _ in range(4):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=tmp_path)
        before = len(list(tmp_path.glob("runs/*/scores/*/*.parquet")))
        while len(list(tmp_path.glob("runs/*/scores/*/*.parquet"))) == before:
            assert process.poll() is None, "it was to be killed before its end"
            time.sleep(0.001)
        time.sleep(rng.random() / 10)
        process.kill()
        process.wait()
    out = subprocess.run(command, stdout=subprocess.PIPE, cwd=tmp_path, check=True).stdout
    report = json.loads(out)
    assert report["baseline"]["accuracy"]["estimate"] == 0.5
    (run,) = (tmp_path / "runs").iterdir()
    generations, scores = pd.read_parquet(run / "generations"), pd.read_parquet(run / "scores")
    assert len(generations) == len(scores) == 800
    assert not generations.duplicated(["prompt_id", "index"]).any()
    assert not scores.duplicated(["prompt_id", "index"]).any()


def test_an_interrupt_keeps_what_arrived_and_says_so(task_of, tmp_path):
    task = task_of(groups_of({4: 100}, low=0.25, high=0.75))
    task["reward"].write_text(slow(0.02))
    command = [sys.executable, "-m", "rewardlab", "audit", str(task["reward"]), str(task["prompts"]), "--out", "run"]
    command += ["--model", f"recorded:{task['recorded']}"]
    command += ["--reward-workers", "1"]  # so that it takes sixteen seconds, wherever it runs
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (tmp_path / "run" / "reward.log").exists():
        time.sleep(0.05)
    time.sleep(3)
    os.kill(process.pid, signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert error.splitlines()[-1] == "rewardlab: interrupted; the same command resumes"
    assert len(pd.read_parquet(tmp_path / "run" / "generations")) == 800
    assert 0 < len(pd.read_parquet(tmp_path / "run" / "scores")) < 800


def test_a_process_that_dies_in_a_batch_is_told_though_its_samples_are_scored_alone(task_of, tmp_path):
    task = task_of(groups_of({4: 100}))
    task["reward"].write_text(
        "import os\n"
        "CALLS = []\n"
        "def lambda_handler(event, context):\n"
        "    CALLS.append(len(event))\n"
        "    if len(event) > 10 and len(CALLS) > 8:\n"
        "        os._exit(9)\n"
        "    texts = {s['id']: s['messages'][-1]['content'] for s in event}\n"
        "    return [{'id': key, 'aggregate_reward_score': float(text == '1')} for key, text in texts.items()]\n"
    )
    report = audit(task, tmp_path)
    assert report.reward.outcomes.scored == 800
    (finding,) = [one for one in report.findings if one.code == "RL203"]
    assert finding.evidence["how"] == ["the process exited with 9"]


TOKENS = """
def even(completions, completion_ids, **columns):
    return [float(len(ids) % 2 == 0) for ids in completion_ids]
"""


def with_tokens(task, lengths):
    """Each recorded row with as many token ids as `lengths` says of its place in the group."""
    rows = [json.loads(line) for line in task["recorded"].read_text().splitlines()]
    rows = [{**row, "token_ids": [7] * lengths[row["index"]]} for row in rows]
    task["recorded"].write_text("\n".join(json.dumps(row) for row in rows))


def test_a_reward_of_tokens_is_asked_with_the_tokens_that_were_drawn(task_of, tmp_path):
    task = task_of(groups_of({4: 110}))
    with_tokens(task, [0, 1, 2, 3, 5, 7, 9, 11])
    task["reward"].write_text(TOKENS)
    report = audit(task, tmp_path)
    assert report.baseline.accuracy.estimate == 2 / 8
    assert report.reward.outcomes.scored == 880
    assert report.reward.noise.rescored > 0
    rescored = run_score(tmp_path / "run", task["reward"], {"platform": "bedrock"})
    assert rescored.baseline.accuracy.estimate == 2 / 8


def test_a_reward_of_tokens_over_generations_without_any_is_told_what_to_do_and_nothing_is_scored(task_of, tmp_path):
    task = task_of(groups_of({4: 110}))
    audit(task, tmp_path)
    task["reward"].write_text(TOKENS)
    for ask in (lambda: audit(task, tmp_path), lambda: run_score(tmp_path / "run", task["reward"], {})):
        with pytest.raises(
            TokensMissingError, match=r'completion_ids.*give each row of .*recorded.jsonl its "token_ids"'
        ):
            ask()
    assert len(list((tmp_path / "run" / "scores").iterdir())) == 1
    hidden = TOKENS.replace("completion_ids, **columns", "**columns").replace(
        "completion_ids]", "columns['completion_ids']]"
    )
    task["reward"].write_text(hidden)
    with pytest.raises(TokensMissingError, match=r"name completion_ids among its parameters"):
        audit(task, tmp_path)


def test_a_run_killed_while_it_scores_knows_what_drew_it(tmp_path, task_of):
    """All its generations are there, and nothing asks the engine again: what drew them is noted before the rewards."""
    task = task_of(groups_of({0: 40, 4: 60, 8: 20}))
    slower = REWARD.replace("    if completion", "    __import__('time').sleep(0.01)\n    if completion", 1)
    task["reward"].write_text(slower)
    command = [sys.executable, "-m", "rewardlab", "audit", task["reward"], task["prompts"]]
    command += ["--model", f"recorded:{task['recorded']}", "--out", tmp_path / "run"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as auditing:
        while not list((tmp_path / "run").glob("generations/part-*.parquet")):
            time.sleep(0.01)
        auditing.kill()
    assert read_manifest(tmp_path / "run").versions == {"recorded": str(task["recorded"])}

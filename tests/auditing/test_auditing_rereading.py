"""score and judge read the prompts of a run by `--from` and `--columns`, as audit reads a file."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

import rewardlab
from rewardlab.auditing.pipeline import run_judge, run_score
from rewardlab.auditing.rereading import asked_reading
from rewardlab.auditing.unfinished import unfinished_run
from rewardlab.errors import InputError, UsageError
from rewardlab.probes.reward import returns
from rewardlab.runs.directory import Run
from rewardlab.runs.manifest import read_manifest

pytestmark = pytest.mark.process

EXACT = "def score(completion, reference):\n    return float(completion == reference)\n"
RIGHT = """
def right(response, reference):
    return "yes" if response == reference else "no"
"""


@pytest.fixture
def folder(tmp_path, write_lines, monkeypatch):
    """A run whose rows hold two answers: `answer`, which half of the generations give, and `other`, as the rest do."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rewardlab.probes.reward.PROBES", (returns.ask,))
    rows = [{"id": f"p{n}", "question": f"{n}+1", "answer": str(n + 1), "other": "no"} for n in range(12)]
    drawn = [
        {"prompt_id": row["id"], "index": index, "text": row["answer"] if index % 2 else "no"}
        for row in rows
        for index in range(4)
    ]
    (tmp_path / "exact.py").write_text(EXACT)
    rewardlab.audit(
        "exact.py",
        write_lines("prompts.jsonl", rows),
        model=f"recorded:{write_lines('recorded.jsonl', drawn)}",
        columns="prompt=question",
        out="run",
    )
    return Path("run")


def scores(folder):
    with Run.open(folder) as run:
        record = run.manifest.rewards[-1]
        return [(row["index"] % 2, row["score"]) for row in run.scores(record.key).read(["index", "score"]).to_pylist()]


def test_score_takes_another_column_for_the_reference(folder, run):
    assert set(scores(folder)) == {(0, 0.0), (1, 1.0)}
    code, _, said = run("score", folder, "exact.py", "--columns", "reference=other")
    assert code in {1, 4}, said
    assert set(scores(folder)) == {(0, 1.0), (1, 0.0)}
    told = json.loads((folder / "report.json").read_text())["provenance"]["reward"]
    assert told["columns"] == {"reference": "other"}
    rewardlab.read_report(folder)  # of the last reward, with the reference that it was scored with
    assert len({one.key for one in read_manifest(folder).rewards}) == 2
    run_score(folder, Path("exact.py"), {})
    assert set(scores(folder)) == {(0, 0.0), (1, 1.0)}


def test_score_takes_the_column_that_the_reward_takes_by_name(folder, tmp_path, write_lines):
    rows = [{"id": f"p{n}", "prompt": f"{n}+1", "verdict_key": str(n + 1)} for n in range(12)]
    drawn = [{"prompt_id": row["id"], "index": 0, "text": row["verdict_key"]} for row in rows]
    reward = tmp_path / "named.py"
    reward.write_text(
        "def reward(completions, verdict_key, **kwargs):\n"
        "    return [float(text == key) for text, key in zip(completions, verdict_key)]\n"
    )
    (tmp_path / "other.py").write_text("def score(completion, reference):\n    return float(len(completion))\n")
    recorded, prompts = write_lines("drawn.jsonl", drawn), write_lines("named.jsonl", rows)
    rewardlab.audit("other.py", prompts, model=f"recorded:{recorded}", out="named")
    run_score(Path("named"), reward, {})
    assert read_manifest(Path("named")).rewards[-1].columns == {"reference": "verdict_key"}


def test_a_judge_is_asked_with_the_column_that_is_named_and_anew_with_another(folder, run):
    Path("right.py").write_text(RIGHT)
    Path("right.toml").write_text('kind = "boolean"\nlabels = ["no", "yes"]\nmodel = "python:right.py:right"\n')
    code, _, said = run("judge", folder, "--judge", "right.toml", "--columns", "reference=other")
    assert code in {1, 4}, said
    first = read_manifest(folder).judges[-1].key
    run_judge(folder, {"judge": ("right.toml",)})
    [second] = read_manifest(folder).judges
    assert second.key != first
    verdicts = {}
    for key in (first, second.key):
        with Run.open(folder) as opened:
            assert (opened.folder / "judgments" / key).is_dir()
        verdicts[key] = sorted((folder / "judgments" / key).rglob("*.parquet"))
    assert all(verdicts.values())


def test_from_reads_the_rows_of_a_run_by_another_format(folder, write_lines):
    rows = [
        {"id": f"p{n}", "prompt": f"{n}+1", "problem": f"{n}+1", "answer": "?", "expected_answer": str(n + 1)}
        for n in range(12)
    ]
    drawn = [{"prompt_id": row["id"], "index": 0, "text": row["expected_answer"]} for row in rows]
    recorded, prompts = write_lines("drawn.jsonl", drawn), write_lines("problems.jsonl", rows)
    rewardlab.audit("exact.py", prompts, model=f"recorded:{recorded}", out="problems", from_format="trl")
    assert {score for _, score in scores(Path("problems"))} == {0.0}
    run_score(Path("problems"), Path("exact.py"), {"from_format": ("nemo-rl",)})
    assert {score for _, score in scores(Path("problems"))} == {1.0}


def test_what_was_sampled_is_not_read_otherwise(folder):
    with pytest.raises(UsageError, match=r"prompt 'p0' was sampled as it stands.*--columns reference=COLUMN"):
        run_score(folder, Path("exact.py"), {"columns": {"prompt": "answer"}})
    with pytest.raises(InputError, match=r"prompts\.jsonl:12: no column 'nobody'"):
        run_score(folder, Path("exact.py"), {"columns": {"reference": "nobody"}})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"columns": {"text": "response"}}, "text is of generations, which the run holds in its own form"),
        ({"from_format": ("lm-eval",)}, "lm-eval is a format of generations; expected a format of prompts: verl"),
    ],
)
def test_what_is_of_generations_is_refused(options, said):
    with pytest.raises(UsageError, match=said):
        asked_reading(options)


def test_the_command_that_resumes_names_the_columns(folder):
    run_score(folder, Path("exact.py"), {"columns": {"reference": "other"}})
    for part in (folder / "scores" / read_manifest(folder).rewards[-1].key).glob("*.parquet"):
        part.unlink()
    with Run.open(folder) as run:
        lacks = unfinished_run(run, run.manifest.rewards[-1])
    assert lacks is not None
    assert "--columns=reference=other" in shlex.split(lacks.command)


def test_a_runs_rows_are_read_in_its_own_form_whatever_they_look_like(tmp_path, write_lines, monkeypatch):
    """A row that a format of a log would fit, too, and one that its format's reader would change once more."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rewardlab.probes.reward.PROBES", (returns.ask,))
    (tmp_path / "exact.py").write_text(EXACT)
    rows = [
        {"id": f"p{n}", "prompt": f"{n}+1", "completion": "2", "step": 1, "reference_answer": "2"} for n in range(12)
    ]
    drawn = [{"prompt_id": row["id"], "index": 0, "text": "2"} for row in rows]
    recorded, prompts = write_lines("drawn.jsonl", drawn), write_lines("rows.jsonl", rows)
    rewardlab.audit("exact.py", prompts, model=f"recorded:{recorded}", out="run", from_format="trl")
    rewardlab.read_report("run")
    with Run.open(Path("run")) as run:
        assert [prompt.id for prompt in run.prompts()] == [row["id"] for row in rows]

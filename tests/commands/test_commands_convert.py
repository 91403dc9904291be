"""`rewardlab convert`, and an audit whose prompts are those of a log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rewardlab.readers.prompts import read_prompts
from rewardlab.runs.directory import Run

WRITTEN = Path(__file__).parents[2] / "fixtures" / "readers" / "written"


@pytest.fixture
def reward(tmp_path):
    path = tmp_path / "reward.py"
    path.write_text("def score(completion, reference):\n    return float(completion.strip() == reference)\n")
    return path


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_prompts_are_written_in_our_form_with_what_was_kept(run, tmp_path):
    code, out, err = run("convert", WRITTEN / "datasets/verl.parquet", tmp_path / "prompts.jsonl")
    assert (code, out) == (0, f"{tmp_path / 'prompts.jsonl'}\n")
    assert "6 prompts; columns kept beside: ability, data_source, extra_info, reward_model" in err
    assert lines(tmp_path / "prompts.jsonl")[0] == {
        "id": "row-1",
        "messages": [{"role": "user", "content": "23+34"}],
        "reference_answer": "57",
        "data_source": "rewardlab/sums",
        "ability": "math",
        "reward_model": {"style": "rule", "ground_truth": "57"},
        "extra_info": {"split": "train", "index": 0, "answer": "57"},
    }
    first = read_prompts(WRITTEN / "datasets/verl.parquet")
    again = read_prompts(tmp_path / "prompts.jsonl")
    assert [(one.id, one.messages, one.reference) for one in again] == [
        (one.id, one.messages, one.reference) for one in first
    ]


def test_generations_are_written_with_the_ids_of_the_prompts_and_what_was_lost(run, tmp_path):
    target = tmp_path / "generations.jsonl"
    code, _, err = run("convert", WRITTEN / "verifiers_traces", target, "--prompts", WRITTEN / "datasets/saved")
    assert code == 0
    assert "11 generations of 6 prompts" in err
    assert "1 left out: an error: overloaded" in err
    scores = {"reward": 1.25, "exact": 1.0, "brief": 0.5}
    assert lines(target)[0] == {"prompt_id": "s0", "index": 0, "text": "57", "finish_reason": "stop", "scores": scores}


def test_a_log_without_prompts_beside_it_gives_both_files_which_fit(run, tmp_path, reward):
    for form in ("prompts", "generations"):
        assert run("convert", WRITTEN / "lm_eval", tmp_path / f"{form}.jsonl", "--to", form)[0] == 0
    ids = [row["id"] for row in lines(tmp_path / "prompts.jsonl")]
    assert {row["prompt_id"] for row in lines(tmp_path / "generations.jsonl")} == set(ids)
    code, out, _ = run("audit", reward, "prompts.jsonl", "--model", "recorded:generations.jsonl", "-q")
    assert code == 4
    assert "6 prompts x 2 generations" in out


def test_an_option_that_has_no_sense_and_the_file_that_is_read_are_refused(run, tmp_path):
    saved = WRITTEN / "datasets/saved"
    assert "these are prompts themselves" in run("convert", saved, tmp_path / "out", "--prompts", saved)[2]
    path = tmp_path / "rows.jsonl"
    path.write_text('{"prompt": "6*7"}\n')
    code, _, err = run("convert", path, path)
    assert (code, path.read_text()) == (2, '{"prompt": "6*7"}\n')
    assert "is the file that is read" in err


def test_an_audit_takes_its_prompts_from_the_log_and_compares_the_trainers_scores(run, reward):
    code, out, err = run("audit", reward, "--model", f"recorded:{WRITTEN / 'verl'}", "--step", "1", "--out", "o")
    assert code == 4
    assert "6 prompts x 2 generations" in out
    assert "read as verl's dumped rollouts: 12 generations" in err
    assert "RL210" not in out
    reward.write_text("def score(completion, reference):\n    return float(completion == '58')\n")
    _, out, _ = run("score", "o", reward)
    assert "RL210  warning  the trainer scored the same generations otherwise" in out
    assert "of 12 generations that the log scored as 'score', 6 earn something else here" in " ".join(out.split())


def test_the_runs_prompts_are_those_that_were_read_and_are_read_once(run, reward, monkeypatch):
    run(
        "audit",
        reward,
        WRITTEN / "datasets/verl.parquet",
        "--model",
        f"recorded:{WRITTEN / 'verl/1.jsonl'}",
        "--out",
        "o",
    )
    with Run.open(Path("o")) as held:
        first = held.prompts()
        held.save_prompts(first)
        assert held.prompts() == first == read_prompts(Path("o/prompts.jsonl"))
        assert [one.row for one in held.prompts()] == [one.row for one in first]


def test_another_reading_is_another_sampling(run, reward):
    model = f"recorded:{WRITTEN / 'verl'}"
    assert run("audit", reward, "--model", model, "--step", "1", "--out", "o", "-q")[0] == 4
    code, _, err = run("audit", reward, "--model", model, "--step", "2", "--out", "o", "-q")
    assert code == 2
    assert "it was sampled with reading {'step': [1, 1]}, not {'step': [2, 2]}" in err


def test_mistakes_on_the_command_line_are_one_line(run, reward, tmp_path):
    (tmp_path / "p.jsonl").write_text('{"id": "p", "prompt": "6*7", "answer": "42"}\n')
    for options, expected in (
        (("--columns", "prompt"), "--columns: 'prompt' is no mapping; expected NAME=COLUMN"),
        (("--columns", "query=q"), "--columns: 'query' is no name of ours; expected one of id, prompt, "),
        (("--from", "very"), "no format 'very'"),
        (("--step", "9-1"), "--step: '9-1' is no step"),
        (("--split", "train"), "has no splits"),
    ):
        code, _, err = run("audit", reward, "p.jsonl", "--model", "recorded:p.jsonl", *options)
        assert code == 2
        assert expected in err
        assert len(err.splitlines()) == 1
    assert "no prompts named; expected PROMPTS" in run("audit", reward, "--model", "openai:m")[2]

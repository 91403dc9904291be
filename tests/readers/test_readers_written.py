"""Files that the real libraries wrote (fixtures/readers), each at its version: what is read of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fixtures.readers.task import GENERATIONS, answer, rows
from rewardlab.engines.recorded import open_recorded
from rewardlab.errors import InputError, UsageError
from rewardlab.readers.prompts import read_prompts
from rewardlab.readers.reading import Reading
from rewardlab.task import Request, Sampling

WRITTEN = Path(__file__).parents[2] / "fixtures" / "readers" / "written"
ROWS = rows()
QUESTIONS = Reading(columns={"prompt": "question", "reference": "solution"})
#: Each file of prompts, how it is read, and how many of the rows it holds, from which.
PROMPTS = [
    ("datasets/saved", Reading(), slice(None)),
    ("datasets/splits", Reading(split="train"), slice(4)),
    ("datasets/splits", Reading(split="test"), slice(4, 6)),
    ("datasets/trl.parquet", Reading(), slice(None)),
    ("datasets/trl.jsonl.gz", Reading(), slice(None)),
    ("datasets/trl.json", Reading(), slice(None)),
    ("datasets/questions.csv", QUESTIONS, slice(None)),
    ("datasets/verl.parquet", Reading(), slice(None)),
    ("nemo_gym/input.jsonl", Reading(), slice(None)),
    ("openai_batch/input.jsonl", Reading(), slice(None)),
    ("verifiers_results", Reading(), slice(None)),
    ("verifiers_traces", Reading(), slice(None)),
    ("inspect/sums.eval", Reading(), slice(None)),
    ("inspect/sums.json", Reading(), slice(None)),
    ("inspect/chunked/sums.eval", Reading(), slice(None)),
    ("promptfoo/results.json", Reading(), slice(None)),
    ("promptfoo/results.jsonl", Reading(), slice(None)),
]
#: Each log that answers as `answer` does, and the rows that failed in it.
LOGS = [
    ("verl/1.jsonl", ()),
    ("verifiers_results", ()),
    ("verifiers_traces", (("s5", 1),)),
    ("inspect/sums.eval", (("s5", 0), ("s5", 1))),
    ("inspect/sums.json", (("s5", 0), ("s5", 1))),
    ("inspect/chunked/sums.eval", (("s5", 0), ("s5", 1))),
    ("helm/sums", (("s5", 0), ("s5", 1))),
    ("helm/sums/scenario_state.json", (("s5", 0), ("s5", 1))),
    ("promptfoo/results.json", (("s5", 0), ("s5", 1))),
    ("promptfoo/results.jsonl", (("s5", 0), ("s5", 1))),
    ("nemo_gym/rollouts.jsonl", ()),
]


@pytest.fixture(scope="module")
def prompts():
    return read_prompts(WRITTEN / "datasets" / "saved")


def generations_of(name, prompts, reading=None):
    engine = open_recorded(WRITTEN / name, reading or Reading())
    engine.check_prompts(prompts)
    asked = [Request(prompt, tuple(range(engine.generations_per_prompt))) for prompt in prompts]
    return engine, list(engine.generate(asked, Sampling()))


@pytest.mark.parametrize(
    ("name", "reading", "which"), PROMPTS, ids=[f"{name}-{n}" for n, (name, *_) in enumerate(PROMPTS)]
)
def test_prompts_are_read_with_their_references(name, reading, which):
    found = read_prompts(WRITTEN / name, reading)
    if name == "openai_batch/input.jsonl":  # requests have no references, and the last is one that fails
        assert [prompt.id for prompt in found] == [*(row["id"] for row in ROWS), "failed"]
        return
    assert [prompt.messages[-1]["content"] for prompt in found] == [row["prompt"][0]["content"] for row in ROWS[which]]
    assert [prompt.reference for prompt in found] == [row["solution"] for row in ROWS[which]]


def test_verls_extra_info_is_kept_and_nulls_of_exporters_are_absent():
    assert read_prompts(WRITTEN / "datasets/verl.parquet")[5].row["extra_info"] == {
        "split": "train",
        "index": 5,
        "answer": "91",
    }
    first = read_prompts(WRITTEN / "datasets/nulls.parquet")[0]
    assert first.reference == {"value": "2"}
    assert first.messages == ({"role": "user", "content": "What is 1+1?"},)
    assert read_prompts(WRITTEN / "datasets/nulls.jsonl")[0].messages == first.messages


def test_nulls_of_exporters_are_absent_at_every_depth():
    parquet, lines = (read_prompts(WRITTEN / "datasets" / name) for name in ("deep.parquet", "deep.jsonl"))
    assert [one.row for one in parquet] == [one.row for one in lines]
    assert [one.messages for one in parquet] == [one.messages for one in lines]
    assert lines[0].row["extra_info"] == {"index": 0, "hints": [{"text": "count"}], "source": {"book": "a"}}
    assert lines[1].row["reward_model"] == {"ground_truth": "4", "style": "rule"}
    assert lines[1].messages[1]["content"] is None  # a turn of calls alone
    assert [one.get("tool_call_id") for one in lines[1].messages] == [None, None, "call_0"]


@pytest.mark.parametrize(("name", "failed"), LOGS, ids=[name for name, _ in LOGS])
def test_generations_are_matched_to_the_prompts(name, failed, prompts):
    _, found = generations_of(name, prompts)
    asked = [(row["id"], index) for row in ROWS for index in range(GENERATIONS)]
    expected = {key: answer(ROWS[int(key[0][1:])], key[1]) for key in asked if key not in failed}
    assert {(one.prompt_id, one.index): one.text for one in found} == expected


@pytest.mark.parametrize("name", ["verl/1.jsonl", "verifiers_results", "nemo_gym/rollouts.jsonl"])
def test_the_trainers_scores_are_kept(name, prompts):
    engine, found = generations_of(name, prompts)
    right = {(one.prompt_id, one.index): one.text == ROWS[int(one.prompt_id[1:])]["solution"] for one in found}
    assert {(key, index): score for key, index, _, score in engine.trainer_scores} == right


def test_a_trace_keeps_the_weighted_sum_and_each_reward_and_a_failed_one_is_no_zero(prompts):
    engine, _ = generations_of("verifiers_traces", prompts)
    of_first = {name: score for key, index, name, score in engine.trainer_scores if (key, index) == ("s0", 0)}
    assert of_first == {"reward": 1.25, "exact": 1.0, "brief": 0.5}  # 1 x 1 + 0.5 x 0.5
    assert not [one for one in engine.trainer_scores if one[:2] == ("s5", 1)]
    assert any("1 left out: an error: overloaded" in notice for notice in engine.notices)


def test_trls_completions_are_of_steps_between_which_the_model_changes(prompts):
    engine, found = generations_of("trl/completions", prompts)
    assert len(found) == 8
    assert {name for _, _, name, _ in engine.trainer_scores} == {"exact", "brief"}
    assert any("drawn at 2 steps of the training (1 to 2)" in notice for notice in engine.notices)
    first, drawn = generations_of("trl/completions", prompts, Reading(steps=(1, 1)))
    assert len(drawn) == 4
    assert any("4 left out: of another step" in notice for notice in first.notices)


def test_verls_inputs_are_matched_by_their_chat_form(prompts):
    engine, found = generations_of("verl", prompts)
    assert len(found) == 24
    assert any("24 generations (24 by chat form)" in notice for notice in engine.notices)


def test_lm_evals_repeats_are_generations_and_its_filters_are_not(prompts):
    engine, found = generations_of("lm_eval", prompts)
    logged = [json.loads(line) for line in (WRITTEN / "lm_eval/samples_sums.jsonl").read_text().splitlines()]
    resps = {row["doc_id"]: row["resps"][0] for row in logged}
    assert [one.text for one in found] == [text for number in range(6) for text in resps[number]]
    assert any("6 left out: the same generations under another filter" in notice for notice in engine.notices)


def test_helms_prompts_are_those_that_the_model_saw_with_the_references_that_are_right():
    found = read_prompts(WRITTEN / "helm" / "sums")
    asked = [f"Add the numbers.\n\nSum: 2+3\nAnswer: 5\n\nSum: {row['prompt'][0]['content']}\nAnswer:" for row in ROWS]
    assert [one.messages for one in found] == [({"role": "user", "content": text},) for text in asked]
    assert [(one.id, one.reference) for one in found] == [(row["id"], row["solution"]) for row in ROWS]


def test_helms_reference_is_the_letter_where_the_choices_have_letters(prompts):
    found = read_prompts(WRITTEN / "helm" / "choices")
    assert {one.reference for one in found} == {"B"}
    assert found[0].row["choices"] == {"A": "58", "B": "57"}
    _, drawn = generations_of("helm/choices", prompts)
    assert [one.text for one in drawn] == ["B"] * 5


def test_helms_likelihoods_are_no_generations_and_a_folder_of_runs_is_one_log():
    with pytest.raises(InputError, match=r"no generation is in it \(12 x likelihoods, and no text\)"):
        open_recorded(WRITTEN / "helm" / "likelihoods")
    prompts = read_prompts(WRITTEN / "helm")  # of two runs, which ask each sum in a way of their own
    engine, drawn = generations_of("helm", prompts)
    assert (len(prompts), len(drawn)) == (12, 15)
    assert [notice.split(": ", 1)[1] for notice in engine.notices[1:3]] == [
        "2 left out: an error: no answer",
        "12 left out: likelihoods, and no text",
    ]


def test_a_document_on_one_long_line_is_the_rows_that_it_holds(tmp_path, prompts):
    whole = json.loads((WRITTEN / "helm" / "sums" / "scenario_state.json").read_text())
    whole["adapter_spec"]["instructions"] = "Add. " * 20_000
    (tmp_path / "scenario_state.json").write_text(json.dumps(whole))
    engine = open_recorded(tmp_path / "scenario_state.json")
    engine.check_prompts(prompts)
    assert "10 generations (10 by id)" in engine.notices[0]


def test_a_batch_of_openais_has_a_generation_for_each_choice(prompts):
    engine, found = generations_of("openai_batch/output.jsonl", prompts)
    assert len(found) == 12
    assert {one.finish_reason for one in found} == {"stop"}
    assert any("1 left out: an error: max_tokens must be at least 1" in notice for notice in engine.notices)


def test_a_log_that_holds_no_prompts_says_so():
    with pytest.raises(InputError, match="the log holds no prompts; name the prompts file"):
        read_prompts(WRITTEN / "openai_batch/output.jsonl")


def test_what_is_refused_names_the_format_and_the_mapping():
    with pytest.raises(InputError, match=r"taken for rows.*--columns prompt=question,reference=solution would do"):
        read_prompts(WRITTEN / "datasets/questions.csv")
    with pytest.raises(InputError, match=r"taken for TRL's rows: prompts, and no generations"):
        open_recorded(WRITTEN / "datasets/trl.parquet")
    with pytest.raises(UsageError, match=r"splits train, test.*--split train"):
        read_prompts(WRITTEN / "datasets/splits")
    with pytest.raises(UsageError, match=r"no split 'dev'; expected one of train, test"):
        read_prompts(WRITTEN / "datasets/splits", Reading(split="dev"))
    with pytest.raises(InputError, match="no column 'q'; expected one of"):
        read_prompts(WRITTEN / "datasets/questions.csv", Reading(columns={"prompt": "q"}))


def test_every_file_says_which_versions_wrote_it():
    told = json.loads((WRITTEN / "versions.json").read_text())
    assert {path.name for path in WRITTEN.iterdir() if path.is_dir()} == set(told)
    assert all(one["packages"] and one["command"] for one in told.values())

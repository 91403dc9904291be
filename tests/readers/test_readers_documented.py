"""Formats that no library here writes, as their documentation has them; and what is one of two."""

from __future__ import annotations

import json

import pytest

from rewardlab.engines.recorded import open_recorded
from rewardlab.errors import InputError, UsageError
from rewardlab.readers.prompts import read_prompts
from rewardlab.readers.reading import Reading
from rewardlab.task import Request, Sampling

ASKED = {"role": "user", "content": "6*7"}
#: Format, a row, and what is read: the last turn, the reference.
PROMPTS = {
    "openai rft": ({"messages": [ASKED], "reference_answer": "42", "topic": "sums"}, "42"),
    "openai item": ({"item": {"input": [ASKED], "ideal": "42"}}, "42"),
    "openai item with messages": ({"item": {"messages": [ASKED], "answer": "42"}, "sample": {}}, "42"),
    "nemo gym text": ({"responses_create_params": {"input": "6*7"}, "expected_answer": "42"}, "42"),
    "nemo gym parts": (
        {
            "responses_create_params": {
                "instructions": "Be brief.",
                "input": [{"role": "user", "content": [{"type": "input_text", "text": "6*7"}]}],
            },
            "ground_truth": "42",
        },
        "42",
    ),
    "nemo rl chat": ({"messages": [ASKED, {"role": "assistant", "content": "42"}], "task_name": "math"}, "42"),
    "nemo rl problem": ({"problem": "6*7", "expected_answer": "42"}, "42"),
    "nemo rl response": ({"input": "6*7", "output": "42", "task_name": "math"}, "42"),
    "nova rft": ({"id": "n", "messages": [ASKED], "reference_answer": {"value": 42}}, {"value": 42}),
    "nova sft": (
        {
            "schemaVersion": "bedrock-conversation-2024",
            "system": [{"text": "Be brief."}],
            "messages": [
                {"role": "user", "content": [{"text": "6*7"}]},
                {"role": "assistant", "content": [{"reasoningContent": {"text": "hm"}}, {"text": "42"}]},
            ],
        },
        None,
    ),
    "bedrock batch": (
        {
            "recordId": "r1",
            "modelInput": {
                "system": [{"text": "Be brief."}],
                "messages": [{"role": "user", "content": [{"text": "6*7"}]}],
            },
        },
        None,
    ),
    "openai batch": ({"custom_id": "c1", "url": "/v1/chat/completions", "body": {"messages": [ASKED]}}, None),
}
CONVERSE = {"output": {"message": {"role": "assistant", "content": [{"text": "42"}]}}, "stopReason": "max_tokens"}
#: A log's row of one generation of "6*7" that is "42", and why it ended.
LOGS = {
    "bedrock converse": ({"recordId": "p", "modelInput": {"messages": [ASKED]}, "modelOutput": CONVERSE}, "length"),
    "bedrock anthropic": (
        {
            "modelInput": {"messages": [ASKED]},
            "modelOutput": {"content": [{"type": "text", "text": "42"}], "stop_reason": "end_turn"},
        },
        "stop",
    ),
    "bedrock llama": (
        {"recordId": "p", "modelInput": {"prompt": "6*7"}, "modelOutput": {"generation": "42", "stop_reason": "stop"}},
        "stop",
    ),
    "openai responses": (
        {
            "custom_id": "p",
            "response": {
                "status_code": 200,
                "body": {
                    "status": "completed",
                    "output": [{"type": "message", "content": [{"type": "output_text", "text": "42"}]}],
                },
            },
        },
        "stop",
    ),
    "openai completions": (
        {
            "custom_id": "p-0",
            "response": {"body": {"choices": [{"index": 0, "text": "42", "finish_reason": "length"}]}},
        },
        "length",
    ),
    "helm chat": (
        {
            "instance": {"input": {"messages": [ASKED]}, "references": [], "id": "id7"},
            "request": {"model": "a/b", "messages": [ASKED], "max_tokens": 9},
            "result": {"success": True, "completions": [{"text": "42", "finish_reason": {"reason": "max_tokens"}}]},
        },
        "length",
    ),
    "helm echo": (
        {
            "instance": {"references": [{"output": {"text": "42"}, "tags": ["correct"]}]},
            "request": {"prompt": "6*7", "echo_prompt": True, "max_tokens": 9},
            "result": {"success": True, "completions": [{"text": "6*742", "finish_reason": {"reason": "endoftext"}}]},
        },
        "stop",
    ),
    "plain with an id": ({"question_id": "p", "response": "42"}, None),
    "plain with a text": ({"question": "6*7", "generated_text": "42", "stop_reason": "eos"}, "stop"),
    "plain with a list": ({"prompt": "6*7", "responses": ["42"]}, None),
    "plain with turns": ({"messages": [ASKED], "completion": [{"role": "assistant", "content": "42"}]}, None),
    "trl, plain texts": ({"step": 3, "prompt": "6*7", "completion": "42", "right": 1.0, "advantage": 0.0}, None),
}


@pytest.mark.parametrize("name", PROMPTS)
def test_prompts_of_a_documented_form_are_read(write_lines, name):
    row, reference = PROMPTS[name]
    found = read_prompts(write_lines("rows.jsonl", [row]))[0]
    assert found.messages[-1] == {**found.messages[-1], "role": "user", "content": "6*7"}
    assert found.reference == reference
    if "Be brief." in json.dumps(row):
        assert found.messages[0] == {"role": "system", "content": "Be brief."}


@pytest.mark.parametrize("name", LOGS)
def test_generations_of_a_documented_form_are_read(write_lines, name):
    row, reason = LOGS[name]
    prompts = read_prompts(write_lines("prompts.jsonl", [{"id": "p", "messages": [ASKED], "reference_answer": "42"}]))
    engine = open_recorded(write_lines("log.jsonl", [row]))
    engine.check_prompts(prompts)
    [one] = engine.generate([Request(prompts[0], (0,))], Sampling())
    assert (one.text, one.finish_reason) == ("42", reason)


def test_what_fits_two_formats_is_a_question_that_from_settles(write_lines):
    both = {"item": {"messages": [ASKED]}, "responses_create_params": {"input": "7*6"}}
    path = write_lines("rows.jsonl", [both])
    with pytest.raises(InputError, match=r"rows.jsonl:1: may be .* or .*; --from openai-rft or --from nemo-gym"):
        read_prompts(path)
    assert read_prompts(path, Reading(("openai-rft",)))[0].messages[-1]["content"] == "6*7"
    assert read_prompts(path, Reading(("nemo-gym",)))[0].messages[-1]["content"] == "7*6"


def test_from_settles_that_rows_are_prompts_and_no_log(write_lines):
    path = write_lines(
        "rows.jsonl", [{"prompt": "6*7", "completion": "43", "step": 1, "answer": "42", "topic": "sums"}]
    )
    assert "answer" not in read_prompts(path)[0].row
    assert read_prompts(path, Reading(("trl",)))[0].row["topic"] == "sums"


def test_two_columns_of_texts_are_a_question_that_columns_settles(write_lines):
    path = write_lines("log.jsonl", [{"id": "p", "prompt": "6*7", "response": "42", "output": "43"}])
    with pytest.raises(InputError, match=r"the text may be response or output.*--columns text=response"):
        open_recorded(path)
    engine = open_recorded(path, Reading(columns={"text": "output"}))
    prompts = read_prompts(write_lines("prompts.jsonl", [{"id": "p", "prompt": "6*7"}]))
    engine.check_prompts(prompts)
    assert [one.text for one in engine.generate([Request(prompts[0], (0,))], Sampling())] == ["43"]


def test_a_column_may_lie_in_an_object(write_lines):
    path = write_lines("rows.jsonl", [{"item": {"question": "6*7", "gold": "42"}}])
    found = read_prompts(path, Reading(columns={"prompt": "item.question", "reference": "item.gold"}))[0]
    assert (found.messages[-1]["content"], found.reference) == ("6*7", "42")


def test_a_format_that_is_none_is_refused(write_lines):
    with pytest.raises(UsageError, match=r"no format 'very'; expected perhaps verl; one of verl, "):
        open_recorded(write_lines("log.jsonl", [{}]), Reading(("very",)))


def test_files_of_a_folder_and_of_a_pattern_are_one_table(tmp_path):
    for number in (1, 2):
        (tmp_path / f"part-{number}.jsonl").write_text(json.dumps({"prompt": f"{number}*7"}) + "\n")
    (tmp_path / "README.md").write_text("not rows")
    for path in (tmp_path, tmp_path / "part-*.jsonl"):
        assert [(one.id, one.messages[0]["content"]) for one in read_prompts(path)] == [
            ("row-1", "1*7"),
            ("row-2", "2*7"),
        ]
    with pytest.raises(InputError, match="fits no file"):
        read_prompts(tmp_path / "none-*.jsonl")
    (tmp_path / "more.csv").write_text("prompt,answer\n1,2\n")
    with pytest.raises(InputError, match=r"files of several kinds \(.csv, .jsonl\).*name those meant"):
        read_prompts(tmp_path)


def test_zstd_is_unpacked_whatever_the_name_says(tmp_path):
    import pyarrow as pa

    path = tmp_path / "rows.jsonl"
    with pa.CompressedOutputStream(str(path), "zstd") as file:
        file.write(b'{"prompt": "6*7", "answer": "42"}\n' * 1)
    assert read_prompts(path)[0].reference == "42"
    path.write_bytes(path.read_bytes()[:12])
    with pytest.raises(InputError, match=r"rows\.jsonl"):
        read_prompts(path)

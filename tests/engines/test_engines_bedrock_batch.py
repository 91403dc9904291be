"""Batch inference by files: what a job is given, and what is made of its output."""

from __future__ import annotations

import json
import re

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.engines import bedrock_batch
from rewardlab.engines.bedrock_batch import MOST_GENERATIONS, read_batch, record_id, write_batch, write_recorded
from rewardlab.engines.converse import form_of
from rewardlab.errors import EngineError, InputError, UsageError
from rewardlab.readers.generations import read_generations
from rewardlab.task import Prompt, Sampling

NOVA = "amazon.nova-lite-v1:0"
FORM = form_of(NOVA, {})


def named(name, content="12+30"):
    messages = ({"role": "user", "content": content},)
    return Prompt(name, messages, None, {"id": name, "messages": list(messages)}, 3)


PROMPTS = (named("a"), named("é☃ b", "é☃"), named("c"))


def written(folder, prompts=PROMPTS, count=2, **options):
    paths = write_batch(prompts, Sampling(max_tokens=16), FORM, folder, num_generations=count, **options)
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def done(record, text="42", **instead):
    """The record as a finished job gives it."""
    output = {
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 5, "outputTokens": 2, "totalTokens": 7},
    }
    return record | (instead or {"modelOutput": output})


@pytest.fixture
def output(write_lines, tmp_path):
    """Write the output of a job; returns its file."""
    return lambda records: write_lines("input-0001.jsonl.out", records)


def test_every_generation_has_a_record_whose_input_is_a_converse_request(tmp_path):
    records = written(tmp_path / "batch")
    assert [record["recordId"] for record in records] == [record_id(p, i) for p in PROMPTS for i in (0, 1)]
    shape = get_session().get_service_model("bedrock-runtime").operation_model("Converse").input_shape
    for record in records:
        assert re.fullmatch("[0-9A-Za-z]{11}", record["recordId"])
        assert not ParamValidator().validate({"modelId": NOVA, **record["modelInput"]}, shape).has_errors()
    assert records[2]["modelInput"] == {
        "messages": [{"role": "user", "content": [{"text": "é☃"}]}],
        "inferenceConfig": {"maxTokens": 16, "temperature": 1.0, "topP": 1.0},
    }


def test_a_job_comes_back_as_generations_whatever_the_order(tmp_path, output):
    records = written(tmp_path / "batch")
    found = read_batch(PROMPTS, [output([done(record, f"say {n}") for n, record in reversed([*enumerate(records)])])])
    assert [(g.prompt_id, g.index, g.text) for g in found.generations] == [
        (prompt.id, index, f"say {2 * number + index}") for number, prompt in enumerate(PROMPTS) for index in (0, 1)
    ]
    assert {(g.finish_reason, g.prompt_tokens, g.completion_tokens) for g in found.generations} == {("stop", 5, 2)}
    write_recorded(found.generations, tmp_path / "generations.jsonl")
    assert read_generations(tmp_path / "generations.jsonl") == found.generations


def test_many_records_are_spread_over_files_and_none_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(bedrock_batch, "RECORDS_PER_FILE", 4)
    records = written(tmp_path / "batch", count=3)
    assert len({record["recordId"] for record in records}) == 9
    sizes = [len(path.read_text().splitlines()) for path in sorted((tmp_path / "batch").iterdir())]
    assert sizes == [4, 4, 1]


def test_a_record_that_failed_is_counted_and_left_out_never_empty(tmp_path, output):
    first, second, third, *_ = written(tmp_path / "batch")
    error = {"errorCode": 400, "errorMessage": "bad request"}
    found = read_batch(PROMPTS, [output([done(first), done(second, error=error), done(third, modelOutput={"x": 1})])])
    assert [(g.prompt_id, g.index) for g in found.generations] == [("a", 0)]
    assert found.failed == {"400: bad request": 1, "no message in modelOutput (not a Converse job?)": 1}


def test_output_of_a_prompt_that_has_changed_since_is_refused(tmp_path, output):
    path = output([done(written(tmp_path / "batch")[0])])
    with pytest.raises(InputError, match=rf"{path}:1: record \w+ is of no prompt in the prompts file"):
        read_batch([named("a", "another question"), *PROMPTS[1:]], [path])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["{"], "not JSON"),
        ([{"modelOutput": {}}], "recordId is null"),
        ([{"recordId": "CALL-000001"}], "recordId is .*expected one that --batch wrote"),
        ([{"recordId": 7}], "recordId is 7"),
        ([], "no record has a response .no records."),
    ],
)
def test_a_line_that_is_no_record_is_refused(output, rows, message):
    with pytest.raises(InputError, match=message):
        read_batch(PROMPTS, [output(rows)])


def test_a_record_given_twice_is_refused(tmp_path, output):
    record = done(written(tmp_path / "batch")[0])
    with pytest.raises(InputError, match=r"was given in .*:1"):
        read_batch(PROMPTS, [output([record, record])])


def test_a_job_in_which_all_failed_is_an_error_that_says_why(tmp_path, output):
    records = written(tmp_path / "batch")
    failed = output([done(record, error={"errorCode": 403, "errorMessage": "denied"}) for record in records])
    with pytest.raises(InputError, match=r"no record has a response \(6 x 403: denied\)"):
        read_batch(PROMPTS, [failed])


def test_a_folder_without_output_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no output of a batch job .*\.jsonl\.out"):
        read_batch(PROMPTS, [tmp_path])


def test_a_batch_is_not_written_over_another(tmp_path):
    written(tmp_path / "batch")
    with pytest.raises(UsageError, match="holds a batch already"):
        written(tmp_path / "batch")


def test_what_bedrock_would_refuse_is_not_written(tmp_path):
    with pytest.raises(EngineError, match="message 1 is empty"):
        written(tmp_path / "batch", [named("a", " ")])
    with pytest.raises(UsageError, match="at most 3844 in a batch"):
        written(tmp_path / "batch", count=MOST_GENERATIONS + 1)
    assert not (tmp_path / "batch").exists()


def test_claude_gets_no_top_p_beside_the_temperature(tmp_path):
    form = form_of("us.anthropic.claude-haiku-4-5-20251001-v1:0", {})
    (path,) = write_batch(PROMPTS[:1], Sampling(), form, tmp_path, num_generations=1)
    assert json.loads(path.read_text())["modelInput"]["inferenceConfig"].keys() == {"maxTokens", "temperature"}


@given(st.integers(0, MOST_GENERATIONS - 1))
def test_an_id_tells_its_index(index):
    identifier = record_id(PROMPTS[0], index)
    known = {identifier[:9]: PROMPTS[0]}
    assert bedrock_batch._place({"recordId": identifier}, known, where="x") == (PROMPTS[0], index, identifier)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["output", "message", "content", "text", "stopReason", "usage", "inputTokens", "x"]), inner
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_model_output_is_read_or_counted_as_failed(tmp_path_factory, model_output):
    path = tmp_path_factory.mktemp("job") / "input-0001.jsonl.out"
    good, odd = (record_id(PROMPTS[0], index) for index in (0, 1))
    rows = [done({"recordId": good}), {"recordId": odd, "modelOutput": model_output}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = read_batch(PROMPTS, [path])
    assert len(found.generations) + sum(found.failed.values()) == 2


# --- on the command line ---------------------------------------------------------------------------------------------


@pytest.fixture
def prompts_file(write_lines):
    rows = [
        {"id": f"p{i}", "messages": [{"role": "user", "content": str(i)}], "reference_answer": "1"} for i in range(60)
    ]
    return write_lines("prompts.jsonl", rows)


def test_sample_writes_a_batch_and_reads_it_back_as_recorded_generations(run, prompts_file, tmp_path):
    options = ["--model", f"bedrock:{NOVA}", "-n", "2", "--batch", "s3://bucket/some/prefix"]
    code, out, said = run("sample", prompts_file, *options)
    assert (code, out) == (0, "batch\n")
    assert "aws s3 cp batch s3://bucket/some/prefix/input/ --recursive" in said
    assert f"--model-id {NOVA} --model-invocation-type Converse" in said
    assert "quota" not in said
    records = [json.loads(line) for line in (tmp_path / "batch" / "input-0001.jsonl").read_text().splitlines()]
    folder = tmp_path / "batch" / "output" / "job"
    folder.mkdir(parents=True)
    lines = [json.dumps(done(record, "1")) for record in records[:-1]]
    lines += [json.dumps(done(records[-1], error={"errorCode": 500, "errorMessage": "oops"}))]
    (folder / "input-0001.jsonl.out").write_text("\n".join(lines))
    (folder / "manifest.json.out").write_text('{"totalRecordCount": 120}')
    code, out, said = run("sample", prompts_file, "--batch-output", "batch/output")
    assert (code, out) == (0, "batch/output/generations.jsonl\n")
    assert said == "1 records failed and are left out: 500: oops\n"
    code, out, said = run("sample", prompts_file, "--model", "recorded:batch/output/generations.jsonl", "--out", "r")
    assert (code, out) == (0, "r\n")
    assert "1 generations asked for were not recorded" in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "vllm:m", "--batch", "s3://bucket/p"], "vllm:m is not on Bedrock"),
        (
            ["--model", f"bedrock:{NOVA}", "--batch", "s3://B_D/p"],
            "'s3://B_D/p' is no place in S3; expected s3://BUCKET/",
        ),
        (["--model", f"bedrock:{NOVA}", "--batch", "s3://BUCKET/p"], "a bucket's name has 3 to 63 lower-case letters"),
        (["--batch-output", "nowhere", "--model", "vllm:m"], "--model has no sense beside it"),
        (["--batch-output", "nowhere"], "nowhere: cannot be read"),
        (["--batch", "s3://bucket/p"], "no model named"),
        (["--model", f"bedrock:{NOVA}", "--batch", "prompts.jsonl"], "the batch cannot be written"),
        (["--model", f"bedrock:{NOVA}", "--batch", "x", "--temperature", "2"], "temperature 2; expected 0 to 1"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_line(run, prompts_file, options, message):
    code, out, said = run("sample", prompts_file, *options)
    assert (code, out) == (2, "")
    assert message in said


def test_a_small_batch_is_told_of_the_quota(run, write_lines):
    file = write_lines("few.jsonl", [{"id": "a", "prompt": "1+1", "answer": "2"}])
    code, _, said = run("sample", file, "--model", f"bedrock:{NOVA}", "--batch", "here", "-q")
    assert (code, said) == (0, "8 records: most accounts' quota asks for 100 or more\n")

"""The run directory's own files: whatever bytes they hold, an error of one line or what was written."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.errors import RunError
from rewardlab.outcome import Scored, Unscored
from rewardlab.runs.manifest import JudgeRecord, Manifest, read_manifest
from rewardlab.runs.parts import GENERATION_SCHEMA, SCORE_SCHEMA, Parts, Writer, generations_of, write_atomically
from rewardlab.task import Generation


def refused(read, *arguments):
    """The message of a RunError of one line, or nothing when the bytes could be read."""
    try:
        read(*arguments)
    except RunError as error:
        return str(error).replace("\n", " and a second line ")
    return ""


@given(st.binary(max_size=200) | st.sampled_from([b"{}", b"null", b'{"schema": "rewardlab.run/1", "rewards": [3]}']))
def test_any_bytes_are_a_manifest_or_a_run_error(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("run")
    (folder / "run.json").write_bytes(data)
    assert refused(read_manifest, folder)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_part_or_a_run_error(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("parts")
    (folder / "part-000001.parquet").write_bytes(data)
    message = refused(Parts(folder, SCORE_SCHEMA).read)
    assert "part-000001.parquet: the part is damaged" in message
    assert "second line" not in message


def test_a_judge_whose_scale_has_one_value_is_no_judge(tmp_path):
    judge = JudgeRecord("k", "ada", "ada.toml", "m", "boolean", "nominal", ("no", "yes"), (0.0,), 1.0, "d")
    sampling = {"model": "m", "temperature": 1.0, "max_tokens": 8, "seed": 0}
    whole = Manifest("2026-01-01", "1", "m", sampling, 8, "prompts.jsonl", "0", judges=(judge,))
    (tmp_path / "run.json").write_text(json.dumps(asdict(whole)))
    assert refused(read_manifest, tmp_path).endswith(
        "judges.0.values is [0.0]; expected two values that differ, or more"
    )
    two = asdict(whole) | {"judges": [asdict(judge) | {"values": [0.0, 1.0]}]}
    (tmp_path / "run.json").write_text(json.dumps(two))
    assert read_manifest(tmp_path).judges[0].values == (0.0, 1.0)


def test_what_is_written_is_read_in_its_order(tmp_path):
    generations, scores = Parts(tmp_path / "g", GENERATION_SCHEMA), Parts(tmp_path / "s", SCORE_SCHEMA)
    writer = Writer(generations, scores)
    writer.add_generation(Generation("p", 0, "x", "stop", 3, 4))
    writer.flush()
    writer.add_generation(Generation("p", 1, "\u2028é"))
    assert writer.add_scores([(("p", 0), Scored(0.5, (("fmt\ud800", 1.0),), 0.1))]) == 1
    writer.add_scores([(("p", 1), Unscored("raised", "broken \ud800", 0.2))])
    writer.flush()
    writer.flush()
    assert len(list((tmp_path / "g").iterdir())) == 2
    assert generations.read().to_pylist() == [
        {
            "prompt_id": "p",
            "index": 0,
            "text": "x",
            "finish_reason": "stop",
            "prompt_tokens": 3,
            "completion_tokens": 4,
            "tool_calls": None,
        },
        {
            "prompt_id": "p",
            "index": 1,
            "text": "\u2028é",
            "finish_reason": None,
            "prompt_tokens": None,
            "completion_tokens": None,
            "tool_calls": None,
        },
    ]
    first, second = scores.read(["score", "reason", "detail", "components"]).to_pylist()
    assert first == {"score": 0.5, "reason": None, "detail": None, "components": [{"name": "fmt\\ud800", "value": 1.0}]}
    assert second == {"score": None, "reason": "raised", "detail": "broken \\ud800", "components": []}


def test_no_part_is_an_empty_table(tmp_path):
    assert Parts(tmp_path / "none", SCORE_SCHEMA).read().schema == SCORE_SCHEMA


def test_a_generation_in_two_parts_is_refused(tmp_path):
    parts = Parts(tmp_path, GENERATION_SCHEMA)
    for _ in range(2):
        Writer(parts, None).flush()
        writer = Writer(parts, None)
        writer.add_generation(Generation("p", 0, "x"))
        writer.flush()
    with pytest.raises(RunError, match="stands in two parts"):
        parts.read()


def test_a_generation_without_a_text_is_damage_and_an_empty_text_is_none(tmp_path):
    parts = Parts(tmp_path, GENERATION_SCHEMA)
    row = {name: [None] for name in GENERATION_SCHEMA.names} | {"prompt_id": ["p"], "index": [0]}
    parts.append(row | {"text": [""]})
    assert parts.read(["text"]).to_pylist() == [{"text": ""}]
    parts.append(row | {"index": [1]})
    assert "part-000002.parquet: the part is damaged (text is missing)" in refused(parts.read)


def test_what_a_kill_leaves_of_a_half_written_part_is_passed_over(tmp_path):
    parts = Parts(tmp_path, GENERATION_SCHEMA)
    (tmp_path / ".part-000001.parquet.tmp").write_bytes(b"half")
    assert parts.read().num_rows == 0
    parts.append(
        {
            name: pa.array([], type_)
            for name, type_ in zip(GENERATION_SCHEMA.names, GENERATION_SCHEMA.types, strict=True)
        }
    )
    assert [path.name for path in tmp_path.iterdir()] == ["part-000001.parquet"]


def test_a_file_is_replaced_whole(tmp_path):
    write_atomically(tmp_path / "f", b"one")
    write_atomically(tmp_path / "f", b"two")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"two"]


def test_the_wheel_carries_the_judges_the_lambdas_and_the_schema(tmp_path, request):
    import subprocess
    import sys

    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, cwd=request.config.rootpath)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for name in ("judges/README.md", "lambdas/exact_match/reward.py", "schemas/report-1.json", "py.typed"):
        assert f"rewardlab/{name}" in names


def test_token_ids_are_kept_and_read_only_where_they_are_named(tmp_path):
    parts = Parts(tmp_path, GENERATION_SCHEMA)
    writer = Writer(parts, None)
    rows = [Generation("a", 0, "x", token_ids=(5, 2)), Generation("a", 1, "y", token_ids=()), Generation("a", 2, "z")]
    for one in rows:
        writer.add_generation(one)
    writer.flush()
    assert list(generations_of(parts.read(["prompt_id", "index", "text", "token_ids"]))) == rows
    assert "token_ids" not in parts.read().column_names
    assert [one.token_ids for one in generations_of(parts.read())] == [None, None, None]


def test_a_part_of_a_version_without_token_ids_reads_as_one_where_none_are_known(tmp_path):
    old = pa.schema([field for field in GENERATION_SCHEMA if field.name not in {"token_ids", "tool_calls"}])
    columns = {name: [None] for name in old.names} | {"prompt_id": ["a"], "index": [0], "text": ["x"]}
    Parts(tmp_path, old).append(columns)
    (one,) = generations_of(Parts(tmp_path, GENERATION_SCHEMA).read(["prompt_id", "index", "text", "token_ids"]))
    assert one == Generation("a", 0, "x")

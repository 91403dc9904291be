"""Whatever a file holds, it is read, or refused in one line that names it."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rewardlab.engines.recorded import open_recorded
from rewardlab.errors import InputError, UsageError
from rewardlab.readers.conversion import convert, lines_of
from rewardlab.readers.prompts import read_prompts
from rewardlab.readers.reading import Reading
from rewardlab.task import Prompt

PROMPTS = [Prompt("p", ({"role": "user", "content": "6*7"},), None, {}, 1)]
#: Names that some format looks for, at every depth.
NAMES = st.sampled_from(
    [
        "prompt",
        "messages",
        "completion",
        "step",
        "input",
        "output",
        "score",
        "gts",
        "example_id",
        "reward",
        "task",
        "nodes",
        "traces",
        "id",
        "epoch",
        "target",
        "doc_id",
        "resps",
        "arguments",
        "filter",
        "response",
        "responses_create_params",
        "testIdx",
        "promptIdx",
        "custom_id",
        "recordId",
        "modelInput",
        "modelOutput",
        "body",
        "choices",
        "message",
        "content",
        "role",
        "text",
        "data",
        "sampled",
        "rewards",
        "error",
        "item",
        "prompt_id",
        "results",
        "raw",
        "gen_args_0",
        "arg_0",
        "reward_model",
        "problem",
        "expected_answer",
        "schemaVersion",
        "system",
        "task_name",
        "type",
        "data_source",
        "scores",
        "instance",
        "request",
        "result",
        "completions",
        "references",
        "output_mapping",
        "tags",
    ]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-1, 3)
    | st.floats(allow_nan=False)
    | st.sampled_from(["6*7", "user", "assistant", "", "[{"])
)
NESTED = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=12
)
ROWS = st.lists(st.dictionaries(NAMES, NESTED, max_size=7), max_size=3)
#: Of each format the keys that it is known by, so that its reader is reached.
KNOWN = st.sampled_from(
    [
        ("step", "prompt", "completion"),
        ("input", "output", "score", "gts"),
        ("example_id", "prompt", "completion", "reward"),
        ("task", "traces"),
        ("task", "nodes"),
        ("id", "epoch", "input", "target", "output"),
        ("doc_id", "resps", "arguments"),
        ("response", "reward", "responses_create_params"),
        ("prompt", "testIdx", "promptIdx", "response"),
        ("custom_id", "response"),
        ("recordId", "modelInput", "modelOutput"),
        ("custom_id", "body"),
        ("recordId", "modelInput"),
        ("instance", "request", "result"),
        ("item",),
        ("responses_create_params",),
        ("messages", "task_name"),
        ("schemaVersion", "messages", "system"),
    ]
)
SHAPED = KNOWN.flatmap(
    lambda names: st.fixed_dictionaries(dict.fromkeys(names, NESTED | st.dictionaries(NAMES, NESTED, max_size=4)))
)


def read_or_refuse(path, reading=None):
    for read in (
        lambda: read_prompts(path, reading or Reading()),
        lambda: open_recorded(path, reading or Reading()).check_prompts(PROMPTS),
        lambda: "".join(lines_of(convert(path, reading or Reading()).rows)).encode(),
    ):
        try:
            read()
        except (InputError, UsageError) as error:
            said = str(error)
            assert "\n" not in said


fresh = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the file is written anew each time


@given(
    content=st.binary(max_size=120),
    head=st.sampled_from(
        [
            b"",
            b"PAR1",
            b"ARROW1",
            b"\xff\xff\xff\xff",
            b"PK\x03\x04",
            b"\x1f\x8b",
            b"\x28\xb5\x2f\xfd",
            b"[",
            b"{",
            b"a,b\n",
        ]
    ),
)
@fresh
def test_any_bytes_behind_any_beginning_are_read_or_refused(tmp_path, content, head):
    path = tmp_path / "file"
    path.write_bytes(head + content)
    read_or_refuse(path)


@given(rows=ROWS)
@fresh
def test_arbitrary_rows_with_known_names_are_read_or_refused(tmp_path, rows):
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    read_or_refuse(path)


@given(rows=st.lists(SHAPED, min_size=1, max_size=2))
@example(rows=[{"instance": {}, "request": {}, "result": {"completions": [None, 5, {"finish_reason": [1]}]}}])
@fresh
def test_arbitrary_rows_of_each_format_are_read_or_refused(tmp_path, rows):
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    read_or_refuse(path)
    path.write_text(json.dumps({"results": {"results": rows}}))
    read_or_refuse(path)


@given(text=st.text(alphabet='ab,;"\t\n\r{[1', max_size=40))
@fresh
def test_any_text_that_may_be_a_table_is_read_or_refused(tmp_path, text):
    path = tmp_path / "table"
    path.write_text("prompt,answer\n" + text)
    read_or_refuse(path)
    path.write_text(text)
    read_or_refuse(path, Reading(columns={"prompt": "a", "text": "b"}))


@given(cut=st.floats(0, 1), flip=st.integers(0, 2**31))
@fresh
def test_any_damage_to_what_is_packed_is_told(tmp_path, cut, flip):
    rows = b'{"prompt": "6*7", "answer": "42"}\n' * 30
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", "{}")
        archive.writestr(
            "samples/s_epoch_1.json", json.dumps({"id": "s", "epoch": 1, "input": "6*7", "target": "42", "output": {}})
        )
    table = pa.BufferOutputStream()
    pq.write_table(pa.table({"prompt": ["6*7"] * 30, "answer": ["42"] * 30}), table)
    for whole in (
        gzip.compress(rows),
        pa.compress(rows, "zstd", asbytes=True),
        sink.getvalue(),
        table.getvalue().to_pybytes(),
    ):
        damaged = bytearray(whole[: max(1, int(len(whole) * cut))])
        damaged[flip % len(damaged)] ^= 1 + flip % 255
        path = tmp_path / "packed"
        path.write_bytes(damaged)
        read_or_refuse(path)


@pytest.mark.parametrize("name", ["../out.arrow", "/etc/passwd", "", "a/b.arrow"])
def test_a_saved_dataset_names_no_file_outside_its_folder(tmp_path, name):
    (tmp_path / "state.json").write_text(json.dumps({"_data_files": [{"filename": name}]}))
    with pytest.raises(InputError, match="holds what is no name"):
        read_prompts(tmp_path)


def test_a_column_of_texts_that_are_no_utf8_and_of_bytes_is_told(tmp_path):
    texts = pa.array([b"\xc9"], pa.binary()).view(pa.string())
    for column, expected in (
        (texts, "rows: cannot be read"),
        (pa.array([b"x"]), "rows:1: the column 'prompt' holds bytes"),
    ):
        pq.write_table(pa.table({"prompt": column}), tmp_path / "rows")
        with pytest.raises(InputError, match=expected):
            read_prompts(tmp_path / "rows")

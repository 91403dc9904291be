"""The fast readers take what the slow ones take, and read the same in it; they refuse nothing by themselves."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rewardlab.engines.recorded import open_recorded
from rewardlab.errors import InputError
from rewardlab.readers.columnar import read_batches
from rewardlab.readers.fast import read_fast
from rewardlab.readers.generations import read_recorded
from rewardlab.strict import read_json
from rewardlab.task import Prompt, Request, Sampling

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
#: Pieces of which texts are made that one of two parsers may take and the other refuse.
PIECES = st.sampled_from(
    [
        *"{}[]:, \t",
        *('"a"', '"a":', '"b":', '"\\u0061":', '"a\\":"', '"\\ud83d\\ude00"', '"\\ud800"', "\\ud800", "\ufeff"),
        *("1", "-0", "01", "0.1", "1e400", "12345678901234567890123", "NaN", "Infinity", "null", "true"),
    ]
)
KEYS = st.sampled_from(["prompt_id", "index", "text", "finish_reason", "prompt_tokens", "token_ids", "scores", "x"])
VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.text(max_size=4)
    | st.floats()
    | st.lists(st.integers(-1, 3), max_size=2)
)


def same(one, other):
    return json.dumps(one) == json.dumps(other)


def outcome(read, *arguments):
    try:
        return "read", json.dumps(read(*arguments))
    except ValueError as error:
        return "refused", type(error)


@given(value=JSON)
def test_any_json_is_read_as_the_strict_reader_reads_it(value):
    line = json.dumps(value, ensure_ascii=False).encode()
    assert same(read_fast(line), read_json(line.decode()))


@given(pieces=st.lists(PIECES, max_size=10))
@example(["{", '"a":', "1", ",", '"\\u0061":', "2", "}"])
@example(['"\\ud800"'])
def test_any_text_of_odd_pieces_is_read_or_refused_alike(pieces):
    text = "".join(pieces)
    assert outcome(read_fast, text.encode()) == outcome(read_json, text)


@given(line=st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_alike(line):
    assert outcome(read_fast, line)[0] == outcome(lambda raw: read_json(raw.decode()), line)[0]


def slow(path):
    try:
        return [
            (one.prompt_id, one.index, one.text, one.finish_reason, one.prompt_tokens, one.token_ids)
            for one in read_recorded(path).generations
        ]
    except InputError:
        return None


def fast(path):
    table = read_batches(path)
    if table is None:
        return None
    names = ("prompt_id", "index", "text", "finish_reason", "prompt_tokens", "token_ids")
    columns = [table[name].to_pylist() for name in names]
    return [(*row[:5], None if row[5] is None else tuple(row[5])) for row in zip(*columns, strict=True)]


@given(rows=st.lists(st.dictionaries(KEYS, VALUES, max_size=6), min_size=1, max_size=4), sure=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the file is written anew for each example
def test_whatever_the_columns_take_the_rows_take_too(tmp_path, rows, sure):
    path = tmp_path / "out.jsonl"
    named = [{"prompt_id": "p", "text": "t", **row} if sure else row for row in rows]
    path.write_text("".join(json.dumps(row) + "\n" for row in named))
    found = fast(path)
    assert found is None or found == slow(path)


@given(pieces=st.lists(PIECES | st.just("\n"), max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # as above
def test_any_lines_that_the_columns_take_the_rows_take_too(tmp_path, pieces):
    path = tmp_path / "out.jsonl"
    path.write_text('{"prompt_id": "p", "index": 0, "text": "t"}\n' + "".join(pieces))
    found = fast(path)
    assert found is None or found == slow(path)


SHIPPED = '{"prompt_id": "p", "index": 0, "text": "a", "finish_reason": "stop"}\n'


@pytest.mark.parametrize(
    "second",
    [
        '{"prompt_id": "p", "index": 1, "index": 2, "text": "a"}',
        '{"prompt_id": "p", "index": 1, "text": "\\ud800"}',
        '{"prompt_id": "p", "index": 0, "text": "again"}',
        '{"prompt_id": "p", "index": null, "text": "a"}',
        '{"prompt_id": "p", "index": 1, "text": null}',
        '{"prompt_id": "p", "index": 2147483648, "text": "a"}',
        '{"prompt_id": "p", "index": 1, "text": "a", "x": NaN}',
        '{"prompt_id": "p", "index": 1,\n"text": "a"}',
        '{"prompt_id": "p", "index": 1, "text": "a"}{"prompt_id": "p", "index": 2, "text": "a"}',
    ],
)
def test_what_the_columns_are_not_sure_of_is_refused_row_by_row(tmp_path, second):
    path = tmp_path / "out.jsonl"
    path.write_text(SHIPPED + second + "\n")
    assert read_batches(path) is None
    with pytest.raises(InputError, match=r"out.jsonl:2"):
        open_recorded(path)


def test_the_shipped_form_is_read_as_columns_with_its_extras(tmp_path):
    path = tmp_path / "out.jsonl"
    rows = [
        {"prompt_id": f"p{n // 2}", "index": n % 2, "text": f"t\u2028{n}", "seen": "2026-01-01", "ok": True}
        for n in range(6)
    ]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))  # no line's end behind the last
    table = read_batches(path)
    assert table is not None
    assert table["text"].to_pylist() == [row["text"] for row in rows]
    engine = open_recorded(path)
    prompts = [Prompt(f"p{n}", ({"role": "user", "content": "?"},), None, {}, 1) for n in range(3)]
    engine.check_prompts(prompts)
    drawn = list(engine.generate([Request(prompt, (0, 1)) for prompt in prompts], Sampling()))
    assert [(one.prompt_id, one.index, one.text) for one in drawn] == [
        (r["prompt_id"], r["index"], r["text"]) for r in rows
    ]


def test_indexes_that_no_row_has_count_in_the_order_of_the_file(tmp_path):
    path = tmp_path / "out.jsonl"
    path.write_text("".join(json.dumps({"prompt_id": name, "text": "t"}) + "\n" for name in (1, 2, 1)))
    table = read_batches(path)
    assert table is not None
    assert table["prompt_id"].to_pylist() == ["1", "2", "1"]
    assert table["index"].to_pylist() == [0, 0, 1]

"""Tests of rows that share their key."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.runs import unique
from rewardlab.runs.unique import repeats

ROW = st.tuples(
    st.one_of(st.none(), st.sampled_from(["a", "b", "a\0b", ""])),
    st.one_of(st.none(), st.integers(-2, 3), st.just(2**62)),
    st.sampled_from(["x", "y"]),
)
SCHEMA = pa.schema([("name", pa.string()), ("number", pa.int64()), ("kind", pa.string())])


def table(rows, chunks=1):
    parts = [rows[start::chunks] for start in range(chunks)]
    return pa.concat_tables(
        pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in part], schema=SCHEMA)
        for part in parts
    )


@pytest.mark.parametrize("most", [unique.MOST, 1])
@given(rows=st.lists(ROW, max_size=12), chunks=st.integers(1, 3))
def test_any_rows_repeat_just_where_a_key_stands_twice(most, rows, chunks):
    before, unique.MOST = unique.MOST, most
    try:
        assert repeats(table(rows, chunks), SCHEMA.names) == (len(set(rows)) < len(rows))
        assert repeats(table(rows, chunks), ["name"]) == (len({row[0] for row in rows}) < len(rows))
    finally:
        unique.MOST = before


def test_no_chunks_at_all_repeat_nothing():
    empty = pa.table({"name": pa.chunked_array([], pa.string())})
    assert not repeats(empty, ["name"])

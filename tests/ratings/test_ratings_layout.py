"""The reader of ratings: whatever the file holds it is read, or refused with its place."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardlab.errors import RewardlabError
from rewardlab.ratings import table
from rewardlab.ratings.layout import read_ratings
from rewardlab.ratings.naming import Naming
from rewardlab.ratings.scale import Wanted

CELL = st.sampled_from(
    ["", "1", "2", "2,5", "NA", "inf", "1e400", "low", '"', "a,b", "é", "\x85", "0x1", "1_0", "{", " 3 "]
)
FILE = st.lists(st.lists(CELL, max_size=4).map(",".join), max_size=6).map("\n".join)
HEADER = st.sampled_from(
    ["", "unit,a,b\n", "unit;a;b\n", "unit,rater,rating\n", "prompt_id,index,annotator,label\n", '{"a"']
)


@settings(max_examples=60)
@given(HEADER, st.one_of(FILE, st.text(max_size=60)), st.sampled_from([None, "long", "wide", "counts"]))
def test_any_file_is_read_or_refused(header, text, chosen):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.csv"
        path.write_text(header + text, encoding="utf-8", newline="")
        try:
            found = read_ratings([path], Naming(layout=chosen))
        except RewardlabError as error:
            assert "\n" not in str(error).partition("\n\n")[0]  # noqa: PT017 - most are read, the others refused
        else:
            assert not np.isinf(found.values).any()
            assert found.values.shape[0] == found.units == len(found.slice)


@given(st.binary(max_size=80), st.sampled_from([b"", b"PAR1", b"\xef\xbb\xbf", b"\xff\xfe"]))
def test_any_bytes_are_read_or_refused(data, head):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.csv"
        path.write_bytes(head + data)
        try:
            read_ratings([path], Naming())
        except RewardlabError as error:
            assert str(path) in str(error)  # noqa: PT017 - a few of them are read


def read(tmp_path, text, naming=None, **options):
    path = tmp_path / "r.csv"
    path.write_text(text)
    return read_ratings([path], naming or Naming(), Wanted(**options))


def test_columns_are_told_by_their_names_or_by_the_user(tmp_path):
    text = "Question,Coder A,Coder B,comment\nq1,1,2,fine\nq2,2,2,bad\n"
    found = read(tmp_path, text, Naming(raters=("Coder A", "Coder B")))
    assert (found.raters, found.values.tolist()) == (("Coder A", "Coder B"), [[1, 2], [2, 2]])
    found = read(tmp_path, text)
    assert (found.raters, found.notes) == (("Coder A", "Coder B"), ("Left out: comment (by its name notes).",))
    found = read(tmp_path, "x,who,what\n1,a,3\n1,b,4\n", Naming(unit=("x",), rater=("who",), rating=("what",)))
    assert (found.layout, found.values.tolist()) == ("long", [[3, 4]])


def test_a_quoted_delimiter_and_a_decimal_comma_are_what_they_are(tmp_path):
    assert read(tmp_path, '"unit;1,2",a,b\n1,2.5,3\n').values.tolist() == [[2.5, 3]]
    assert read(tmp_path, "unit;a;b\n1;2,5;3\n").values.tolist() == [[2.5, 3]]


def test_a_table_of_many_raters_is_packed(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "CELLS", 20)
    rows = [f"u{i},r{5 * i + k},{k}\n" for i in range(6) for k in range(3) if (i, k) != (2, 1)]
    found = read(tmp_path, "unit,rater,rating\n" + "".join(rows))
    assert found.raters == ()
    assert found.values.shape == (6, 3)
    assert sorted(found.values[2][:2]) == [0, 2]
    assert np.isnan(found.values[2][2])


def test_counts_become_ratings(tmp_path):
    found = read(tmp_path, "unit,1,2\nx,2,0\ny,0,1\n", Naming(layout="counts"))
    assert np.array_equal(found.values, [[1, 1], [2, np.nan]], equal_nan=True)

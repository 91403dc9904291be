"""The reader of labels: what people write is read, and what it is not is one line with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.errors import InputError
from rewardlab.labels import annotators_of, check_labels, mean_labels, read_annotations, read_labels, sides_of


@pytest.fixture
def written(tmp_path):
    def write(text: str | bytes) -> Path:
        path = tmp_path / "labels.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("prompt_id,index,annotator,label\na,0,x,1\na,0,y,0\nb,3,x,0.25", {("a", 0): 0.5, ("b", 3): 0.25}),
        ("prompt_id,index,label\na,0,1\n", {("a", 0): 1}),
        ("label, index ,prompt_id,comment\nYes,1, a ,fine\n wrong ,0,a,\n", {("a", 1): 1, ("a", 0): 0}),
        ("\ufeffprompt_id,index,label\r\na,0,-2\r\n\r\n,,\r\n", {("a", 0): -2}),
        ('prompt_id,index,label\n"a,\n""b""",0,1\n', {('a,\n"b"', 0): 1}),
        ("prompt_id,index,label,comment\na,0,1,one\u2028line\x0b\x85still\nb,0,0,\n", {("a", 0): 1, ("b", 0): 0}),
    ],
)
def test_labels_are_read_as_people_write_them(written, text, labels):
    assert read_labels(written(text)) == labels


HEADER = "prompt_id,index,annotator,label\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1: no column 'prompt_id'"),
        ("prompt_id,label\na,1\n", ":1: no column 'index'; expected a header prompt_id,index,annotator,label"),
        ("prompt_id,index,label,label\na,0,1,0\n", ":1: two columns 'label'"),
        (HEADER, ": holds no label; expected a header"),
        (HEADER + "a,0,x,1\na,1,x\n", ":3: 3 fields; expected 4, as in the header"),
        (HEADER + "a,-1,x,1\n", ":2: index '-1'; expected a generation's number, from 0"),
        (HEADER + "a,1.0,x,1\n", ":2: index '1.0'"),
        (HEADER + "a,0,x,maybe\n", ":2: label 'maybe'; expected a number up to 1e30, or a word such as correct"),
        (HEADER + "a,0,x,nan\n", ":2: label 'nan'"),
        (HEADER + "a,0,x,1e308\n", ":2: label '1e308'"),
        (HEADER + "a,0,x,\n", ":2: label ''"),
        (HEADER + 'a,0,x,1\n"a",0,x,0\n', ":3: generation 0 of prompt 'a' is labelled twice by x"),
        ("prompt_id,index,label\na,0,1\na,0,1\n", ":3: generation 0 of prompt 'a' is labelled twice"),
        (HEADER.encode() + b"a,0,x,1\nb\xff,0,x,1\n", ":3: is not UTF-8 (byte 41)"),
        (HEADER + f"a,0,{'x' * 200_000},1\n", ":2: is not CSV (field larger than field limit"),
    ],
)
def test_a_mistake_is_told_with_its_line(written, text, message):
    path = written(text)
    with pytest.raises(InputError) as told:
        read_labels(path)
    assert str(told.value).startswith(f"{path}{message}")


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(InputError, match=r"cannot be read \((Is a directory|No such file or directory)\)"):
            read_labels(path)


CELLS = st.sampled_from(["prompt_id", "index", "label", "annotator", "0", "1", "yes", "a", '"', '""', "\r", "\x00", ""])
CSVS = st.lists(st.lists(CELLS | st.text(max_size=4), max_size=5).map(",".join), max_size=5).map(
    lambda lines: "\n".join(lines).encode("utf-8", "replace")
)


@given(
    st.binary(max_size=80)
    | CSVS
    | CSVS.map(b"prompt_id,index,label\n".__add__)
    | st.binary(max_size=40).map(b"prompt_id,index,annotator,label\na,0,,".__add__)
)
def test_any_bytes_are_labels_or_one_line_that_names_the_file(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(data)
    try:
        labels = read_labels(path)
    except InputError as error:
        text = str(error)
        assert text.startswith(f"{path}:")
        assert len(text.splitlines()) == 1
    else:
        assert labels
        assert all(isinstance(prompt, str) and index >= 0 for prompt, index in labels)


def test_labels_of_another_run_are_refused():
    where = Path("labels.csv")
    check_labels({("a", 1): 1.0}, ["a", "b"], num_generations=2, where=where)
    with pytest.raises(InputError, match=r"labels\.csv: no prompt 'c' in this run; give labels of this run"):
        check_labels({("c", 0): 1.0}, ["a", "b"], num_generations=2, where=where)
    with pytest.raises(InputError, match="no generation 2 of 'a' in this run"):
        check_labels({("a", 2): 1.0}, ["a", "b"], num_generations=2, where=where)


def test_each_annotator_is_kept_and_the_mean_is_over_them(written):
    path = written("prompt_id,index,annotator,label\na,0,x,1\na,0,y,0\na,1,y,yes\n")
    annotations = read_annotations(path)
    assert annotations == {("a", 0): {"x": 1.0, "y": 0.0}, ("a", 1): {"y": 1.0}}
    assert annotators_of(annotations) == ("x", "y")
    assert mean_labels(annotations) == read_labels(path) == {("a", 0): 0.5, ("a", 1): 1.0}
    assert read_annotations(written("prompt_id,index,label\na,0,1\n")) == {("a", 0): {"": 1.0}}


@pytest.mark.parametrize(
    ("labels", "sides"),
    [
        ([0.0, 0.5, 1.0], [False, None, True]),
        ([1.0, 3.0, 5.0], [False, None, True]),
        ([0.25, 0.75], [False, True]),
        ([1.0, 1.0], [True, True]),
        ([], []),
    ],
)
def test_labels_are_surely_right_above_the_middle_of_their_range_and_surely_wrong_below(labels, sides):
    found = sides_of({("p", index): label for index, label in enumerate(labels)})
    assert [found.get(("p", index)) for index in range(len(labels))] == sides

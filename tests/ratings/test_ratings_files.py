"""Several files: one for each rater, or parts of one table."""

from __future__ import annotations

import io
import json

import pytest

from rewardlab.errors import InputError
from rewardlab.ratings.layout import read_ratings
from rewardlab.ratings.naming import Naming
from rewardlab.ratings.roles import UnclearError


@pytest.fixture
def write(tmp_path):
    def put(**files):
        paths = []
        for name, held in files.items():
            path = tmp_path / (f"{name}.csv" if isinstance(held, str) else f"{name}.jsonl")
            path.write_text(held if isinstance(held, str) else "".join(json.dumps(row) + "\n" for row in held))
            paths.append(path)
        return paths

    return put


def test_a_file_for_each_rater_is_read(write):
    found = read_ratings(write(alice="unit,label\na,yes\nb,no\n", bob="unit;label\nb;no\na;no\n"), Naming())
    assert (found.raters, found.values.tolist()) == (("alice", "bob"), [[1, 0], [0, 0]])


def test_the_files_of_a_doccano_export_are_read(write):
    rows = [{"id": at, "text": f"t{at}", "label": ["pos" if at % 2 else "neg"], "Comments": []} for at in (1, 2, 3)]
    others = [row | {"label": ["neg"]} for row in rows]
    found = read_ratings(write(alice=rows, bob=others), Naming())
    assert found.raters == ("alice", "bob")
    assert found.values[:, 1].tolist() == [0, 0, 0]


def test_the_files_of_two_judges_or_sessions_are_one_table(write):
    score = {"question_id": 1, "model": "a", "judgment": "..", "turn": 1}
    judges = {
        "x": [score | {"judge": ["gpt-4", "v1"], "score": 7}],
        "y": [score | {"judge": ["claude", "v1"], "score": 8}],
    }
    assert read_ratings(write(**judges), Naming()).raters == ("gpt-4", "claude")
    answer = {"_task_hash": 1, "_input_hash": 1, "answer": "accept", "_session_id": None}
    assert read_ratings(write(al=[answer], bo=[answer | {"answer": "reject"}]), Naming()).raters == ("al", "bo")


def test_what_is_wrong_says_the_file_and_unclear_columns_name_all_files(write, tmp_path):
    paths = write(alice="unit,label\na,yes\nb,no\n", bob="unit,label\na,no\na,no\n")
    with pytest.raises(InputError) as error:
        read_ratings(paths, Naming())
    assert f"{paths[1]}:3: one unit is rated twice by 'bob'" in str(error.value)
    assert f"the other is on {paths[1]}:2" in str(error.value)
    with pytest.raises(InputError, match=r"alice.csv: is named twice"):
        read_ratings([paths[0], paths[0]], Naming())
    two = {name: f"unit,tone,depth\na,yes,{at}\nb,{name},{at + 1}\nc,no,3\n" for at, name in enumerate(("x", "y"))}
    paths = write(**two)
    with pytest.raises(UnclearError) as error:
        read_ratings(paths, Naming())
    assert f"    rewardlab agree {paths[0]} {paths[1]} --unit unit --rater rater --rating depth" in error.value.lines
    log = tmp_path / "log.json"
    log.write_text('{"samples": [{"id": 1}]}')
    with pytest.raises(InputError, match="expected tables, where several files are named"):
        read_ratings([log, paths[0]], Naming())


def test_the_command_takes_several_files_and_a_pipe(run, write, monkeypatch):
    rows = "".join(f"{at},{at % 3}\n" for at in range(60))
    paths = write(alice=f"unit,score\n{rows}", bob=f"unit,score\n{rows}")
    code, out, error = run("agree", *paths)
    assert (code, error) == (0, "")
    assert f"{paths[0]}, {paths[1]}" in out
    assert run("agree", *paths, "--columns")[0] == 0
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(paths[1].read_bytes())))
    assert run("agree", paths[0], "-")[0] == 0

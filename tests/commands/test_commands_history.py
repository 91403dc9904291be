"""Tests of `rewardlab history`."""

from __future__ import annotations

import json
import shutil

import pytest

import rewardlab
from rewardlab.cli import main
from rewardlab.starters import write_starter

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Runs of one reward and of a broken one, an unfinished run, and a damaged report."""
    where = tmp_path_factory.mktemp("history")
    write_starter("trl", where)
    log = f"recorded:{where / 'example_generations.jsonl'}"
    rewardlab.audit(where / "reward.py", where / "prompts.jsonl", model=log, out=str(where / "runs" / "first"))
    with (where / "reward.py").open("a") as reward:
        reward.write("\n\ndef _number(text):\n    return type('Any', (), {'__eq__': lambda *_: True})()\n")
    rewardlab.audit(
        where / "reward.py", where / "prompts.jsonl", model=log, out=str(where / "runs" / "deep" / "second")
    )
    for name, report in (("unfinished", None), ("damaged", "{}")):
        run = where / "runs" / name
        shutil.copytree(where / "runs" / "first", run)
        (run / "report.json").unlink()
        if report is not None:
            (run / "report.json").write_text(report)
    return where / "runs"


def test_runs_stand_in_the_order_of_time_with_what_changed(folder, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "140")
    assert main(["history", str(folder)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("2 runs: GO, then NO-GO\n")
    first, second = (line for line in said.splitlines() if line.startswith(("first", "deep/second")))
    assert first.startswith("first")
    assert "45.2 % (40.4 to 50.2)" in first
    assert "reward" in second
    assert "RL407" in second
    assert "left out: damaged: report.json is of another version, or damaged" in said
    assert "left out: unfinished: no report yet" in said


def test_json_holds_the_numbers_and_a_page_draws_them(folder, tmp_path):
    out = [tmp_path / "history.json", tmp_path / "history.html", tmp_path / "history.md"]
    assert main(["history", str(folder), *(f"--output={path}" for path in out)]) == 0
    held = json.loads(out[0].read_text())
    assert held["schema"] == "rewardlab.history/1"
    assert [run["verdict"] for run in held["runs"]] == ["go", "no_go"]
    assert held["runs"][0]["accuracy"]["low"] == pytest.approx(0.404, abs=0.01)
    assert out[1].read_text().count("<circle") == 2
    assert "2 runs" in out[2].read_text()


def test_a_run_directory_is_a_history_of_one(folder, capsys):
    assert main(["history", str(folder / "first")]) == 0
    assert capsys.readouterr().out.startswith("1 run: GO\n")


@pytest.mark.parametrize("name", ["nothing", "."])
def test_a_folder_without_runs_is_bad_input(name, tmp_path, capsys):
    assert main(["history", str(tmp_path / name)]) == 2
    assert "holds no run directory" in capsys.readouterr().err

"""`--output` and `--format`: several files at once by the end of their names, and no exit code depends on either."""

from __future__ import annotations

import json

import pytest

from rewardlab.formats.table import PAGES
from tests.conftest import groups_of

pytestmark = pytest.mark.process
FORMATS = ("text", "json", *PAGES)
BEGINNINGS = {
    "text": "FAIL  ",
    "json": "{",
    "markdown": "## ",
    "junit": "<?xml ",
    "sarif": "{",
    "html": "<!doctype html>",
}
ENDINGS = {"text": ".txt", "json": ".json", "markdown": ".md", "junit": ".xml", "sarif": ".sarif", "html": ".HTML"}


@pytest.fixture
def task(task_of):
    return task_of(groups_of({0: 60, 4: 60}))


def test_each_file_is_in_the_format_that_its_name_says(run, task, tmp_path):
    files = {name: tmp_path / f"r{ending}" for name, ending in ENDINGS.items()}
    arguments = [part for path in files.values() for part in ("--output", path)]
    bad = tmp_path / "bad.py"
    bad.write_text("def score(completion, reference):\n    return 1.0\n")
    code, out, _ = run("check", bad, task["prompts"], *arguments)
    assert (code, out) == (1, "")
    for name, path in files.items():
        assert path.read_text(encoding="utf-8").startswith(BEGINNINGS[name]), name
    assert json.loads(files["sarif"].read_text())["version"] == "2.1.0"


@pytest.mark.parametrize("format_", FORMATS)
def test_no_exit_code_depends_on_the_format(run, task, tmp_path, format_):
    if not (tmp_path / "run").exists():
        run("audit", task["reward"], task["prompts"], "--model", f"recorded:{task['recorded']}", "--out", "run")
    for verdict, band in ((0, "0.05,0.95"), (1, "0.6,0.9"), (4, "0.26,0.95")):
        assert run("report", "run", "--band", band, "--format", format_)[0] == verdict
    assert run("report", "run", "--band", "upside,down", "--format", format_)[0] == 2


def test_a_format_that_no_file_has_is_printed_beside_the_files(run, task, tmp_path):
    check = ("check", task["reward"], task["prompts"])
    assert run(*check, "--output", "c.md", "--format", "text")[1].startswith("PASS")
    assert run(*check, "--output", "c.json", "--format", "json")[1] == ""
    assert run(*check, "--output", "named", "--format", "markdown")[1] == ""
    assert (tmp_path / "named").read_text().startswith("## ")
    assert run(*check, "--output", "plain")[1] == ""
    assert (tmp_path / "plain").read_text().startswith("PASS")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("report.htlm", "--output report.htlm: '.htlm' names no format; expected one of .txt, .json, .md, .xml, "),
        ("nowhere/report.html", "nowhere/report.html: cannot be written (no such folder); name another --output"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_before_any_work(run, tmp_path, name, message):
    code, out, error = run("audit", "no_such_reward.py", "no_such_prompts.jsonl", "--model", "m", "--output", name)
    assert (code, out, error.count("\n")) == (2, "", 1)
    assert message in error


@pytest.mark.parametrize(("columns", "widest"), [("60", 60), ("160", 160), ("", 100), ("many", 100), ("0", 100)])
def test_a_pipe_is_as_wide_as_columns_says(run, task, monkeypatch, columns, widest):
    monkeypatch.setenv("COLUMNS", columns)
    bad = task["reward"].with_name("bad.py")
    bad.write_text("def score(completion, reference):\n    return 1.0\n")
    lines = run("check", bad, task["prompts"])[1].splitlines()
    findings = lines[next(place for place, line in enumerate(lines) if line.startswith("RL")) :]
    assert widest - 30 <= max(map(len, findings)) <= widest

"""Two runs side by side: flips first, differences by prompt with intervals, findings that come and go, regressions."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from scipy import stats

import rewardlab
from rewardlab.reports.comparison import CompareReport
from tests.conftest import REWARD, groups_of

pytestmark = pytest.mark.process


WORSE = """
def score(completion, reference, messages=None):
    lost = int(messages[0]["content"].split()[-1]) % 4 == 0
    return 0.0 if lost else float(completion.strip() == reference)
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Runs of 120 prompts: a; again, with a reward that loses every fourth prompt; and b, of other texts."""
    folder = tmp_path_factory.mktemp("compared")
    prompts = [
        {"id": f"p{row}", "messages": [{"role": "user", "content": f"question {row}"}], "reference_answer": "1"}
        for row in range(120)
    ]
    _write(folder / "prompts.jsonl", prompts)
    groups = groups_of({1: 60, 3: 60}, n=4)
    for name, sampled in (("a", groups), ("b", [group[::-1] for group in groups])):
        rows = [
            {"prompt_id": f"p{row}", "index": index, "text": str(int(text)), "finish_reason": "stop"}
            for row, group in enumerate(sampled)
            for index, text in enumerate(group)
        ]
        _write(folder / f"{name}.jsonl", rows)
    (folder / "reward.py").write_text(REWARD)
    (folder / "worse.py").write_text(WORSE)
    for out, reward, recorded in (("a", "reward", "a"), ("again", "worse", "a"), ("b", "reward", "b")):
        rewardlab.audit(
            folder / f"{reward}.py",
            folder / "prompts.jsonl",
            model=f"recorded:{folder / recorded}.jsonl",
            out=str(folder / f"run_{out}"),
        )
    return folder


def _write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def compared(run, runs):
    def call(a, b, *options):
        code, out, error = run("compare", runs / f"run_{a}", runs / f"run_{b}", "--format", "json", *options)
        assert error == ""
        return code, CompareReport.model_validate_json(out)

    return call


def test_a_reward_that_loses_prompts_flips_their_generations(compared):
    code, report = compared("a", "again")
    assert code == 0
    assert report.same_generations
    assert (report.lost, report.gained) == (15 * 1 + 15 * 3, 0)
    assert report.flips[0].prompt_id == "p0"
    assert (report.flips[0].succeeds_in, report.flips[0].score_a, report.flips[0].score_b) == ("a", 1.0, 0.0)
    assert "the accuracy is surely lower" in report.regressions


def test_the_difference_is_that_of_prompts_with_a_t_interval(compared):
    """By the definition: each prompt's change is one number; mean and t interval of 120 of them."""
    (accuracy,) = [one for one in compared("a", "again")[1].differences if one.name == "accuracy"]
    changes = np.array([-(0.25 if row < 60 else 0.75) if row % 4 == 0 else 0.0 for row in range(120)])
    half = stats.t.ppf(0.975, 119) * changes.std(ddof=1) / np.sqrt(120)
    assert accuracy.difference.estimate == pytest.approx(changes.mean())
    assert accuracy.difference.low == pytest.approx(changes.mean() - half)
    assert accuracy.difference.high == pytest.approx(changes.mean() + half)
    assert (accuracy.raised, accuracy.lowered) == (0, 30)
    assert (accuracy.a, accuracy.b) == (pytest.approx(0.5), pytest.approx(0.5 + changes.mean()))


def test_other_generations_flip_by_prompt(compared):
    report = compared("a", "b")[1]
    assert not report.same_generations
    assert (report.lost, report.gained, report.flips) == (0, 0, ())
    assert report.regressions == ()
    (accuracy,) = [one for one in report.differences if one.name == "accuracy"]
    assert accuracy.difference.estimate == 0
    assert accuracy.difference.low < 0 < accuracy.difference.high


def test_the_exit_code_tells_a_regression_only_where_that_is_asked_for(compared):
    assert compared("a", "again", "--fail-on-regression")[0] == 1
    assert compared("again", "a", "--fail-on-regression")[0] == 0
    assert compared("a", "b", "--fail-on-regression")[0] == 0


def test_findings_come_and_go(compared):
    forth, back = compared("a", "again")[1], compared("again", "a")[1]
    assert {one.code for one in forth.findings_gained} == {one.code for one in back.findings_lost}
    assert forth.findings_gained


@pytest.mark.parametrize("format_", ["text", "json", "markdown", "junit", "sarif", "html"])
def test_every_format(run, runs, format_):
    code, out, _ = run("compare", runs / "run_a", runs / "run_again", "--format", format_)
    assert code == 0
    if format_ == "text":
        assert out.index("succeeds in A only") < out.index("B less A, by prompt")
    if format_ == "json":
        schema = json.loads((Path(rewardlab.__file__).parent / "schemas" / "compare-1.json").read_text())
        jsonschema.validate(json.loads(out), schema)


def test_what_cannot_be_compared_is_one_line(run, runs, tmp_path):
    for arguments, message in (
        ((runs / "run_a", runs / "run_a"), "the same run twice"),
        ((runs / "run_a", tmp_path), "no run.json"),
        ((tmp_path / "none", runs / "run_a"), "no such run directory"),
    ):
        code, out, error = run("compare", *arguments)
        assert (code, out, error.count("\n")) == (2, "", 1)
        assert message in error

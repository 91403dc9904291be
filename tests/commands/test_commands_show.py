"""`rewardlab show` as a person types it: findings with their generations, groups, selections, and what is not there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

import rewardlab
from rewardlab.reports.show import ShowReport
from tests.conftest import REWARD, groups_of
from tests.formats.conftest import HOSTILE, audited
from tests.test_visible import RAW

pytestmark = pytest.mark.process

JUDGE = "def judge(response, reference):\n    return response.strip('§') in {'1', '0.5'}\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run of 120 prompts: some flat, one with a half point, one that raises; with a judge and labels."""
    folder = tmp_path_factory.mktemp("shown")
    groups = [[0, 0, 0, 0], [1, 1, 1, 1], [1, "0.5", 0, "x"], *groups_of({1: 60, 2: 57}, n=4)]
    prompts = [
        {"id": f"p{row}", "messages": [{"role": "user", "content": f"question {row}"}], "reference_answer": "1"}
        for row in range(len(groups))
    ]
    recorded = [
        {
            "prompt_id": f"p{row}",
            "index": index,
            "text": str(text) if text in {0, 1} else f"§{text}§",
            "finish_reason": "stop",
        }
        for row, group in enumerate(groups)
        for index, text in enumerate(group)
    ]
    for name, rows in (("prompts.jsonl", prompts), ("recorded.jsonl", recorded)):
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "reward.py").write_text(REWARD)
    (folder / "judge.py").write_text(JUDGE)
    (folder / "judge.toml").write_text('name = "kind"\nkind = "boolean"\nmodel = "python:judge.py:judge"\n')
    labels = ["prompt_id,index,annotator,label", "p0,0,ann,1", *(f"p{row},0,ann,1" for row in range(3, 23))]
    (folder / "labels.csv").write_text("\n".join(labels) + "\n")
    rewardlab.audit(
        folder / "reward.py",
        folder / "prompts.jsonl",
        model=f"recorded:{folder / 'recorded.jsonl'}",
        judge=(str(folder / "judge.toml"),),
        labels=str(folder / "labels.csv"),
        out=str(folder / "run"),
    )
    return folder / "run"


@pytest.fixture
def shown(run, made):
    def call(*arguments):
        code, out, error = run("show", made, *arguments, "--format", "json")
        assert (code, error) == (0, "")
        return ShowReport.model_validate_json(out)

    return call


def test_without_arguments_each_finding_has_its_generations(run, made, shown):
    report = shown()
    raised = next(one for one in report.findings if one.finding.code == "RL201")
    assert [(one.prompt_id, one.index, one.score, one.reason) for one in raised.generations] == [
        ("p2", 3, None, "raised")
    ]
    text = run("show", made)[1]
    assert "RL201" in text
    assert "p2 [3]  no score, raised: ValueError: could not convert string to float: 'x' (reward.py:4)" in text


def test_a_group_is_sorted_by_score_and_says_why_there_is_none(run, made, shown):
    (group,) = shown("p2").groups
    assert [(one.index, one.score) for one in group.generations] == [(0, 1.0), (1, 0.5), (2, 0.0), (3, None)]
    assert group.reference == "1"
    assert [one.verdicts[0].right for one in group.generations] == [True, True, False, False]
    assert group.generations[3].detail.startswith("ValueError")
    text = run("show", made, "p2")[1]
    for line in ("reference 1", "[0]  score 1, succeeds", "[3]  no score, raised: ValueError", "kind says yes, right"):
        assert line in text, text


def test_one_generation_alone(shown):
    (group,) = shown("p2", "1").groups
    assert [one.index for one in group.generations] == [1]


def test_flat_groups_by_their_reason(shown):
    assert [one.prompt_id for one in shown("--flat", "all_wrong").groups] == ["p0"]
    report = shown("--flat", "all_right")
    assert [(one.prompt_id, one.flat) for one in report.groups] == [("p1", "all_right")]
    assert shown("--flat", "all_truncated").groups == ()


def test_the_worst_come_first_and_the_rest_is_counted(shown):
    report = shown("--worst", "--most", "2")
    assert [one.prompt_id for one in report.groups] == ["p0", "p3"]
    assert report.left_out == 118


def test_parting_is_where_labels_judges_and_the_reward_part(shown):
    parted = [one.prompt_id for one in shown("--parting", "--most", "9").groups]
    assert "p0" in parted  # labelled right, scored 0
    assert "p1" not in parted


def test_near_misses_name_the_span(shown):
    groups = shown("--near-misses", "--most", "200").groups
    for group in groups:
        for one in group.generations:
            assert one.near_miss is not None


def test_the_report_meets_its_shipped_schema(run, made):
    schema = json.loads((Path(rewardlab.__file__).parent / "schemas" / "show-1.json").read_text())
    jsonschema.validate(json.loads(run("show", made, "p2", "--format", "json")[1]), schema)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["q2"], "no prompt 'q2'; expected an id such as p"),
        (["p2", "9"], "p2 has no generation 9; expected one of 0, 1, 2, 3"),
        (["--finding", "RL402"], "--finding: RL402 was not found in this run; expected one of RL"),
        (["--finding", "RL999"], "--finding: RL999 is no code of a finding"),
        (["p2", "--worst"], "--worst: PROMPT and --worst select different things; expected one of them"),
        (["--flat", "all_odd"], "all_odd"),
        (["--output", "x.html"], "--output x.html: it has no format html; expected one of text, json"),
    ],
)
def test_what_is_not_there_is_told_in_one_line(run, made, arguments, message):
    code, out, error = run("show", made, *arguments)
    assert (code, out, error.count("\n")) == (2, "", 1)
    assert message in error


def test_a_run_without_a_report_says_how_to_write_it(run, made, tmp_path):
    shutil.copytree(made, tmp_path / "copy")
    (tmp_path / "copy" / "report.json").unlink()
    code, _, error = run("show", tmp_path / "copy")
    assert code == 2
    assert "no report.json; write it: rewardlab report" in error


def test_hostile_texts_are_shown_and_not_obeyed(run, tmp_path):
    options = ("--judge", f"{tmp_path}/judge.toml", "--out", f"{tmp_path}/run")
    audited(tmp_path, "audit", "--model", f"recorded:{tmp_path}/recorded.jsonl", *options)
    for arguments in ((), (f"p3{HOSTILE}",), ("--near-misses",), ("--worst",)):
        for format_ in ("text", "json"):
            code, out, _ = run("show", tmp_path / "run", *arguments, "--format", format_)
            assert code == 0
            assert not RAW.search(out)
            assert "\t" not in out

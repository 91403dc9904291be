"""`--labels` from the file to the verdict: recorded generations, known truth, and what the run keeps of it."""

from __future__ import annotations

import json

import pytest

from rewardlab.cli import main
from tests.conftest import groups_of

pytestmark = pytest.mark.process

GROUPS = groups_of({2: 40, 4: 50, 6: 30})


@pytest.fixture
def audited(capsys, tmp_path, monkeypatch, task_of):
    """Audit with these labels (None for no option); returns the exit code, the JSON report or None, and the error."""
    monkeypatch.chdir(tmp_path)
    task = task_of(GROUPS)

    def call(labels=None, *options: object, command=("audit",)):
        arguments = [*command, *((task["reward"], task["prompts"]) if command == ("audit",) else ())]
        if command == ("audit",):
            arguments += ["--model", f"recorded:{task['recorded']}", "--out", tmp_path / "run", "-q"]
        if labels is not None:
            (tmp_path / "labels.csv").write_text(labels)
            arguments += ["--labels", tmp_path / "labels.csv"]
        code = main([str(one) for one in [*arguments, "--format", "json", *options]])
        captured = capsys.readouterr()
        return code, json.loads(captured.out) if captured.out else None, captured.err

    return call


def csv_of(label=lambda score: score, *, prompts=None, word="p"):
    rows = [f"{word}{i},{j},me,{label(score)}" for i, row in enumerate(GROUPS[:prompts]) for j, score in enumerate(row)]
    return "\n".join(["prompt_id,index,annotator,label", *rows]) + "\n"


def of(report, code):
    return [(one["severity"], one["evidence"]) for one in report["findings"] if one["code"] == code]


def test_right_labels_give_a_j_near_one(audited):
    _, report, _ = audited(csv_of())
    labels = report["reward"]["labels"]
    assert (labels["labelled"], labels["youden_j"]["estimate"]) == (960, 1.0)
    assert labels["youden_j"]["low"] > 0.9
    assert labels["auc_within_prompts"]["estimate"] == 1.0
    assert list(labels["best_of"]) == ["1", "2", "4", "8"]
    assert of(report, "RL405") == of(report, "RL410") == []


def test_flipped_labels_block_and_show_what_disagrees(audited):
    code, report, _ = audited(csv_of(lambda score: ("correct", "wrong")[score]))
    assert (code, "RL405" in report["reasons"]) == (1, True)
    ((severity, evidence),) = of(report, "RL405")
    assert (severity, evidence["youden_j"]) == ("blocker", -1.0)
    assert [(abs(one["score"] - one["label"]), one["text"]) for one in evidence["examples"]] == [(1.0, "1")] * 2


def test_labels_of_a_few_are_enough_to_be_counted_as_few(audited):
    _, report, _ = audited(csv_of(prompts=10))
    assert report["reward"]["labels"]["labelled"] == 80


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (csv_of(word="q"), "labels.csv: no prompt 'q0' in this run; give labels of this run's generations"),
        ("prompt_id,index,label\np0,8,1\n", "labels.csv: no generation 8 of 'p0' in this run"),
        ("prompt_id,index,label\np0,0,1\np0,1,?\n", "labels.csv:3: label '?'; expected a number"),
    ],
)
def test_labels_that_do_not_fit_are_one_line_and_exit_2(audited, tmp_path, labels, message):
    code, report, error = audited(labels)
    assert (code, report, error.count("\n")) == (2, None, 1)
    assert message in error
    assert not (tmp_path / "run" / "labels.csv").exists()


def test_a_mistake_in_the_labels_is_told_before_anything_is_sampled(audited, tmp_path):
    assert audited("prompt_id,index,label\np0,0,?\n")[0] == 2
    assert not (tmp_path / "run").exists()


def test_the_run_keeps_its_labels(audited, tmp_path):
    _, first, _ = audited(csv_of())
    (tmp_path / "labels.csv").unlink()
    run = tmp_path / "run"
    assert audited(command=("report", run))[1]["reward"]["labels"] == first["reward"]["labels"]
    assert audited()[1]["reward"]["labels"] == first["reward"]["labels"]
    flipped = audited(csv_of(lambda score: 1 - score), command=("report", run))[1]
    assert flipped["reward"]["labels"]["youden_j"]["estimate"] == -1.0
    assert audited(command=("report", run))[1]["reward"]["labels"] == flipped["reward"]["labels"]


def test_a_report_refuses_labels_of_another_run_and_keeps_its_own(audited, tmp_path):
    _, first, _ = audited(csv_of())
    assert audited(csv_of(word="q"), command=("report", tmp_path / "run"))[0] == 2
    assert audited(command=("report", tmp_path / "run"))[1]["reward"]["labels"] == first["reward"]["labels"]


def test_a_path_in_the_settings_file_is_taken_from_its_folder(audited, tmp_path, monkeypatch):
    (tmp_path / "rewardlab.toml").write_text('labels = "known/truth.csv"\n')
    (tmp_path / "known").mkdir()
    (tmp_path / "known" / "truth.csv").write_text(csv_of())
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert audited()[1]["reward"]["labels"]["youden_j"]["estimate"] == 1.0
    (tmp_path / "known" / "truth.csv").unlink()
    code, _, error = audited()
    assert code == 2
    assert f"{tmp_path / 'known' / 'truth.csv'}: cannot be read" in error


def test_without_labels_there_are_none(audited):
    _, report, _ = audited()
    assert report["reward"]["labels"] is None
    assert of(report, "RL405") == []

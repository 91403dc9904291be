"""Runs of odd shapes: their pages open without a complaint."""

from __future__ import annotations

import json

import pytest

import rewardlab

pytestmark = [pytest.mark.browser, pytest.mark.process, pytest.mark.xdist_group("browser")]

RAISES = "def score(completion, reference):\n    raise ValueError('nothing is scored')\n"
CONSTANT = "def score(completion, reference):\n    return 1.0\n"
EXACT = "def score(completion, reference):\n    return float(completion == reference)\n"
FINE = "def score(completion, reference):\n    return len(completion) / 7 - 3e-9\n"
PAIRWISE = "def judge(response, other): return 'A' if response > other else 'B'\n"


@pytest.fixture
def page_of(tmp_path, opened):
    """Audit these texts of each prompt, and open the page."""

    def build(reward, groups, **options):
        (tmp_path / "reward.py").write_text(reward)
        asked = [{"id": name, "prompt": f"question {name}", "reference_answer": "1"} for name in groups]
        given = [
            {"prompt_id": name, "index": index, "text": text, "finish_reason": "length" if text == "cut" else "stop"}
            for name, texts in groups.items()
            for index, text in enumerate(texts)
        ]
        for file, rows in (("prompts", asked), ("generations", given)):
            (tmp_path / f"{file}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        model = f"recorded:{tmp_path / 'generations.jsonl'}"
        report = rewardlab.audit(
            tmp_path / "reward.py", tmp_path / "prompts.jsonl", model=model, out=str(tmp_path / "run"), **options
        )
        return opened(report.folder / "report.html")

    return build


@pytest.mark.parametrize(
    ("reward", "groups", "number"),
    [
        (RAISES, {"a": ["1", "2"], "b": ["1", "1"]}, 2),
        (CONSTANT, {"a": ["1", "2"], "b": ["", "cut"]}, 2),
        (EXACT, {"only": ["1"]}, 1),
        (EXACT, {"many": ["1", "0"] * 20, "few": ["0"]}, 40),
        (
            FINE,
            {"\u202eid": ["x" * n for n in range(5)], "a:1:2": ["yy"] * 5, "%41": ["z"] * 5, "ünïcödé 漢字": [""] * 5},
            5,
        ),
    ],
    ids=["nothing scored", "constant", "one generation", "unequal groups", "odd ids and fine scores"],
)
def test_a_run_of_an_odd_shape_opens(page_of, reward, groups, number):
    browser = page_of(reward, groups, num_generations=number)
    count = sum(map(len, groups.values()))
    assert browser.run("return lab.rows.length") == count
    for row in range(min(count, 20)):
        browser.run("location.hash = linkOf(lab.rows[arguments[0]])", row)
        browser.wait(f"return group.dialog.open && group.row.n === {row}")
    browser.run("group.close()")
    browser.keys("q")
    assert browser.complaints() == []


def test_a_pairwise_judge_does_no_harm(page_of, tmp_path):
    (tmp_path / "better.py").write_text(PAIRWISE)
    (tmp_path / "better.toml").write_text('kind = "pairwise"\nmodel = "python:better.py:judge"\n')
    groups = {f"p{number}": ["1", "0", "10"] for number in range(4)}
    browser = page_of(EXACT, groups, num_generations=3, judge=[str(tmp_path / "better.toml")])
    browser.run("group.open(lab.rows[0])")
    assert browser.complaints() == []


def test_a_label_of_an_id_that_is_shown_otherwise_is_saved_with_the_id_itself(page_of):
    browser = page_of(EXACT, {"\u202eid": ["1", "0"]}, num_generations=2)
    browser.run("labels.give(lab.rows[0], 'right')")
    assert browser.run("return lab.rows[0].id") == "\\u202eid"
    assert browser.run("return labels.rows('')") == [
        ["prompt_id", "index", "annotator", "label"],
        ["\u202eid", 0, "", 1],
    ]

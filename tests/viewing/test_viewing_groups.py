"""Near misses: how text and score part, and where the reference stands in the text."""

from __future__ import annotations

import json

import pytest

import rewardlab
from rewardlab.reports.show import ShowReport
from rewardlab.viewing.groups import _span


@pytest.mark.parametrize(
    ("text", "reference", "span"),
    [
        ("142, so 42 it is", "42", (8, 10)),
        ("42 or 42", "42", (6, 8)),
        ("142", "42", (None, None)),
        ("421", "42", (None, None)),
        ("x=-42.", "-42", (2, 5)),
        ("aaa", "a", (None, None)),
        ("", "42", (None, None)),
        ("42", "", (None, None)),
        ("42", None, (None, None)),
        ('say ["a", 1] now', ["a", 1], (4, 12)),
        ("数学 42 数学", "42", (3, 5)),
    ],
)
def test_the_reference_is_found_as_a_word_of_its_own(text, reference, span):
    assert _span(text, reference) == span


@pytest.mark.process
def test_a_right_answer_in_another_form_is_a_near_miss(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    prompts = [
        {"id": f"p{row}", "messages": [{"role": "user", "content": f"{row} + 100? End with the number."}],
         "reference_answer": str(row + 100)}
        for row in range(110)
    ]  # fmt: skip
    texts = ["#### {right}", "The answer is {right}", "#### {wrong}", "no idea"]
    rows = [
        {
            "prompt_id": f"p{row}",
            "index": index,
            "text": text.format(right=row + 100, wrong=row + 107),
            "finish_reason": "stop",
        }
        for row in range(110)
        for index, text in enumerate(texts)
    ]
    for name, lines in (("prompts.jsonl", prompts), ("recorded.jsonl", rows)):
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "reward.py").write_text(
        "def score(completion, reference):\n    return float(completion.strip() == '#### ' + reference)\n"
    )
    rewardlab.audit("reward.py", "prompts.jsonl", model="recorded:recorded.jsonl", out="run")
    report = ShowReport.model_validate_json(run("show", "run", "--near-misses", "--most", "1", "--format", "json")[1])
    (group,) = report.groups
    assert [(one.index, one.near_miss.kind[-9:]) for one in group.generations] == [(1, "but_fails")]
    assert report.left_out == 109
    near = group.generations[0].near_miss
    assert group.generations[0].text[near.start : near.end] == "100"
    text = run("show", "run", "--near-misses", "--most", "1")[1]
    assert "The answer is »100«" in text

"""Text from outside is shown and never obeyed: each such character in each place, in each format, comes out escaped."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.reports.section import Part, json_text, visible_all
from rewardlab.visible import OBEYED, visible, visible_lines

CHARACTERS = {
    "escape": "\x1b[31m",
    "bell": "\x07",
    "carriage return": "\r",
    "line break": "\nGO  vllm:model",
    "tab": "\t",
    "C1": "\x9b31m",
    "next line": "\x85",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "right to left": "\u202e",
    "isolate": "\u2066",
    "byte order": "\ufeff",
    "markup": "[red]",
}
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


@given(st.text())
def test_what_is_shown_holds_nothing_that_is_obeyed_and_is_one_line(text):
    shown = visible(text)
    assert not OBEYED.search(shown)
    assert len(shown.splitlines()) <= 1
    assert not any(unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} for one in shown)
    assert visible(shown) == shown


def test_ordinary_text_is_left_as_it_is():
    text = "naïve 数学 العربية 👩\u200d🔬 a\\b [red]"
    assert visible(text) == text
    assert visible_lines("a\nb\x1b") == "a\nb\\x1b"


class Held(Part):
    name: str
    cells: dict[str, list[object]]


@given(st.text(), st.text())
def test_json_means_the_same_and_holds_none_raw(name, key):
    text = json_text(Held(name=name, cells={key: [name, 1]}))
    assert not RAW.search(text)
    if not re.search("[\ud800-\udfff]", name + key):
        assert json.loads(text) == {"name": name, "cells": {key: [name, 1]}}


def test_a_copy_shows_keys_and_values_at_any_depth():
    copy = visible_all(Held(name="a\x1b", cells={"k\n": [{"x\u202e": ("y\x07",)}]}))
    assert copy == Held(name="a\\x1b", cells={"k\\n": [{"x\\u202e": ("y\\x07",)}]})


@pytest.fixture(params=CHARACTERS, ids=lambda name: name.replace(" ", "_"))
def hostile(request):
    return CHARACTERS[request.param]


@pytest.mark.process
@pytest.mark.parametrize("format_", ["text", "json"])
def test_an_audit_shows_hostile_rows(run, write_lines, tmp_path, hostile, format_):
    """In ids, references, answers, what the reward raises and the names of its components."""
    ids = [f"p{number}{hostile}x" for number in range(12)]
    prompts = [
        {"id": name, "messages": [{"role": "user", "content": f"q{hostile}"}], "reference_answer": f"1{hostile}"}
        for name in ids
    ]
    rows = [
        {"prompt_id": name, "index": index, "text": f"{index}{hostile}", "finish_reason": f"stop{hostile}"}
        for name in ids
        for index in range(3)
    ]
    reward = tmp_path / "reward.py"
    reward.write_text(
        "def compute_score(data_source, solution_str, ground_truth, extra_info=None):\n"
        f"    mark = {hostile!r}\n"
        "    print('printed' + mark)\n"
        "    if solution_str.startswith('2'):\n"
        "        raise ValueError('no' + mark + 'yes')\n"
        "    return {'score': float(solution_str == ground_truth), 'form' + mark: 1.0}\n"
    )
    prompts_file, recorded = write_lines("prompts.jsonl", prompts), write_lines("recorded.jsonl", rows)
    code, out, error = run("audit", reward, prompts_file, "--model", f"recorded:{recorded}", "--format", format_)
    assert code in {0, 1, 2, 4}, error
    for shown in (out, error):
        assert not RAW.search(shown)
        assert not re.search(r"(?m)^GO  vllm:model", shown)
        assert "\t" not in shown
    if format_ == "json" and out:
        assert json.loads(out)["verdict"]


@pytest.mark.parametrize("format_", ["text", "json", "markdown", "junit", "html"])
def test_agreement_shows_hostile_cells(run, tmp_path, hostile, format_):
    """In units, names of raters, labels, values of a slice and the file's name."""
    lines = ["unit,topic,ann" + "1,ann2"]
    quoted = '"' + f"yes{hostile}".replace('"', '""') + '"'
    topic = '"' + f"t{hostile}" + '"'
    lines += [f'"u{number}{hostile}",{topic},{quoted},{quoted if number % 3 else "no"}' for number in range(12)]
    file = tmp_path / "ratings.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, out, error = run("agree", file, "--format", format_, "--by", "topic")
    assert code in {0, 1, 2, 4}, error
    for shown in (out, error):
        assert not RAW.search(shown)
        assert not re.search(r"(?m)^GO  vllm:model", shown)


def test_an_error_is_one_line_whatever_it_names(run, tmp_path, hostile):
    code, out, error = run("audit", "reward.py", tmp_path / "prompts.jsonl", "--model", f"openai{hostile}:x")
    assert code == 2
    assert out == ""
    assert not RAW.search(error)
    assert len(error.splitlines()) == 1


@pytest.mark.process
def test_a_judges_name_is_shown(run, task_of, tmp_path, hostile):
    task = task_of([[0, 1, 1, 0]] * 12)
    name = hostile.translate(str.maketrans("", "", '"\\'))
    (tmp_path / "j.py").write_text(f"def judge(response):\n    raise ValueError('x' + {hostile!r})\n")
    (tmp_path / "j.toml").write_text(
        f'name = {json.dumps("j" + name)}\nkind = "boolean"\nmodel = "python:j.py:judge"\n', encoding="utf-8"
    )
    code, out, error = run(
        "audit",
        task["reward"],
        task["prompts"],
        "--model",
        f"recorded:{task['recorded']}",
        "--judge",
        tmp_path / "j.toml",
    )
    assert code in {0, 1, 2, 4}, error
    assert not RAW.search(out + error)
    assert not re.search(r"(?m)^GO  vllm:model", out + error)

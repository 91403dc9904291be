"""Examples of right answers: `--right FILE.jsonl`, rewardlab.toml, a column; kept by the run, unseen by the reward."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rewardlab
from rewardlab.errors import InputError
from rewardlab.readers.prompts import read_prompts
from rewardlab.readers.rights import digest_of_rights, with_rights
from rewardlab.runs.directory import Run
from tests.conftest import groups_of

#: It reads a format that no prompt names and nobody would guess.
ODD = """
import re

def score(completion, reference):
    assert "right" not in str(reference)
    found = re.findall(r"~~(.*?)~~", completion)
    return float(bool(found) and found[-1] == str(reference))
"""
NUMBERS = [{"id": f"p{k}", "prompt": f"{k} + {3 * k}?", "answer": str(4 * k)} for k in range(1, 41)]
EXAMPLES = [{"prompt_id": row["id"], "text": f"I add.\n~~{row['answer']}~~"} for row in NUMBERS]


@pytest.fixture
def prompts(write_lines):
    return read_prompts(write_lines("p.jsonl", NUMBERS[:3]))


def test_examples_go_to_their_prompts_and_into_their_rows(prompts, write_lines):
    found = with_rights(prompts, write_lines("right.jsonl", EXAMPLES[:2]))
    assert [prompt.right for prompt in found] == ["I add.\n~~4~~", "I add.\n~~8~~", None]
    assert [prompt.row.get("right") for prompt in found] == [prompt.right for prompt in found]
    assert [prompt.digest for prompt in found] == [prompt.digest for prompt in prompts]
    assert digest_of_rights(prompts) is None
    assert digest_of_rights(found) != digest_of_rights(found[:1])


def test_without_a_file_the_prompts_stay_as_they_are(prompts):
    assert with_rights(prompts, None) == prompts


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (['{"prompt_id": "p9", "text": "x"}'], ":1: prompt_id is \"p9\"; expected an id such as 'p1'"),
        (['{"text": "x"}'], ":1: prompt_id is null"),
        (['{"prompt_id": "p1", "text": " "}'], ":1: text is blank"),
        (['{"prompt_id": "p1", "text": 4}'], ":1: text is a number"),
        (['{"prompt_id": "p1", "text": "x"}'] * 2, ":2: prompt 'p1' was given a right answer before"),
        ([""], "right.jsonl: empty"),
        (["{"], ":1: not JSON"),
    ],
)
def test_a_flaw_is_told_with_its_line(prompts, write_lines, lines, message):
    with pytest.raises(InputError) as caught:
        with_rights(prompts, write_lines("right.jsonl", lines))
    assert message in str(caught.value)


@given(
    st.binary(max_size=100) | st.sampled_from([b'{"prompt_id": [1], "text": "x"}', b'{"prompt_id": {}, "text": null}'])
)
def test_any_bytes_are_examples_or_an_input_error(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("rights")
    (folder / "p.jsonl").write_text(json.dumps(NUMBERS[0]))
    (folder / "right.jsonl").write_bytes(data)
    with pytest.raises(InputError) as caught:
        with_rights(read_prompts(folder / "p.jsonl"), folder / "right.jsonl")
    assert "\n" not in str(caught.value)


@pytest.mark.process
def test_a_format_that_nobody_guesses_is_read_from_an_example(run, write_lines):
    Path("reward.py").write_text(ODD)
    write_lines("prompts.jsonl", NUMBERS)
    write_lines("right.jsonl", EXAMPLES)
    code, out, _ = run("check", "reward.py", "--format", "json")
    guessed = {one["code"] for one in json.loads(out)["checks"][0]["findings"]}
    assert {"RL301", "RL401"} & guessed
    code, out, _ = run("check", "reward.py", "--right", "right.jsonl", "--format", "json")
    found = {one["code"]: one["severity"] for one in json.loads(out)["checks"][0]["findings"]}
    assert (code, "RL301" in found, "RL401" in found) == (0, False, False)
    assert "blocker" not in found.values()
    Path("rewardlab.toml").write_text('right = "right.jsonl"\n')
    code, out, _ = run("check", "reward.py", "--format", "json")
    assert {one["code"] for one in json.loads(out)["checks"][0]["findings"]} == set(found)


@pytest.mark.process
def test_a_column_serves_as_well_and_an_example_that_loses_blocks(run, write_lines):
    Path("reward.py").write_text(ODD)
    write_lines("prompts.jsonl", [{**row, "right": f"~~{row['answer']}~~"} for row in NUMBERS])
    assert run("check", "reward.py")[0] == 0
    write_lines("prompts.jsonl", [{**row, "right": row["answer"]} for row in NUMBERS])
    code, out, _ = run("check", "reward.py")
    assert code == 1
    assert "given as right earn no more than wrong ones" in " ".join(out.split())


@pytest.mark.process
def test_a_run_keeps_the_examples_and_examines_again_when_they_change(task_of, tmp_path, monkeypatch, write_lines):
    monkeypatch.chdir(tmp_path)
    task = task_of(groups_of({4: 100}))
    ids = [prompt.id for prompt in read_prompts(task["prompts"])]
    options = {"model": f"recorded:{task['recorded']}", "out": "run"}
    rewardlab.audit(task["reward"], task["prompts"], **options)
    (kept,) = Path("run/findings").iterdir()
    before = kept.read_bytes()
    write_lines("right.jsonl", [{"prompt_id": name, "text": "1"} for name in ids])
    rewardlab.audit(task["reward"], task["prompts"], right="right.jsonl", **options)
    assert kept.read_bytes() != before
    with Run.open(Path("run")) as held:
        assert {prompt.right for prompt in held.prompts()} == {"1"}
        assert held.manifest.settings["right"] == "right.jsonl"

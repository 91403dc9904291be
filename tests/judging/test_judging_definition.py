"""Definitions: what is found by which name, what is filled in, and every mistake with its file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.errors import UsageError
from rewardlab.judging.definition import Price, load_judge
from rewardlab.task import Sampling

WHOLE = """
name = "sums"
description = "Is the sum right?"
kind = "score"
labels = [0, 1, 2]
level = "interval"
success_at = 2
prompt = "text.md"
criteria = ["right", "short"]
model = "openai:m"
answer = "json"
repeats = 4

[sampling]
temperature = 0.5
max_tokens = 99
seed = 3

[engine]
base_url = "http://here/v1"

[price]
prompt = 0.4
completion = 1.6
"""


def test_every_key(tmp_path):
    (tmp_path / "a.toml").write_text(WHOLE)
    (tmp_path / "text.md").write_text("{response}\n\n")
    judge = load_judge("a.toml", folder=tmp_path)
    assert (judge.name, judge.description, judge.model, judge.answer) == (
        "sums",
        "Is the sum right?",
        "openai:m",
        "json",
    )
    assert (judge.scale.level, judge.scale.labels, judge.scale.values) == ("interval", ("0", "1", "2"), (0.0, 1.0, 2.0))
    assert (judge.template, judge.criteria, judge.repeats) == ("{response}", "1. right\n2. short", 4)
    assert judge.sampling == Sampling(temperature=0.5, max_tokens=99, seed=3)
    assert (judge.engine, judge.price) == ({"base_url": "http://here/v1"}, Price(0.4, 1.6, "USD"))
    assert judge.source == str(tmp_path / "a.toml")


def test_the_shortest_definition(define):
    judge = define('kind = "boolean"')
    assert (judge.name, judge.model, judge.answer, judge.repeats, judge.price) == ("own", None, "choice", 2, None)
    assert judge.sampling == Sampling(temperature=0.0, max_tokens=7, seed=0)  # "yes" and 4 more
    assert define('kind = "score"\nrange = [0, 1]').answer == "json"


def test_a_model_that_may_think_first_has_room_for_it(define, tmp_path):
    define('kind = "boolean"')
    assert load_judge("own.toml@openai:m", folder=tmp_path).sampling.max_tokens == 2048


def test_a_shipped_judge_by_name_with_a_model():
    judge = load_judge("correctness@openai:gpt")
    assert (judge.name, judge.model) == ("correctness", "openai:gpt")
    assert load_judge("correctness@vllm:x.toml").model == "vllm:x.toml"


def test_a_file_whose_folder_has_an_at_sign(define, tmp_path):
    define('kind = "boolean"')
    folder = tmp_path / "a@b"
    folder.mkdir()
    for name in ("own.toml", "own.txt"):
        (tmp_path / name).rename(folder / name)
    assert load_judge("a@b/own.toml@openai:m", folder=tmp_path).model == "openai:m"
    assert load_judge("a@b/own.toml", folder=tmp_path).model is None


def test_a_model_folder_is_relative_to_what_names_it(tmp_path):
    inner = tmp_path / "judges"
    for folder in (tmp_path / "here", inner / "there"):
        folder.mkdir(parents=True)
    (inner / "a.toml").write_text('kind = "boolean"\nmodel = "vllm:there"')
    (inner / "a.txt").write_text("{response}")
    assert load_judge("judges/a.toml", folder=tmp_path).model == f"vllm:{inner / 'there'}"
    assert load_judge("judges/a.toml@vllm:here", folder=tmp_path).model == f"vllm:{tmp_path / 'here'}"


SCORE = 'kind = "score"\nlabels = [1, 2]\n'


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            'kind = "score"\nlables = [1, 2]',
            r"own.toml:2: unknown key 'lables'; expected perhaps labels; one of kind, name",
        ),
        (
            SCORE + "[sampling]\ntemprature = 0",
            r"own.toml:4: unknown key 'temprature' in \[sampling\]; expected perhaps temp",
        ),
        (SCORE + "[price]\nprompt = 1", r"own.toml:3: no completion; expected a table with prompt and completion"),
        (SCORE + "[sampling]\nmax_tokens = 0", r"own.toml:4: max_tokens = 0 is not allowed; expected greater than"),
        ('knd = "score"', r"own.toml:1: unknown key 'knd'; expected perhaps kind; one of kind, name"),
        ("labels = [1, 2]", r"own.toml: no kind; expected one of score, label, boolean, pairwise"),
        ('kind = "scor"', r"own.toml:1: kind = 'scor' is not allowed; expected one of score"),
        ('kind = "score"\nlabels = [1, true]', r"own.toml:2: labels = True is not allowed"),
        ('kind = "score"\nlabels = []', r"own.toml:2: the scale is empty"),
        ('kind = "score"\nlabels = [1]', r"own.toml:2: '1' is the only label"),
        ('kind = "score"\nlabels = [1, 1]', r"own.toml:2: '1' is there twice"),
        ('kind = "score"\nlabels = [1, "two"]', r"own.toml:2: 'two' has no finite number"),
        ('kind = "score"\nlabels = [1, 10]\nanswer = "line"', r"own.toml:3: '1' begins '10'"),
        ('kind = "score"\nrange = [0, 1]\nanswer = "choice"', r"own.toml:3: a range has no labels"),
        (SCORE + 'prompt = "no.txt"', r"own.toml:3: the prompt text no.txt cannot be read"),
        (SCORE + 'model = "opnai:m"', r"own.toml:3: no engine 'opnai'"),
        (SCORE + 'model = "python:no.py:f"', r"own.toml:3: there is no file .*no.py"),
        (SCORE + 'model = "python:own.txt"', r"own.toml:3: 'python:own.txt' names no function"),
        ('kind = "score\n', r"own.toml:1: not readable as TOML"),
    ],
)
def test_a_mistake_has_its_file_and_line(define, keys, message):
    with pytest.raises(UsageError, match=message):
        define(keys)


def test_a_mistake_in_the_prompt_text_has_its_line(define):
    with pytest.raises(UsageError, match=r"own.txt:2: no field \{refernce\}; expected perhaps \{reference\}"):
        define('kind = "boolean"', "Judge\n{refernce} {response}")
    with pytest.raises(UsageError, match=r"own.txt:1: the pairwise prompt does not show \{other\}"):
        define('kind = "pairwise"', "{response}")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("corectness", "no judge 'corectness'; expected perhaps correctness; one of code_review, correctness"),
        ("own", "own.toml is a file: name it so"),
        ("nowhere.toml", "nowhere.toml: there is no such judge definition"),
        ("", "no judge ''"),
        ("correctness@", "no model behind the @"),
        ("python:a.py:f", r'tells no scale; expected a definition with model = "python:a.py:f"'),
    ],
)
def test_no_such_judge(define, tmp_path, name, message):
    define('kind = "boolean"')
    with pytest.raises(UsageError, match=message):
        load_judge(name, folder=tmp_path)


def test_the_digest_is_of_what_changes_a_verdict_and_of_nothing_else(define, tmp_path):
    base = define(SCORE).digest
    for same in ('name = "other"\n', 'description = "d"\n', "success_at = 2\n", "repeats = 5\n", 'model = "vllm:m"\n'):
        assert define(same + SCORE).digest == base
    assert define(SCORE + "[engine]\nconcurrency = 3").digest == base
    changed = [
        define(SCORE, "Judge well.\n{response}"),
        define('kind = "score"\nlabels = [1, 3]'),
        define(SCORE + 'answer = "json"'),
        define(SCORE + "[sampling]\nseed = 1"),
        define(SCORE + 'criteria = "short"'),
        define(SCORE + "[engine]\nchat_template = 'x'"),
    ]
    assert len({base, *(judge.digest for judge in changed)}) == len(changed) + 1


def test_a_python_judges_digest_is_of_its_text(define, tmp_path):
    (tmp_path / "j.py").write_text("def f(response): return 1")
    first = define(SCORE + 'model = "python:j.py:f"')
    (tmp_path / "j.py").write_text("def f(response): return 2")
    assert first.is_python
    assert first.model == f"python:{tmp_path / 'j.py'}:f"
    assert define(SCORE + 'model = "python:j.py:f"').digest != first.digest


@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode), st.binary(max_size=20))
def test_any_bytes_are_a_judge_or_a_usage_error(tmp_path_factory, keys, text):
    folder = tmp_path_factory.mktemp("any")
    (folder / "a.toml").write_bytes(b'kind = "boolean"\n' + keys)
    (folder / "a.txt").write_bytes(b"{response}" + text)
    try:
        load_judge("a.toml", folder=folder)
    except UsageError as error:
        assert re.match(rf"{re.escape(str(folder))}/a\.(toml|txt)", str(error))  # noqa: PT017 - the message's beginning


def test_the_page_of_the_documentation_names_every_key():
    from rewardlab.judging.declaration import Declaration, PriceTable, SamplingTable

    page = (Path(__file__).parents[2] / "docs" / "judges.md").read_text()
    for table in (Declaration, SamplingTable, PriceTable):
        for key in table.model_fields:
            assert f"`{key}`" in page, key


def test_the_whole_example_of_the_documentation_is_a_judge(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "judges.md").read_text()
    keys, text = re.search(r"```toml\n(.*?)```.*?```text\n(.*?)```", page, re.DOTALL).groups()
    (tmp_path / "citations.toml").write_text(keys)
    (tmp_path / "citations.txt").write_text(text)
    assert load_judge("citations.toml", folder=tmp_path).answer == "json"

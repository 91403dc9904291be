"""Generations from a file: all that was asked for and is there, notices for the rest, never a zero."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rewardlab.engines.recorded import open_engine
from rewardlab.errors import InputError, UsageError
from rewardlab.readers.generations import read_generations
from rewardlab.task import Generation, Prompt, Request, Sampling


def row(prompt_id, index, text="42", **more):
    return {"prompt_id": prompt_id, "index": index, "text": text, **more}


def request(prompt_id, *indexes):
    return Request(prompt(prompt_id), indexes)


def prompt(prompt_id):
    return Prompt(prompt_id, ({"role": "user", "content": "?"},), None, {}, 1)


@pytest.fixture
def engine_of(write_lines):
    return lambda *rows: open_engine(str(write_lines("out.jsonl", rows)), {})


def test_the_generations_asked_for_come_as_they_were_recorded(engine_of):
    cut = row("a", 1, "7", finish_reason="length", completion_tokens=3, token_ids=[9, 0, 7])
    engine = engine_of(row("a", 0), cut, row("b", 0))
    assert list(engine.generate([request("a", 1), request("b", 0)], Sampling())) == [
        Generation("a", 1, "7", "length", None, 3, token_ids=(9, 0, 7)),
        Generation("b", 0, "42"),
    ]
    assert engine.notices == ()


def test_what_was_not_recorded_is_counted_in_a_notice(engine_of):
    engine = engine_of(row("a", 0))
    assert len(list(engine.generate([request("a", 0, 1, 2)], Sampling()))) == 1
    assert "2 generations asked for were not recorded" in engine.notices[0]


def test_the_generations_per_prompt_are_the_highest_index_and_one(engine_of):
    assert engine_of(row("a", 0), row("b", 4)).generations_per_prompt == 5


def test_missing_and_unknown_prompts_are_noticed(engine_of):
    engine = engine_of(row("a", 0), row("x", 0))
    engine.check_prompts([prompt(name) for name in "abc"])
    unknown, missing = engine.notices
    assert "1 prompt ids are not in the prompts and are left out (first: 'x')" in unknown
    assert "2 prompts have no recorded generation (first: 'b', 'c')" in missing


def test_a_file_of_other_prompts_is_refused(engine_of):
    with pytest.raises(InputError, match=r"no prompt_id is an id of the prompts.*such as 'b'; it has 'a'"):
        engine_of(row("a", 0)).check_prompts([prompt("b")])


def test_a_generation_recorded_twice_is_refused_with_both_lines(engine_of):
    with pytest.raises(InputError, match=r"out.jsonl:3: generation 0 of prompt 'a' was given on line 1"):
        engine_of(row("a", 0), row("a", 1), row("a", 0))


def test_rows_without_an_index_count_in_the_order_of_the_file(engine_of):
    engine = engine_of({"prompt_id": "a", "text": "1"}, {"prompt_id": "a", "text": "2"})
    assert [g.text for g in engine.generate([request("a", 0, 1)], Sampling())] == ["1", "2"]


def test_an_empty_file_is_refused(engine_of):
    with pytest.raises(InputError, match="empty"):
        engine_of()


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        open_engine(str(tmp_path / "none.jsonl"), {})


def test_there_are_no_options(engine_of, tmp_path):
    with pytest.raises(UsageError, match="the recorded engine has no option 'dtype'"):
        open_engine(str(tmp_path), {"dtype": "auto"})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from(["prompt_id", "index", "text", "finish_reason", "prompt_tokens", "completion_tokens"])


def read_or_refuse(path):
    """A file either gives whole generations or an InputError; any other error fails the test that calls this."""
    try:
        generations = read_generations(path)
    except InputError as error:
        located = str(error).startswith(str(path))
        generations = None
    if generations is None:
        assert located
        return
    keys = [(g.prompt_id, g.index) for g in generations]
    assert keys
    assert len(set(keys)) == len(keys)
    assert all(isinstance(g.text, str) for g in generations)
    "".join(g.text + g.prompt_id for g in generations).encode()


@given(content=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the file is written anew for each example
def test_arbitrary_bytes_are_read_or_refused(tmp_path, content):
    path = tmp_path / "out.jsonl"
    path.write_bytes(content)
    read_or_refuse(path)


@given(rows=st.lists(st.dictionaries(KEYS, VALUES, max_size=6), max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the file is written anew for each example
def test_arbitrary_rows_are_read_or_refused(write_lines, rows):
    read_or_refuse(write_lines("out.jsonl", rows))


def test_what_a_recording_cannot_be_sampled_with_is_told(write_lines):
    path = write_lines("out.jsonl", [{"prompt_id": "p", "index": 0, "text": "a", "finish_reason": "stop"}])
    engine = open_engine(str(path), {})
    assert list(engine.generate([], Sampling(0.5, top_k=5))) == []
    assert engine.notices == (f"{path} was sampled before: temperature, top_k have no effect",)
    with pytest.raises(UsageError, match="the recorded engine has no option 'x'; expected none"):
        open_engine(str(path), {"x": 1})

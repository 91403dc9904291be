"""Reading prompts and recorded generations: every form of the field, and every flaw with its line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.errors import InputError
from rewardlab.readers.generations import read_generations
from rewardlab.readers.prompts import note_of_cuts, read_prompts
from rewardlab.task import Sampling

USER = [{"role": "user", "content": "6*7"}]


def test_the_nova_form_is_read(write_lines):
    (prompt,) = read_prompts(
        write_lines("p.jsonl", [{"id": "a", "messages": USER, "reference_answer": "42", "topic": "t"}])
    )
    assert (prompt.id, prompt.messages, prompt.reference, prompt.line) == ("a", tuple(USER), "42", 1)
    assert prompt.row["topic"] == "t"


@pytest.mark.parametrize(
    ("row", "reference", "is_text"),
    [
        ({"prompt": "6*7", "answer": "42"}, "42", True),
        ({"prompt": USER, "solution": 42}, 42, False),
        ({"data_source": "d", "prompt": USER, "reward_model": {"style": "rule", "ground_truth": "42"}}, "42", False),
        ({"messages": USER, "metadata": {"reference_answer": "42"}}, "42", False),
        ({"messages": USER, "reference_answer": {"text": "42"}}, {"text": "42"}, False),
        ({"messages": USER, "reference_answer": 0}, 0, False),
        ({"messages": USER, "reference_answer": False}, False, False),
        ({"messages": USER}, None, False),
        ({"messages": USER, "answer": None, "solution": "42"}, "42", False),
        ({"messages": USER, "reference_answer": None, "ground_truth": "", "answer": [], "target": 42}, 42, False),
        ({"messages": USER, "answer": " ", "metadata": {"reference_answer": "42"}}, "42", False),
        ({"prompt": USER, "reward_model": {"ground_truth": None, "style": None}, "answer": "42"}, "42", False),
        ({"prompt": USER, "reward_model": None, "metadata": None, "answer": "42"}, "42", False),
        ({"messages": None, "prompt": "6*7", "answer": "42", "id": None}, "42", True),
        ({"prompt": USER, "label": "positive"}, "positive", False),
        ({"prompt": USER, "label": "a", "reference": "b", "answer": "42"}, "42", False),
        ({"prompt": USER, "label": 1}, None, False),
        ({"prompt": USER, "label": True, "reference": " "}, None, False),
        ({"messages": [{**USER[0], "tool_calls": None, "name": None}], "answer": 0, "solution": None}, 0, False),
    ],
)
def test_other_trainers_forms_are_read(write_lines, row, reference, is_text):
    (prompt,) = read_prompts(write_lines("p.jsonl", [row]))
    assert (prompt.messages[0]["content"], prompt.reference, prompt.is_text) == ("6*7", reference, is_text)
    assert prompt.id == "row-1"


@pytest.mark.parametrize(
    "roles",
    [
        ("developer", "user"),
        ("system", "developer", "user"),
        ("developer", "system", "user"),
        ("system", "user", "assistant", "tool"),
        ("system", "user", "developer", "user"),
    ],
)
def test_the_roles_of_the_field_are_read(write_lines, roles):
    (prompt,) = read_prompts(write_lines("p.jsonl", [{"messages": [{"role": one, "content": "x"} for one in roles]}]))
    assert [turn["role"] for turn in prompt.messages] == list(roles)
    assert prompt.cut is None


def test_a_row_that_ends_with_the_assistants_turn_is_cut_before_it(write_lines):
    answer = {"role": "assistant", "content": "It is 42."}
    rows = [
        {"messages": [*USER, answer], "reference_answer": "42"},
        {"prompt": [*USER, answer, *USER, answer]},
        {"messages": [*USER, {"role": "assistant", "content": None, "tool_calls": [{}]}, answer]},
        {"messages": USER},
    ]
    found = read_prompts(write_lines("p.jsonl", rows))
    assert [len(prompt.messages) for prompt in found] == [1, 3, 1, 1]
    assert [prompt.cut for prompt in found] == ["It is 42."] * 3 + [None]
    assert [prompt.reference for prompt in found] == ["42", None, None, None], "what was cut is no reference"
    assert note_of_cuts(found) == "cut before the assistant's turn that ended them: 3 rows, the first on line 1"
    assert note_of_cuts(found[3:]) is None


def test_an_example_of_a_right_answer_is_read_and_is_no_part_of_the_digest(write_lines):
    rows = [
        {"prompt": "a", "right": "It is 42."},
        {"prompt": "a"},
        {"prompt": "a", "right": 3},
        {"prompt": "a", "right": " "},
    ]
    found = read_prompts(write_lines("p.jsonl", rows))
    assert [prompt.right for prompt in found] == ["It is 42.", None, None, None]
    assert len({prompt.digest for prompt in found}) == 1


def test_content_in_parts_is_joined(write_lines):
    parts = [{"type": "text", "text": "6*"}, {"type": "text", "text": "7"}]
    (prompt,) = read_prompts(write_lines("p.jsonl", [{"messages": [{"role": "user", "content": parts}]}]))
    assert prompt.messages[0]["content"] == "6*7"


def test_blank_lines_and_a_byte_order_mark_are_passed_over(tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"prompt": "a"}).encode() + b"\n\n\r\n" + b'{"prompt": "b"}')
    assert [prompt.line for prompt in read_prompts(path)] == [1, 4]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", ":1: not JSON"),
        ("[1]", ":1: a JSON list; expected"),
        ("3", ":1: a JSON number; expected"),
        ('{"prompt": "a", "x": NaN}', ":1: not usable JSON (NaN is not a JSON number)"),
        ('{"prompt": "\\ud800"}', ":1: not usable JSON"),
        ('{"id": "a"}', ":1: no messages (keys: id)"),
        ('{"messages": []}', ":1: messages is an empty list"),
        ('{"messages": "hi"}', ":1: messages is a string"),
        ('{"prompt": ""}', ":1: prompt is an empty string"),
        ('{"messages": [3]}', ":1: message 1 is a number"),
        ('{"messages": [{"role": "human", "content": "x"}]}', 'message 1 has the role "human"; expected system, dev'),
        ('{"messages": [{"content": "x"}]}', ":1: message 1 has the role null"),
        ('{"messages": [{"role": "user"}]}', ":1: message 1 has null content"),
        ('{"messages": [{"role": "user", "content": [{"type": "image"}]}]}', 'content part of the kind "image"'),
        ('{"messages": [{"role": "user", "content": "x"}, {"role": "system", "content": "y"}]}', "the system turn"),
        ('{"messages": [{"role": "assistant", "content": "y"}]}', ":1: holds the assistant's turn alone"),
        ('{"prompt": "a", "answer": null, "solution": ""}', ":1: answer is empty (null)"),
        ('{"messages": null, "prompt": null}', ":1: no messages (keys: messages, prompt)"),
        ('{"prompt": "a", "reference_answer": ""}', ':1: reference_answer is empty ("")'),
        ('{"prompt": "a", "reference_answer": null}', ":1: reference_answer is empty (null)"),
        ('{"prompt": "a", "reward_model": {"ground_truth": []}}', ":1: reward_model.ground_truth is empty ([])"),
        ('{"id": [], "prompt": "a"}', ":1: id is []; expected"),
        ('{"id": null, "prompt": "a"}\n{"id": "row-1", "prompt": "b"}', ":2: id 'row-1' was used on line 1"),
        ('{"id": "a", "prompt": "x"}\n\n{"id": "a", "prompt": "y"}', ":3: id 'a' was used on line 1"),
        ('{"prompt": "a"}\n{"prompt": "b"', ":2: not JSON"),
        ("", "p.jsonl: empty; expected"),
        ("\n \n", "p.jsonl: empty; expected"),
        ('{"a":' * 100_000, ":1: not"),
        ('{"a": 1' + "0" * 5000 + "}", ":1: not usable JSON"),
    ],
)  # fmt: skip
def test_a_flaw_is_told_in_one_line_with_its_place(tmp_path, text, message):
    path = tmp_path / "p.jsonl"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_prompts(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_wrong_encoding_is_named(tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_bytes('{"prompt": "a"}\n{"prompt": "é"}'.encode("latin-1"))
    with pytest.raises(InputError, match=r":2: not UTF-8 \(byte 0xe9 at column 13\).*save the file as UTF-8"):
        read_prompts(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_prompts(tmp_path / "nowhere.jsonl")
    with pytest.raises(InputError, match="is a folder"):
        read_prompts(tmp_path)


def read_or_refuse(reader, path):
    """Anything but rows or an InputError of one line fails."""
    message = ""
    try:
        rows = reader(path)
    except InputError as error:
        rows, message = (), str(error)
    assert bool(rows) != bool(message)
    assert "\n" not in message


@given(st.binary(max_size=300))
def test_any_bytes_are_prompts_or_an_input_error(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("bytes") / "p.jsonl"
    path.write_bytes(data)
    read_or_refuse(read_prompts, path)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["role", "content", "text", "type"]), inner)
    ),
    max_leaves=8,
)
ROWS = st.dictionaries(
    st.sampled_from(
        [
            "id",
            "messages",
            "prompt",
            "reference_answer",
            "reward_model",
            "metadata",
            "prompt_id",
            "text",
            "index",
            "token_ids",
        ]
    ),
    VALUES | st.just([{"role": "user", "content": "x"}]),
)


@given(st.lists(ROWS, max_size=4))
def test_any_objects_are_read_or_an_input_error(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("rows") / "p.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    for reader in (read_prompts, read_generations):
        read_or_refuse(reader, path)


def test_recorded_generations_count_by_themselves(write_lines):
    rows = [{"prompt_id": "a", "text": "x"}, {"prompt_id": "b", "text": "y"}, {"prompt_id": "a", "text": "z"}]
    found = read_generations(write_lines("r.jsonl", rows))
    assert [(g.prompt_id, g.index, g.text) for g in found] == [("a", 0, "x"), ("b", 0, "y"), ("a", 1, "z")]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"text": "x"}, ":1: prompt_id is a null"),
        ({"prompt_id": "a"}, ":1: text is a null"),
        ({"prompt_id": "a", "text": "x", "index": -1}, ":1: index is -1"),
        ({"prompt_id": "a", "text": "x", "index": True}, ":1: index is true"),
        ({"prompt_id": "a", "text": "x", "finish_reason": 3}, ":1: finish_reason is a number"),
        ({"prompt_id": "a", "text": "x", "completion_tokens": "3"}, ':1: completion_tokens is "3"'),
        ({"prompt_id": "a", "text": "x", "token_ids": "3"}, ":1: token_ids is a string"),
        ({"prompt_id": "a", "text": "x", "token_ids": [3, None]}, ":1: token_ids holds null"),
        ({"prompt_id": "a", "text": "x", "token_ids": [True]}, ":1: token_ids holds true"),
        ({"prompt_id": "a", "text": "x", "token_ids": [-1]}, ":1: token_ids holds -1"),
        ({"prompt_id": "a", "text": "x", "token_ids": [2**31]}, ":1: token_ids holds 2147483648"),
    ],
)
def test_a_flawed_recording_is_told_with_its_line(write_lines, row, message):
    with pytest.raises(InputError) as caught:
        read_generations(write_lines("r.jsonl", [row]))
    assert message in str(caught.value)


def test_a_prompts_seed_depends_on_the_run_and_the_prompt_alone():
    assert Sampling(seed=1).seed_of("a") == Sampling(seed=1, temperature=0).seed_of("a")
    assert len({Sampling(seed=s).seed_of(p) for s in range(3) for p in "abc"}) == 9
    assert all(0 <= Sampling(seed=s).seed_of("a") < 2**31 for s in range(50))


def test_a_row_reads_the_same_after_its_id_was_written_into_it(write_lines):
    first = read_prompts(write_lines("p.jsonl", [{"prompt": "a"}]))[0]
    again = read_prompts(write_lines("q.jsonl", [{"id": first.id, **first.row}]))[0]
    assert (again.id, again.digest) == (first.id, first.digest)


def test_a_null_beside_rows_that_have_a_reference_is_none_and_a_blank_is_refused(write_lines):
    rows = [{"prompt": "a", "answer": "1"}, {"prompt": "b", "answer": None}, {"prompt": "c", "answer": "3"}]
    assert [prompt.reference for prompt in read_prompts(write_lines("p.jsonl", rows))] == ["1", None, "3"]
    rows[1]["answer"] = " "
    with pytest.raises(InputError, match=r":2: answer is empty"):
        read_prompts(write_lines("p.jsonl", rows))
    nulls = [{"prompt": one, "answer": None} for one in "ab"]
    with pytest.raises(InputError, match=r":1: answer is empty \(null\)"):
        read_prompts(write_lines("p.jsonl", nulls))

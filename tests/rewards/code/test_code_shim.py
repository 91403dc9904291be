"""The shim and the worker's loop, in this process: what Lambda would hand over and what comes back."""

from __future__ import annotations

import json
import math
import os
import re
import types

import pytest

from rewardlab.rewards.code.shim import EntryError, describe, find_entry, invoke, is_number, reference_of, wanted
from rewardlab.rewards.isolation import worker
from rewardlab.rewards.isolation.worker import HEADER, Context, load, read, serve, write


def module_of(code):
    module = types.ModuleType("reward")
    exec(code, module.__dict__)
    return module


def sample(text="42", **columns):
    turns = [{"role": "user", "content": "6*7"}, {"role": "assistant", "content": text}]
    return {"id": "a", "messages": turns, "reference_answer": "42", **columns}


def called(code, *samples, name=None):
    return invoke(find_entry(module_of(code), name), list(samples or [sample()]), Context(1, 128))


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("def right(completions): ...", "right", "trl"),
        ("def right(data_source, solution_str, ground_truth): ...", "right", "verl"),
        ("def right(event, context): ...", "right", "lambda"),
        ("def right(sample, item): ...", "right", "openai"),
        ("def right(answer, truth): ...", "right", "plain"),
        ("def grade(sample, item): ...\ndef score(c, r): ...", "grade", "openai"),
    ],
)
def test_an_entry_chosen_by_name_has_the_kind_of_its_parameters(code, name, kind):
    assert find_entry(module_of(code), name).kind == kind


def test_imported_functions_are_no_entries():
    with pytest.raises(EntryError, match="defines no reward function"):
        find_entry(module_of("from textwrap import dedent as score"))


CALLED = """
class Handler:
    def __call__(self, event, context):
        return [{"id": event[0]["id"], "aggregate_reward_score": 1.0}]
"""


@pytest.mark.parametrize("made", ["Handler()", "__import__('functools').partial(Handler())"])
def test_whatever_of_a_handlers_name_can_be_called_is_one(made):
    found = find_entry(module_of(f"{CALLED}\nlambda_handler = {made}"))
    assert (found.name, found.kind) == ("lambda_handler", "lambda")
    assert found.call([{"id": "a"}], None) == [{"id": "a", "aggregate_reward_score": 1.0}]


@pytest.mark.parametrize("made", ["lambda_handler = Handler", "lambda_handler = 1"])
def test_a_class_and_a_number_are_no_handlers(made):
    with pytest.raises(EntryError, match="defines no reward function"):
        find_entry(module_of(f"{CALLED}\n{made}"))


def test_a_mapping_gives_its_score_and_its_numbers_as_metrics():
    code = "def score(c, r): return {'score': True, 'format': 0.5, 'flag': True, 'note': 'x'}"
    assert called(code) == [
        {
            "id": "a",
            "aggregate_reward_score": 1.0,
            "metrics_list": [{"name": "format", "value": 0.5, "type": "Metric"}],
        }
    ]


def test_a_sample_that_raises_or_abstains_is_unscored_alone():
    code = "def score(c, r):\n    return {'42': 1, '': None}[c]"
    results = called(code, sample(), sample(""), sample("7"))
    assert results[0]["aggregate_reward_score"] == 1.0
    assert results[1]["unscored"] == ["abstained", "returned None"]
    assert results[2]["unscored"][0] == "raised"


def test_a_trl_function_sees_texts_where_the_prompt_was_text():
    code = (
        "def f(prompts, completions, topic, **kw):\n"
        "    return [float(row == ('6*7', '42', 's')) for row in zip(prompts, completions, topic)]"
    )
    (result,) = called(code, sample(prompt="6*7", topic="s"))
    assert result["aggregate_reward_score"] == 1.0


def test_the_openai_item_holds_the_row_and_the_reference():
    code = "def grade(sample, item): return float(item['topic'] == 's' and item['reference_answer'] == '42')"
    assert called(code, sample(topic="s"))[0]["aggregate_reward_score"] == 1.0


def test_the_reference_is_found_in_either_place():
    assert reference_of({"reference_answer": "1", "metadata": {"reference_answer": "2"}}) == "1"
    assert reference_of({"metadata": {"reference_answer": "2"}}) == "2"
    assert reference_of({"metadata": "x"}) is None


def test_errors_are_described_with_their_line():
    with pytest.raises(SyntaxError) as caught:
        compile("x = = 1", "reward.py", "exec")
    assert describe(caught.value) == "SyntaxError: invalid syntax (line 1)"
    assert describe(ValueError("a\nb")) == "ValueError: a b"
    assert describe(ValueError()) == "ValueError"


def test_an_error_within_python_itself_is_placed_where_the_reward_asked_for_it():
    with pytest.raises(KeyError) as caught:
        os.environ["REWARDLAB_UNSET"]
    assert re.fullmatch(r"KeyError: 'REWARDLAB_UNSET' \(test_code_shim.py:\d+\)", describe(caught.value))


def exchange(code, *messages, memory=512):
    """What `serve` replies to messages, over real pipes."""
    request_read, request_write = os.pipe()
    reply_read, reply_write = os.pipe()
    for message in messages:
        write(request_write, message)
    os.close(request_write)
    serve(find_entry(module_of(code)), request_read, reply_write, memory)
    os.close(reply_write)
    replies = []
    while (header := read(reply_read, HEADER.size)) is not None:
        replies.append(json.loads(read(reply_read, HEADER.unpack(header)[0])))
    for descriptor in (request_read, reply_read):
        os.close(descriptor)
    return replies


@pytest.mark.parametrize(
    ("deed", "key", "text"),
    [
        ("return [len(event)]", "results", "[1]"),
        ("raise KeyError('x')", "failed", "raised"),
        ("raise MemoryError", "failed", "ran out of memory (limit 512 MB)"),
        ("return {1}", "failed", "the return value is not JSON"),
    ],
)
def test_every_call_gets_one_reply(deed, key, text):
    (reply,) = exchange(f"def lambda_handler(event, context):\n    {deed}", {"event": [sample()], "timeout": 1})
    assert text in str(reply[key])
    assert reply["seconds"] >= 0
    assert reply["peak_mb"] > 1


def test_a_stream_that_ends_in_the_middle_of_a_message_ends_the_loop():
    request_read, request_write = os.pipe()
    os.write(request_write, HEADER.pack(100) + b"half")
    os.close(request_write)
    serve(None, request_read, -1, 512)
    os.close(request_read)


def test_a_file_is_loaded_with_its_folder_on_the_path(tmp_path, monkeypatch):
    (tmp_path / "helper_of_reward.py").write_text("VALUE = 3")
    (tmp_path / "my_reward.py").write_text("from helper_of_reward import VALUE\ndef score(c, r): return VALUE")
    monkeypatch.setattr("sys.path", ["elsewhere"])
    monkeypatch.setitem(worker.sys.modules, "my_reward", None)
    assert load(tmp_path / "my_reward.py", None).call("", "") == 3
    with pytest.raises(EntryError, match="is not a Python file"):
        load(tmp_path / "reward.txt", None)


def test_the_context_counts_down_and_names_the_function():
    context = Context(0, 128)
    assert context.get_remaining_time_in_millis() == 0
    assert "SageMaker" in context.function_name
    assert context.memory_limit_in_mb == 128


@pytest.mark.parametrize("score", [1e308, -1e308, 10**39, 3.5e38])
def test_a_score_beyond_float32_is_none(score):
    """Trainers hold rewards in float32: a sentinel of 1e308 is infinite there, and makes NaN of its group."""
    assert not is_number(score)
    assert wanted(score).startswith("a number up to 3.4e38")
    assert is_number(3.4e38)
    assert wanted(math.inf) == "a finite number"

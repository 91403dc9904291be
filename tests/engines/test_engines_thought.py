"""A thought goes back where the model's own template writes it: templates are those that TRL ships of real models."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from rewardlab.engines.template import first_template, template_at, writes_hermes
from rewardlab.engines.thought import COMMON, ThoughtForm, form_at, form_of, holds_thought, thought_in

TEMPLATES = Path(str(importlib.util.find_spec("trl").submodule_search_locations[0])) / "chat_templates"


def form(name):
    return form_of((TEMPLATES / f"{name}.jinja").read_text(), name)


@pytest.mark.parametrize(
    ("name", "opens", "closes"),
    [
        ("qwen3", "<think>\n", "\n</think>\n\n"),
        ("qwen3_training", "<think>\n", "\n</think>\n\n"),
        ("glm4moe", "\n<think>", "</think>\n"),
        ("lfm2_2_5", "<think>", "</think>"),
        ("gptoss", "<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
        # Their prompts end with the tag, so that the model's own text never holds it.
        ("deepseek_r1_distill", "", "\n</think>\n\n"),
        ("qwen3_5_think", "", "\n</think>\n\n"),
        ("nemotron_3_nano", "", "\n</think>\n"),
    ],
)
def test_a_template_tells_how_its_model_writes_a_thought(name, opens, closes):
    found = form(name)
    assert (found.opens, found.closes, found.writes) == (opens, closes, True)
    assert name in found.source


@pytest.mark.parametrize("name", ["llama3", "qwen2_5", "gemma3", "qwen3_instruct_2507"])
def test_a_template_without_thoughts_says_so(name):
    assert not form(name).writes


@pytest.mark.parametrize("template", ["{{ raise_exception('no') }}", "{% if %}", "{{ messages.0.nothing.at.all }}"])
def test_a_template_that_does_not_run_tells_nothing(template):
    assert form_of(template, "here") is None


QWEN, R1 = COMMON, ThoughtForm("", "\n</think>\n\n", "")


@pytest.mark.parametrize(
    ("how", "thought", "rest", "text"),
    [
        (QWEN, "12+30 is 42.", "42", "<think>\n12+30 is 42.\n</think>\n\n42"),
        # vLLM's parsers leave the space as it was: nothing is doubled.
        (QWEN, "\n12+30 is 42.\n", "\n\n42", "<think>\n12+30 is 42.\n</think>\n\n42"),
        (QWEN, " 12 ", " 42", "<think> 12 </think> 42"),
        (R1, "12+30 is 42.", "42", "12+30 is 42.\n</think>\n\n42"),
        (QWEN, "12+30 is", "", "<think>\n12+30 is"),
        (R1, "12+30 is", "", "12+30 is"),
    ],
)
def test_a_thought_is_joined_as_it_was_written(how, thought, rest, text):
    assert how.join(thought, rest, finished=False) == text


def test_a_thought_before_a_call_of_a_tool_was_finished():
    assert QWEN.join("so", "", finished=True) == "<think>\nso\n</think>\n\n"


def test_a_model_that_writes_no_thoughts_wrote_what_its_server_took_for_one():
    none = form("llama3")
    assert none.join("42", "", finished=False) == "42"
    assert none.join("12+30", "42", finished=False) == "<think>\n12+30\n</think>\n\n42"


@pytest.mark.parametrize(
    ("message", "thought"),
    [
        ({"content": "42"}, ""),
        ({"reasoning": "a", "reasoning_content": "a"}, "a"),
        ({"reasoning": None, "reasoning_content": "b"}, "b"),
        ({"reasoning": 3, "reasoning_content": {"text": "b"}, "content": 5}, ""),
        ({"content": [{"type": "thinking", "thinking": "c"}, {"type": "text", "text": "42"}, 3]}, "c"),
        ({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "d"}, {"text": 1}, None]}]}, "d"),
    ],
)
def test_a_thought_is_found_where_servers_put_it(message, thought):
    assert thought_in(message) == thought


def test_a_thought_that_the_text_holds_already_is_not_put_there_twice():
    assert holds_thought("<think>\nso\n</think>\n\n42", "so")
    assert not holds_thought("42", "42")


@pytest.mark.parametrize(
    "config", ['{"chat_template": "%s"}', '{"chat_template": [{"name": "default", "template": "%s"}]}']
)
def test_a_template_is_found_in_a_model_folder(tmp_path, config):
    (tmp_path / "tokenizer_config.json").write_text(config % "{{ messages }}")
    assert template_at(str(tmp_path)) == "{{ messages }}"
    (tmp_path / "chat_template.jinja").write_text("new")
    assert template_at(str(tmp_path)) == "new"


@pytest.mark.parametrize(
    "config", [None, "[]", "{", "{}", json.dumps({"chat_template": [1, {"name": "x"}]}), '{"chat_template": 3}']
)
def test_a_folder_without_a_template_has_none(tmp_path, config):
    if config is not None:
        (tmp_path / "tokenizer_config.json").write_text(config)
    assert template_at(str(tmp_path)) is None


def test_where_no_template_is_at_hand_the_common_form_is_taken():
    assert form_at(first_template([None, "gpt-5", "nobody/nothing", "/nowhere"])) == COMMON
    assert form_at(("{% if %}", "here")) == COMMON


@pytest.mark.parametrize(
    ("name", "hermes"),
    [
        ("qwen3", True),
        ("qwen2_5", True),
        ("llama3_1", False),
        ("qwen3_5_think", False),
        ("gemma3", None),
        ("phi3", None),
    ],
)
def test_a_template_tells_whether_it_writes_calls_in_hermes_form(name, hermes):
    assert writes_hermes((TEMPLATES / f"{name}.jinja").read_text()) is hermes

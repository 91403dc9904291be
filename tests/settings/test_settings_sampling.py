"""The settings of the sampling: which of several sources holds, and what of them makes a generation what it is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.auditing.stream import parted
from rewardlab.engines import check_sampling
from rewardlab.engines.presets import NAMES
from rewardlab.errors import RunError, UsageError
from rewardlab.settings.loading import load_settings
from rewardlab.settings.sampling import (
    SamplingSettings,
    drawn_as,
    identity,
    note_of_systems,
    sources,
    system_text,
    with_system,
)
from rewardlab.task import Prompt, Sampling

RECIPE = "temperature: 0.7\ntop_k: 1\nmax_completion_length: 99\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    return tmp_path


def prompt(*roles):
    return Prompt("p", tuple({"role": role, "content": role} for role in roles), "1", {}, 1, is_text=len(roles) == 1)


def test_what_is_said_beside_a_preset_wins_over_it(here):
    settings = load_settings({"sampling_from": "recipe.yaml", "temperature": 0.2}, None)
    assert (settings.temperature, settings.top_k, settings.max_tokens) == (0.2, 1, 99)
    told = sources(settings, settings.preset)
    assert told == {"top_k": "recipe.yaml:2", "max_tokens": "recipe.yaml:3"}


def test_a_preset_of_the_command_wins_over_the_files(here):
    (here / "rewardlab.toml").write_text("max_tokens = 16\ntop_p = 0.5\n")
    settings = load_settings({"sampling_from": "trl"}, None, command_line=True)
    assert (settings.max_tokens, settings.top_p, settings.temperature) == (512, 1.0, 1.0)


def test_a_preset_of_the_file_gives_way_to_the_command(here):
    (here / "rewardlab.toml").write_text('sampling_from = "recipe.yaml"\n')
    settings = load_settings({"top_k": 0}, None, command_line=True)
    assert (settings.top_k, settings.max_tokens) == (0, 99)


def test_a_preset_of_the_command_replaces_that_of_the_file(here):
    (here / "rewardlab.toml").write_text('sampling_from = "smtj"\n')
    settings = load_settings({"sampling_from": "bedrock"}, None, command_line=True)
    assert (settings.top_k, settings.max_tokens, settings.thinking) == (0, 2048, "medium")


def test_a_thinking_that_was_asked_for_is_not_the_presets(here):
    assert load_settings({"sampling_from": "smtj"}, None).is_taken("thinking")
    assert not load_settings({"sampling_from": "smtj", "thinking": "off"}, None).is_taken("thinking")
    (here / "rewardlab.toml").write_text('sampling_from = "smtj"\n')
    assert not load_settings({"thinking": "off"}, None).is_taken("thinking")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x: 1\ntemperature: -1\n", "r.yaml:2: temperature -1.0 is not allowed; expected greater than or equal to 0"),
        ("top_p: 0\n", "r.yaml:1: top_p 0.0 is not allowed"),
        ("max_tokens: 0\n", "r.yaml:1: max_tokens 0 is not allowed"),
        ("max_tokens: 20000000\n", "r.yaml:1: max_tokens 20000000 is not allowed"),
        ("training_config: {reasoning_effort: hihg}\n", "r.yaml:1: 'hihg' is no thinking; expected perhaps high"),
    ],
)
def test_a_recipe_with_a_value_out_of_range_is_told_with_its_line(here, text, told):
    (here / "r.yaml").write_text(text)
    with pytest.raises(UsageError) as raised:
        load_settings({"sampling_from": "r.yaml"}, None)
    assert told in str(raised.value)


@given(st.dictionaries(st.sampled_from(NAMES), st.floats() | st.integers() | st.text(max_size=6) | st.booleans()))
def test_any_recipe_is_settings_or_told(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("recipe") / "recipe.json"
    path.write_text(json.dumps(values), encoding="utf-8")
    try:
        load_settings({"sampling_from": path}, None)
    except UsageError:
        return


@pytest.mark.parametrize(("said", "known"), [("ON", "on"), (" High ", "high"), (True, "on"), (False, "off")])
def test_a_thinking_is_read_as_it_is_meant(said, known):
    assert SamplingSettings(thinking=said).thinking == known


@pytest.mark.parametrize("text", ["sys/prompt", "./x", "~/x", "prompt.yaml", "system.jinja2", "."])
def test_a_file_that_is_not_there_is_no_system_prompt(here, text):
    with pytest.raises(UsageError, match="there is no such file"):
        system_text(text, None)


@pytest.mark.parametrize("text", ["/no_think", "Think.", "Answer", "a / b", "Say e.g. 4."])
def test_a_prompt_is_not_taken_for_a_file(here, text):
    assert system_text(text, None) == text


def test_a_recipe_beside_the_prompts_is_of_their_folder(here, monkeypatch):
    folder = here / "task"
    folder.mkdir()
    (folder / "own.yaml").write_text("temperature: 0.3\n")
    (folder / "rewardlab.toml").write_text('sampling_from = "own.yaml"\nsystem = "system.md"\n')
    (folder / "system.md").write_text("Be brief.\n")
    settings = load_settings({}, folder / "prompts.jsonl")
    assert (settings.temperature, settings.system) == (0.3, "Be brief.")


def test_the_models_own_sampling_is_that_of_the_model_named_anywhere(here):
    model = here / "model"
    model.mkdir()
    (model / "generation_config.json").write_text('{"temperature": 0.6, "top_p": 0.9}')
    (here / "rewardlab.toml").write_text('model = "vllm:model"\n')
    settings = load_settings({"sampling_from": "model"}, None)
    assert (settings.temperature, settings.top_p) == (0.6, 0.9)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"top_p": 0}, "top_p: 0 is not allowed; expected greater than 0"),
        ({"top_k": -1}, "top_k: -1 is not allowed"),
        ({"min_p": 1.5}, "min_p: 1.5 is not allowed"),
        ({"stop": ["a", ""]}, "an empty text would end every response"),
        ({"repetition_penalty": 0}, "repetition_penalty: 0 is not allowed"),
        ({"system": "no/such/file.txt"}, "there is no such file"),
        ({"sampling_from": "grpo"}, "'grpo' is no trainer and no file"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_name(here, given, told):
    with pytest.raises(UsageError) as raised:
        load_settings(given, None)
    assert told in str(raised.value)


def test_a_system_prompt_is_a_text_or_a_file(here):
    (here / "s.txt").write_text("\nThink first.\n")
    assert system_text("s.txt", None) == "Think first."
    assert system_text("You are a judge.", None) == "You are a judge."
    assert system_text("Read notes.txt and answer", None) == "Read notes.txt and answer"
    (here / "empty.txt").write_text(" \n")
    with pytest.raises(UsageError, match="is empty"):
        system_text("empty.txt", None)


def test_a_system_prompt_comes_before_those_that_have_none():
    own, none = prompt("system", "user"), prompt("user")
    first, second = with_system([own, none], "Be brief.")
    assert first == own
    assert second.messages[0] == {"role": "system", "content": "Be brief."}
    assert not second.is_text
    assert note_of_systems([own, none], "Be brief.") == [
        "1 of 2 prompts have a system prompt of their own, and keep it"
    ]
    assert with_system([own, none], None) == [own, none]
    assert note_of_systems([own, none], None) == []


def test_only_filters_that_are_on_are_part_of_a_generation():
    assert identity(SamplingSettings()) == {"temperature": 1.0, "max_tokens": 512, "seed": 0}
    held = identity(SamplingSettings(top_k=20, stop=("a",), thinking="off", system="s"))
    assert held == {
        "temperature": 1.0,
        "max_tokens": 512,
        "seed": 0,
        "top_k": 20,
        "stop": ["a"],
        "thinking": "off",
        "system": "s",
    }


def test_the_engine_is_asked_for_all_of_it():
    given = {"top_p": 0.9, "top_k": 5, "min_p": 0.1, "repetition_penalty": 1.2, "stop": ("x",), "thinking": "on"}
    sampling = drawn_as(SamplingSettings(**given), token_ids=True, lenient=True)
    assert sampling == Sampling(**given, token_ids=True, thinking_if_known=True, reasoning="keep")


@pytest.mark.parametrize("name", ["min_p", "repetition_penalty"])
def test_an_engine_that_cannot_says_so_by_the_options_name(name):
    with pytest.raises(UsageError, match=f"the bedrock engine has no --{name.replace('_', '-')}"):
        check_sampling("bedrock", Sampling(**{name: 0.5}), system=None)
    check_sampling("vllm", Sampling(**{name: 0.5}), system="s")
    with pytest.raises(UsageError, match="recorded generations were drawn before"):
        check_sampling("recorded", Sampling(), system="s")


def test_a_run_is_not_resumed_with_another_filter_or_without_it(here, task_of):
    from rewardlab.auditing.pipeline import run_sample

    files = task_of([[0, 1], [1, 1]])

    def sample(**given):
        settings = load_settings({"model": f"recorded:{files['recorded']}", "out": "run", **given}, None)
        return run_sample(files["prompts"], settings)

    folder = sample(top_k=5)
    assert "top_k has no effect" in (folder / "run.json").read_text()
    with pytest.raises(RunError, match="it was sampled with top_k 5, not None"):
        sample()
    with pytest.raises(RunError, match="it was sampled with top_k 5, not 6"):
        sample(top_k=6)


def test_a_run_that_two_runners_drew_says_so():
    one = {"vllm": "0.32.0", "runner": "V1"}
    assert parted({}, one) == parted(one, one) == []
    (told,) = parted(one, {"vllm": "0.32.0", "runner": "V2", "device": "x"})
    assert told == "drawn in parts, by runner 'V1' and 'V2': the same seeds give other texts"

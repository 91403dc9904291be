"""What trainers sample with, by name and from their recipes, and the thinking that a chat template knows."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.engines.presets import NAMES, TRAINERS, read_preset, read_recipe, unapplied
from rewardlab.engines.thinking import template_arguments
from rewardlab.errors import EngineError, RewardlabError, UsageError
from rewardlab.task import Sampling

NOVA = """\
run:
  name: rft
training_config:
  reasoning_effort: high
  rollout:
    advantage_strategy:
      number_generation: 2
    generator:
      max_new_tokens: 6000
      temperature: 1
      top_k: 1
  trainer:
    save_steps: ${oc.select:training_config.trainer.max_steps}
"""
VERL = """\
data:
  max_response_length: 1024
actor_rollout_ref:
  rollout:
    temperature: 0.9
    top_k: -1
    top_p: 0.95
    response_length: ${oc.select:data.max_response_length,512}
    n: 5
    val_kwargs:
      temperature: 0
"""
TRL = """\
# GRPOConfig
learning_rate: 1e-6
temperature: 0.7
top_p: 1.0
top_k: null
max_completion_length: 256
num_generations: 16
"""
NEMO = """\
grpo:
  num_generations_per_prompt: 16
policy:
  generation:
    temperature: 1.0
    top_p: 1.0
    top_k: null
    max_new_tokens: 512
    stop_strings: ["</answer>"]
"""
AGENTIC = """\
batch: {group_size: 4}
sampling_params: {temperature: 1.0, top_p: 0.9, max_tokens: 4096}
val_sampling_params: {temperature: 0.0, top_p: 1.0, max_tokens: 1}
"""


@pytest.mark.parametrize(
    ("text", "values", "group", "lines"),
    [
        (NOVA, {"temperature": 1, "top_k": 1, "max_tokens": 6000, "thinking": "high"}, 2, {"top_k": 11, "thinking": 4}),
        (VERL, {"temperature": 0.9, "top_k": 0, "top_p": 0.95, "max_tokens": 1024}, 5, {"max_tokens": 2}),
        (TRL, {"temperature": 0.7, "top_p": 1.0, "max_tokens": 256}, 16, {"temperature": 3}),
        (NEMO, {"temperature": 1, "top_p": 1, "max_tokens": 512, "stop": ("</answer>",)}, 16, {"stop": 9}),
        (AGENTIC, {"temperature": 1, "top_p": 0.9, "max_tokens": 4096}, 4, {"top_p": 2}),
        ("actor_rollout_ref.rollout.temperature: 0.6\n", {"temperature": 0.6}, None, {"temperature": 1}),
        ("temperature: 1e-1\n", {"temperature": 0.1}, None, {"temperature": 1}),  # no float to YAML 1.1
    ],
)
def test_a_recipe_is_read_where_its_trainer_reads_it(tmp_path, text, values, group, lines):
    path = tmp_path / "recipe.yaml"
    path.write_text(text)
    preset = read_recipe(path)
    assert preset.values == values
    assert preset.group_size == group
    assert {name: preset.source(name) for name in lines} == {name: f"{path}:{line}" for name, line in lines.items()}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("run: {name: x}\n", "holds no sampling of a trainer"),
        ("", "holds no sampling of a trainer"),
        ("- 1\n", "holds no sampling of a trainer"),
        ("a: [1\n", "recipe.yaml:2: not readable as YAML"),
        ("x: 1\ntemperature: warm\n", "recipe.yaml:2: temperature is 'warm'; expected a number"),
        ("top_k: 1.5\n", "expected a whole number"),
        ("temperature: true\n", "temperature is True; expected a number"),
        ("temperature: .inf\n", "expected a number"),
        ("temperature: 1\nstop: [1]\n", "expected a text or a list of texts"),
    ],
)
def test_a_recipe_that_does_not_say_is_told_with_its_line(tmp_path, text, told):
    path = tmp_path / "recipe.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as raised:
        read_recipe(path)
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        (
            "r.toml",
            "[orchestrator.sampling]\ntemperature = 0.7\nmax_tokens = 99\n",
            {"temperature": 0.7, "max_tokens": 99},
        ),
        ("r.json", '{\n\t"temperature": 0.7,\n\t"stop": ["\\t"]\n}\n', {"temperature": 0.7, "stop": ("\t",)}),
        ("r.yaml", "temperature: 0.7\ntemperature: 0.5\n", {"temperature": 0.5}),
        ("r.yaml", "a: &a {top_p: 0.9, top_k: 3}\n<<: *a\ntop_k: 5\n", {"top_p": 0.9, "top_k": 5}),
        ("r.yaml", "a: &a {top_p: 0.9}\nb: &b {top_p: 0.8, top_k: 3}\n<<: [*a, *b]\n", {"top_p": 0.9, "top_k": 3}),
        ("r.yaml", "&a\n<<: *a\ntop_k: 5\n", {"top_k": 5}),
        ("r.yaml", "a: &a {rollout: {top_k: 3}}\nactor_rollout_ref: {<<: *a}\n", {"top_k": 3}),
    ],
)
def test_a_recipe_says_what_its_trainers_parser_makes_of_it(tmp_path, name, text, values):
    path = tmp_path / name
    path.write_text(text)
    assert read_recipe(path).values == values


def test_a_long_chain_of_merges_is_followed(tmp_path):
    links = "".join(f"a{i}: &a{i} {{<<: *a{i - 1}}}\n" for i in range(1, 2000))
    path = tmp_path / "recipe.yaml"
    path.write_text(f"a0: &a0 {{top_k: 3}}\n{links}<<: *a1999\n")
    assert read_recipe(path).values == {"top_k": 3}


@pytest.mark.parametrize("text", ["temperature = ", "a = 1\n"])
def test_a_toml_recipe_that_does_not_say_is_told(tmp_path, text):
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"recipe\.toml: (cannot be read|holds no sampling)"):
        read_recipe(path)


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["${a.b}", "1e-3"])
)
KEYS = st.sampled_from(
    [*NAMES, "training_config", "rollout", "generator", "max_new_tokens", "actor_rollout_ref", "a.b", ""]
)
TREES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4))


@given(TREES)
def test_any_yaml_is_a_preset_or_told(tmp_path_factory, tree):
    path = tmp_path_factory.mktemp("recipe") / "recipe.yaml"
    path.write_text(yaml.safe_dump(tree), encoding="utf-8")
    try:
        preset = read_recipe(path)
    except RewardlabError:
        return
    assert set(preset.values) <= set(NAMES)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_preset_or_told(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("recipe") / "recipe.yaml"
    path.write_bytes(content)
    try:
        read_recipe(path)
    except RewardlabError:
        return


def test_a_name_that_is_nothing_is_told_with_what_there_is():
    with pytest.raises(
        UsageError, match="'verI' is no trainer and no file; expected smtj, hyperpod, bedrock, trl, verl, model"
    ):
        read_preset("verI")


def test_the_model_itself_is_read_from_its_folder(tmp_path):
    (tmp_path / "generation_config.json").write_text(
        json.dumps({"temperature": 0.6, "top_k": 20, "top_p": 0.95, "do_sample": True, "eos_token_id": [1, 2]})
    )
    preset = read_preset("model", model=str(tmp_path))
    assert preset.values == {"temperature": 0.6, "top_k": 20, "top_p": 0.95}
    assert preset.source("top_k").endswith("generation_config.json")


@pytest.mark.parametrize(
    ("model", "told"), [(None, "no model of this machine is named"), (".", "the model has no generation_config.json")]
)
def test_a_model_without_its_sampling_is_told(model, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=told):
        read_preset("model", model=model)


def test_what_the_model_recommends_and_is_not_done_is_told():
    (notice,) = unapplied({"temperature": 0.6, "top_k": 20, "top_p": 1.0}, Sampling())
    assert "temperature 0.6, top_k 20: servers and some trainers apply it" in notice
    assert unapplied({"temperature": 0.6}, Sampling(temperature=0.6)) == []
    assert unapplied({"eos_token_id": 2, "top_k": "many"}, Sampling()) == []
    assert unapplied(None, Sampling()) == []


@pytest.mark.parametrize("name", TRAINERS)
def test_a_trainers_values_are_settings(name):
    from rewardlab.settings.sampling import SamplingSettings

    assert SamplingSettings(**TRAINERS[name].values).max_tokens > 0


QWEN = "{%- if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>{%- endif %}"
DEEPSEEK = "{% if not thinking is defined %}{% set thinking = false %}{% endif %}"
OSS = "Reasoning: {{ reasoning_effort }}"
PLAIN = "{{ message['content'] }} thinking <think> {{ message.thinking }} {{ x['thinking'] }}"


@pytest.mark.parametrize(
    ("thinking", "template", "given"),
    [
        (None, PLAIN, {}),
        ("on", QWEN, {"enable_thinking": True}),
        ("off", QWEN, {"enable_thinking": False}),
        ("off", DEEPSEEK, {"thinking": False}),
        ("high", OSS, {"reasoning_effort": "high"}),
        ("low", OSS + QWEN, {"reasoning_effort": "low", "enable_thinking": True}),
    ],
)
def test_thinking_is_said_in_the_templates_words(thinking, template, given):
    assert template_arguments(thinking, template, where="m") == given


@pytest.mark.parametrize(
    ("thinking", "template", "told"),
    [
        ("on", PLAIN, "expected a chat template that reads one of enable_thinking"),
        ("on", None, "expected a chat template"),
        ("high", QWEN, "expected --thinking on or off"),
        ("off", OSS, "expected --thinking low, medium or high"),
    ],
)
def test_thinking_that_a_template_does_not_know_is_refused(thinking, template, told):
    with pytest.raises(EngineError, match=told):
        template_arguments(thinking, template, where="m")

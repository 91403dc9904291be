"""Settings: unknown keys, unfit values, and whatever bytes a settings file may hold."""

from __future__ import annotations

import typing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.errors import UsageError
from rewardlab.settings.audit import AuditOptions, Settings
from rewardlab.settings.loading import load_settings, parse_options
from rewardlab.settings.values import parse_pairs


def test_the_keyword_arguments_are_the_settings():
    assert set(typing.get_type_hints(AuditOptions)) == {*Settings.model_fields, "config"}


def test_a_models_path_is_relative_to_the_file_that_names_it(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    (folder / "models" / "m").mkdir(parents=True)
    (folder / "rewardlab.toml").write_text('model = "models/m"')
    monkeypatch.chdir(tmp_path)
    named = {"config": folder / "rewardlab.toml"}
    assert load_settings(named, folder / "prompts.jsonl").model_spec.model == str(folder / "models" / "m")
    assert load_settings({**named, "model": "models/m"}, None).model_spec.model == "models/m"


@pytest.fixture
def downloaded(tmp_path, monkeypatch):
    """A folder with prompts that somebody else wrote, and rewardlab.toml beside them; we are elsewhere."""
    folder = tmp_path / "downloaded"
    folder.mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "secret.txt").write_text("mine")
    monkeypatch.chdir(tmp_path / "here")

    def load(text, **given):
        (folder / "rewardlab.toml").write_text(text)
        return load_settings(given, folder / "prompts.jsonl")

    return load


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('model = "openai:x"', "model"),
        ('judge = ["python:evil.py:judge"]', "judge"),
        ('[engine]\nbase_url = "http://elsewhere"', "engine"),
        ('reward_env = "OPENAI_API_KEY"', "reward_env"),
        ('out = "/tmp/there"', "out"),
        ("[reward_kwargs]\nx = 1", "reward_kwargs"),
        ('labels = "../secret.txt"', "labels"),
        ('right = "/etc/passwd"', "right"),
        ('system = "../secret.txt"', "system"),
        ('sampling_from = "../recipe.yaml"', "sampling_from"),
    ],
)
def test_what_can_reach_out_is_not_taken_from_beside_the_prompts(downloaded, text, key):
    settings = downloaded(text)
    assert getattr(settings, key) == getattr(Settings(), key)
    told = settings.notes[-1]
    assert f"its {key} left out (--config " in told
    assert "downloaded" in told


def test_what_is_harmless_is_taken_from_beside_the_prompts(downloaded, tmp_path):
    (tmp_path / "downloaded" / "labels.csv").write_text("")
    settings = downloaded(
        'num_generations = 4\nband = [0.1, 0.9]\nlabels = "labels.csv"\nsystem = "Be brief."\nsampling_from = "trl"'
    )
    assert (settings.num_generations, settings.band, settings.system) == (4, (0.1, 0.9), "Be brief.")
    assert settings.labels_path == tmp_path / "downloaded" / "labels.csv"
    assert settings.notes == [f"settings from {tmp_path / 'downloaded' / 'rewardlab.toml'}"]


def test_a_link_that_leaves_the_folder_is_not_followed(downloaded, tmp_path):
    (tmp_path / "downloaded" / "labels.csv").symlink_to(tmp_path / "secret.txt")
    assert downloaded('labels = "labels.csv"').labels is None


def test_what_was_said_elsewhere_is_not_missed(downloaded):
    assert len(downloaded('model = "openai:x"', model="vllm:mine").notes) == 1


def test_a_model_that_is_not_taken_is_told_where_one_is_missing(downloaded):
    with pytest.raises(UsageError, match=r"names one, which --config .*rewardlab\.toml takes"):
        _ = downloaded('model = "openai:x"').model_spec


def test_a_mistake_beside_the_prompts_is_told_all_the_same(downloaded):
    with pytest.raises(UsageError, match="unknown key 'modle'"):
        downloaded('modle = "x"')


def test_a_named_file_is_taken_whole_and_must_be_there(downloaded, tmp_path):
    file = tmp_path / "downloaded" / "rewardlab.toml"
    settings = downloaded('model = "openai:x"', config=file)
    assert settings.model == "openai:x"
    assert settings.notes == [f"settings from {file}"]
    with pytest.raises(UsageError, match="there is no such file"):
        downloaded("", config="nowhere.toml")


def test_a_call_names_its_argument_in_the_error():
    with pytest.raises(UsageError, match=r"^num_generations: 0 is not allowed"):
        load_settings({"num_generations": 0}, None)
    with pytest.raises(UsageError, match=r"unknown key 'modle'; expected perhaps model; one of temperature"):
        load_settings({"modle": "x"}, None)


@given(st.binary(max_size=200))
def test_any_bytes_are_settings_or_a_usage_error(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("toml")
    (folder / "rewardlab.toml").write_bytes(data)
    message = ""
    try:
        load_settings({}, folder / "prompts.jsonl")
    except UsageError as error:
        message = str(error)
    assert "\n" not in message


NAMES = st.sampled_from(sorted(Settings.model_fields))
VALUES = st.text() | st.integers() | st.floats() | st.none() | st.lists(st.floats(), max_size=3)


@given(st.dictionaries(NAMES, VALUES))
def test_any_values_are_settings_or_a_usage_error(values):
    message = ""
    try:
        load_settings(values, None)
    except UsageError as error:
        message = str(error)
    assert "\n" not in message


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("a=2", 2),
        ("a=true", True),
        ("a=0.5", 0.5),
        ("a=[1, 2]", [1, 2]),
        ("a=bfloat16", "bfloat16"),
        ("a=x=y", "x=y"),
        ("a=", ""),
    ],
)
def test_an_engine_option_is_a_toml_value_where_it_is_one(pair, value):
    assert parse_pairs([pair], "--engine-option") == {"a": value}


def test_no_credential_is_kept_in_a_run():
    settings = Settings(model="m", engine={"api_key": "s3cret", "extra_body": {"Authorization": "s3cret", "top_k": 5}})
    assert settings.stored() == {
        "model": "m",
        "engine": {"api_key": "(not kept)", "extra_body": {"Authorization": "(not kept)", "top_k": 5}},
    }


def test_variables_for_the_reward_are_named_and_never_given_values(tmp_path):
    assert parse_options({"reward_env": "A, B"})["reward_env"] == ("A", "B")
    assert parse_options({"reward_env": ("A,B", "C")})["reward_env"] == ("A", "B", "C")
    with pytest.raises(UsageError, match="names of variables"):
        parse_options({"reward_env": "KEY=secret"})


def test_paths_are_taken_as_texts_are(tmp_path):
    given = {"out": tmp_path / "run", "labels": tmp_path / "labels.csv", "right": tmp_path / "right.jsonl"}
    settings = load_settings(given, tmp_path / "prompts.jsonl")
    assert (settings.out, settings.labels, settings.right) == tuple(map(str, given.values()))
    with pytest.raises(UsageError, match="out"):
        load_settings({"out": 7}, tmp_path / "prompts.jsonl")


def test_what_the_reward_may_reach_is_the_users_to_say(tmp_path, monkeypatch):
    """A file beside downloaded prompts opens neither the network nor another folder."""
    (tmp_path / "data").mkdir()
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    (tmp_path / "data" / "rewardlab.toml").write_text('reward_network = true\nreward_files = ["/"]\n')
    beside = load_settings({}, tmp_path / "data" / "prompts.jsonl")
    assert (beside.reward_network, beside.reward_paths) == (False, ())
    assert "its reward_network, reward_files left out" in beside.notes[-1]
    (tmp_path / "mine.toml").write_text('reward_network = true\nreward_files = "models,~/words"\n')
    said = load_settings({"config": str(tmp_path / "mine.toml")}, None)
    assert said.source_of(Path("reward.py"), 1.0).network
    assert said.reward_paths == (str(tmp_path / "models"), str((Path.home() / "words").resolve()))

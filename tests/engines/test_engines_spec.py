"""Model specs and engine options: what is read, and what is refused by name."""

from __future__ import annotations

import pytest

from rewardlab.engines import ModelSpec, check_options, count_option, parse_model, runs_of, table_option
from rewardlab.errors import UsageError


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("vllm:Qwen/Qwen3-8B", ModelSpec("vllm", "Qwen/Qwen3-8B")),
        ("transformers:models/inside", ModelSpec("transformers", "models/inside")),
        ("openai:org/name:free", ModelSpec("openai", "org/name:free")),
        ("recorded:out.jsonl", ModelSpec("recorded", "out.jsonl")),
        ("Qwen/Qwen3-8B", ModelSpec("vllm", "Qwen/Qwen3-8B")),
        ("./models/inside", ModelSpec("vllm", "./models/inside")),
        ("models/step:90", ModelSpec("vllm", "models/step:90")),
    ],
)
def test_a_spec_is_an_engine_and_a_model_and_a_bare_name_means_vllm(text, spec):
    assert parse_model(text) == spec


def test_a_spec_is_written_as_it_is_read():
    assert str(parse_model("Qwen/Qwen3-8B")) == "vllm:Qwen/Qwen3-8B"


@pytest.mark.parametrize("text", ["", " ", "vllm:", "openai:  "])
def test_an_empty_model_is_refused(text):
    with pytest.raises(UsageError, match="names no model"):
        parse_model(text)


def test_a_misspelt_engine_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match=r"no engine 'vlm' .*vllm, transformers, openai, bedrock, recorded"):
        parse_model("vlm:Qwen")


def test_a_folder_with_a_colon_in_its_name_is_a_model(tmp_path, monkeypatch):
    (tmp_path / "step:90").mkdir()
    monkeypatch.chdir(tmp_path)
    assert parse_model("step:90") == ModelSpec("vllm", "step:90")


def test_a_relative_path_is_taken_from_the_folder_that_names_it(tmp_path):
    (tmp_path / "inside").mkdir()
    assert parse_model("vllm:inside", folder=tmp_path) == ModelSpec("vllm", str(tmp_path / "inside"))


def test_a_path_is_shown_without_its_detours_unless_a_link_makes_them_mean_another(tmp_path):
    for name in ("models/inside", "tasks/a", "elsewhere/b/models", "elsewhere/models/inside"):
        (tmp_path / name).mkdir(parents=True)
    found = parse_model("vllm:../../models/inside", folder=tmp_path / "tasks" / "a")
    assert found == ModelSpec("vllm", str(tmp_path / "models" / "inside"))
    (tmp_path / "tasks" / "link").symlink_to(tmp_path / "elsewhere" / "b", target_is_directory=True)
    linked = parse_model("vllm:../models/inside", folder=tmp_path / "tasks" / "link")
    assert linked == ModelSpec("vllm", str(tmp_path / "tasks" / "link" / ".." / "models" / "inside"))


def test_a_name_that_is_no_path_stays_a_name(tmp_path):
    assert parse_model("Qwen/Qwen3-8B", folder=tmp_path) == ModelSpec("vllm", "Qwen/Qwen3-8B")


def test_a_model_behind_a_server_is_never_a_path(tmp_path):
    (tmp_path / "inside").mkdir()
    assert parse_model("openai:inside", folder=tmp_path) == ModelSpec("openai", "inside")


def test_known_options_pass():
    check_options({"a": 1}, ("a", "b"), engine="vllm")


def test_an_unknown_option_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match="the vllm engine has no option 'c'; expected one of a, b"):
        check_options({"a": 1, "c": 2}, ("a", "b"), engine="vllm")


def test_a_count_has_a_default():
    assert count_option({}, "batch_size", 64) == 64


@pytest.mark.parametrize("value", [0, -1, 2.5, "many", True, None])
def test_a_count_that_is_none_is_refused(value):
    with pytest.raises(UsageError, match=r"batch_size is .*a whole number from 1"):
        count_option({"batch_size": value}, "batch_size", 64)


def test_a_table_is_empty_by_default():
    assert table_option({}, "extra_body") == {}


def test_a_table_that_is_text_is_refused_with_its_form():
    with pytest.raises(UsageError, match="a TOML table"):
        table_option({"extra_body": '{"top_k": 5}'}, "extra_body")


@pytest.mark.parametrize(
    ("indexes", "runs"),
    [
        ((), []),
        ((3,), [(3,)]),
        ((0, 1, 2), [(0, 1, 2)]),
        ((0, 2, 3, 7), [(0,), (2, 3), (7,)]),
    ],
)
def test_runs_are_neighbours(indexes, runs):
    assert runs_of(indexes) == runs

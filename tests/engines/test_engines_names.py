"""A name that is no folder: told at once, with what was probably meant."""

from __future__ import annotations

import resource
import subprocess
import sys
import threading
import time

import pytest

from rewardlab.engines import check_spec, parse_model
from rewardlab.engines.names import ask_hub, check_name, likely
from rewardlab.errors import EngineError, UsageError


def told(name, hub="unknown"):
    with pytest.raises(EngineError) as caught:
        check_name(name, ask=lambda _: hub, environment={})
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "spec"),
    [
        ("gpt-4o", "openai:gpt-4o"),
        ("o3-mini", "openai:o3-mini"),
        ("claude-sonnet-5", "openai:claude-sonnet-5"),
        ("us.amazon.nova-2-lite-v1:0", "bedrock:us.amazon.nova-2-lite-v1:0"),
        ("anthropic.claude-3-haiku", "bedrock:anthropic.claude-3-haiku"),
        ("arn:aws:bedrock:us-east-1:1:custom-model/x", "bedrock:arn:aws:bedrock:us-east-1:1:custom-model/x"),
        ("nova-lite", "bedrock:us.amazon.nova-lite-v1:0"),
        ("out.jsonl", "recorded:out.jsonl"),
        ("samples.Parquet", "recorded:samples.Parquet"),
    ],
)
def test_the_engine_that_was_forgotten_is_named_first(name, spec):
    assert likely(name) == spec
    if ":" not in name:
        assert f"write --model {spec} (" in told(name)


@pytest.mark.parametrize("name", ["gpt-4o", "Claude-4", "a b", "Org/Name/More", "nova-lite", "out.jsonl", "\u00e9/?"])
def test_what_is_none_of_the_hubs_is_refused_without_asking_it(name):
    with pytest.raises(EngineError, match="is no folder, and no model of the hub's"):
        check_name(name, ask=lambda _: pytest.fail("asked"), environment={})


@pytest.mark.parametrize(("name", "asked"), [("gpt2", "gpt2"), ("org/name-GGUF:Q4_K_M", "org/name-GGUF")])
def test_the_hub_knows_old_names_alone_and_names_with_a_file_of_the_model(name, asked):
    seen = []
    check_name(name, ask=lambda one: seen.append(one) or "known", environment={})
    assert seen == [asked]


def test_a_name_with_an_owner_is_what_the_hub_says():
    check_name("org/name", ask=lambda _: "known", environment={})
    assert "the hub has no such model, or a private one" in told("org/name")
    assert "the hub cannot be reached" in told("org/name", "silent")
    assert "openai:org/name" in told("org/name", "silent")


def test_a_model_in_the_hubs_cache_is_taken_without_asking(tmp_path, monkeypatch):
    snapshot = tmp_path / "models--org--name" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "params.json").write_text("{}")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    check_name("org/name", ask=lambda _: pytest.fail("asked"), environment={})


def test_where_vllm_takes_its_models_elsewhere_nothing_is_refused():
    check_name("org/name", ask=lambda _: pytest.fail("asked"), environment={"VLLM_USE_MODELSCOPE": "True"})


def test_a_hub_that_does_not_answer_is_waited_for_no_longer_than_was_said(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", lambda *_, **__: release.wait(20))
    start = time.monotonic()
    assert ask_hub("org/name", seconds=0.2) == "silent"
    assert time.monotonic() - start < 1.5
    release.set()


def test_models_behind_a_server_and_recordings_are_not_looked_for():
    for text in ("openai:gpt-4o", "bedrock:x", "recorded:nowhere.jsonl"):
        check_spec(parse_model(text))


@pytest.mark.parametrize(
    ("text", "do"),
    [
        ("openia:gpt-5", "write openai:gpt-5"),
        ("us.amazon.nova-2-lite-v1:0", "write --model bedrock:us.amazon.nova-2-lite-v1:0"),
        ("llama3:8b", "write --model openai:llama3:8b"),
    ],
)
def test_a_prefix_that_is_no_engine_is_told_with_what_to_write(text, do):
    with pytest.raises(UsageError, match="no engine") as caught:
        parse_model(text)
    assert do in str(caught.value)


@pytest.mark.process
@pytest.mark.parametrize("model", ["gpt-4o", "vllm:gpt-4o", "transformers:nobody/has-this-model-12345"])
def test_the_answer_comes_within_seconds_of_work(model, arithmetic, tmp_path):
    command = [sys.executable, "-m", "rewardlab", "audit", arithmetic / "reward.py", arithmetic / "prompts.jsonl"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "HF_ENDPOINT": "http://127.0.0.1:9"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*map(str, command), "--model", model],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 2
    assert "openai:" in done.stderr
    assert list(tmp_path.glob("runs/*")) == []
    # Its own time, for machines are shared: 0.7 to 1.3 s here.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 4

"""What vLLM's model runners are handed: V2 its own seeds and filters, V1 our noise."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from rewardlab.engines.vllm_draw import NOISE, Runner, raised, runner_of
from rewardlab.task import Request, Sampling

ASKED = Path(__file__).with_name("v2_runner.py")


@pytest.fixture(scope="module")
def told(arithmetic):
    """What V2's own loader, validators and parameters say of what we hand over."""
    command = [sys.executable, ASKED, arithmetic / "models" / "inside"]
    environment = os.environ | {"VLLM_LOGGING_LEVEL": "ERROR", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.engine
def test_v2_is_found_and_would_refuse_the_noise_for_v1(told):
    assert told["is_v2"]
    assert "not a subclass" in told["noise"]


@pytest.mark.engine
def test_v2_takes_every_request_and_draws_itself(told):
    assert set(told["params"]) == {"plain", "greedy", "cold", "filtered", "choice", "schema"}
    assert all(params["extra_args"] is None and params["seed"] == 7 for params in told["params"].values())
    assert [told["params"][name]["temperature"] for name in ("plain", "greedy", "cold")] == [1.0, 0.0, 0.01]
    filters = {"top_p": 0.9, "top_k": 20, "min_p": 0.05, "repetition_penalty": 1.1, "stop": ["###"]}
    assert filters.items() <= told["params"]["filtered"].items()


def test_a_version_that_names_no_runner_has_the_first():
    assert runner_of(SimpleNamespace()) is Runner.V1
    assert runner_of(SimpleNamespace(use_v2_model_runner=True)) is Runner.V2
    assert (Runner.V1.processors, Runner.V2.processors) == ([NOISE], [])


@pytest.mark.parametrize(("temperature", "runner", "count"), [(0.005, "V2", 1), (0.005, "V1", 0), (0.0, "V2", 0)])
def test_a_temperature_that_vllm_raises_is_told(temperature, runner, count):
    assert len(raised(Sampling(temperature=temperature), Runner[runner])) == count


@pytest.mark.engine
def test_a_stop_text_ends_the_response_before_it(vllm_engine, arithmetic_prompts):
    requests = [Request(prompt, (0, 1)) for prompt in arithmetic_prompts[:40]]

    def drawn(**settings):
        sampling = Sampling(max_tokens=16, **settings)
        return {(one.prompt_id, one.index): one for one in vllm_engine.generate(requests, sampling)}

    free, stopped = drawn(), drawn(stop=("1", "2"))
    for key, one in free.items():
        first = min((one.text.find(stop) for stop in "12" if stop in one.text), default=len(one.text))
        assert stopped[key].text == one.text[:first]
        assert stopped[key].finish_reason == "stop"
    assert any(one.text != stopped[key].text for key, one in free.items())


@pytest.mark.engine
def test_the_likeliest_token_alone_is_the_greedy_text(vllm_engine, arithmetic_prompts):
    requests = [Request(prompt, (0, 1)) for prompt in arithmetic_prompts[:20]]

    def texts(**settings):
        sampling = Sampling(max_tokens=16, **settings)
        return {(one.prompt_id, one.index): one.text for one in vllm_engine.generate(requests, sampling)}

    greedy = texts(temperature=0.0)
    assert texts(top_k=1) == greedy
    assert texts(top_p=1e-6) == greedy
    assert texts(min_p=1.0) == greedy
    assert texts() != greedy

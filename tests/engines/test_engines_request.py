"""What a server is asked for: each key of the sampling, and thinking in the words of who understands them."""

from __future__ import annotations

import pytest

from rewardlab.engines.openai import open_engine
from rewardlab.engines.request import overruled, sampling_of, thinking_of
from rewardlab.errors import EngineError, UsageError
from rewardlab.task import Prompt, Request, Sampling
from tests.engines.server import completion, refuse, serving

QWEN = ("{% if enable_thinking %}{% endif %}", "qwen")
PLAIN = ("{{ messages }}", "plain")


def test_what_was_asked_for_goes_over_what_is_neutral():
    assert sampling_of(Sampling()) == {
        "temperature": 1.0,
        "top_p": 1.0,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
    }
    asked = sampling_of(Sampling(0.5, top_p=0.9, top_k=20, min_p=0.1, repetition_penalty=1.1, stop=("#",)))
    filters = {"top_p": 0.9, "top_k": 20, "min_p": 0.1, "repetition_penalty": 1.1, "stop": ["#"], "temperature": 0.5}
    assert filters.items() <= asked.items()


def test_what_extra_body_says_in_place_of_what_was_asked_for_is_told():
    assert overruled(Sampling(), {"top_k": 20, "top_p": 0.9, "presence_penalty": 1}) == []  # additions
    assert overruled(Sampling(0.5), {"temperature": 0.5}) == []
    (told,) = overruled(Sampling(top_k=5), {"top_k": 20, "temperature": 0})
    assert told == "extra_body goes over what was asked for: temperature 0 in place of 1.0, top_k 20 in place of 5"


def test_a_tokenizer_without_a_chat_template_is_refused(tmp_path):
    with pytest.raises(UsageError, match="where no chat template is"):
        open_engine("m", {"base_url": "http://localhost:1/v1", "tokenizer": str(tmp_path / "none")})


@pytest.mark.parametrize(
    ("thinking", "template", "templated", "body"),
    [
        (None, None, True, {}),
        ("off", QWEN, True, {"chat_template_kwargs": {"enable_thinking": False}}),
        ("on", None, True, {"chat_template_kwargs": {"enable_thinking": True, "thinking": True}}),
        ("high", None, False, {"reasoning_effort": "high"}),
    ],
)
def test_thinking_is_asked_for_as_the_server_understands_it(thinking, template, templated, body):
    found, told = thinking_of(Sampling(thinking=thinking), template, is_templated=templated, model="m")
    assert found == body
    assert bool(told) == (thinking == "on")


@pytest.mark.parametrize(("thinking", "template", "templated"), [("on", PLAIN, True), ("off", None, False)])
def test_thinking_that_nobody_understands_is_refused_or_told(thinking, template, templated):
    with pytest.raises(EngineError, match=f"--thinking {thinking}"):
        thinking_of(Sampling(thinking=thinking), template, is_templated=templated, model="m")
    lenient = Sampling(thinking=thinking, thinking_if_known=True)
    body, (told,) = thinking_of(lenient, template, is_templated=templated, model="m")
    assert body == {}
    assert "in the model's own way" in told


def one(engine, **sampling):
    prompt = Prompt("p", ({"role": "user", "content": "12+30"},), None, {}, 3)
    return next(iter(engine.generate([Request(prompt, (0,))], Sampling(max_tokens=4, **sampling))))


@pytest.mark.process
def test_a_filter_that_the_server_refuses_is_an_error_with_its_name():
    def answer(body, _count):
        refused = refuse(400, "Unrecognized request argument supplied: top_k")
        return refused if "top_k" in body else completion(body, content="42")

    with serving(answer) as server:
        engine = open_engine("m", {"base_url": server.url}, environment={})
        assert one(engine).text == "42"
        with pytest.raises(EngineError, match="top_k"):
            one(engine, top_k=20)


@pytest.mark.process
def test_a_presets_thinking_that_the_server_refuses_is_left_out_and_told():
    def answer(body, _count):
        refused = refuse(400, "Unsupported parameter: 'reasoning_effort' is not supported with this model.")
        return refused if "reasoning_effort" in body else completion(body, content="42")

    with serving(answer) as server:
        engine = open_engine("m", {"base_url": server.url}, environment={})
        assert one(engine, thinking="high", thinking_if_known=True).text == "42"
        assert any("takes no reasoning_effort" in notice for notice in engine.notices)
        engine = open_engine("m", {"base_url": server.url}, environment={})
        with pytest.raises(EngineError, match="reasoning_effort"):
            one(engine, thinking="high")


@pytest.mark.engine
def test_a_vllm_server_filters_stops_and_warms_as_it_is_asked(vllm_server, arithmetic_prompts):
    engine = open_engine("inside", {"base_url": vllm_server}, environment={})
    requests = [Request(prompt, (0, 1)) for prompt in arithmetic_prompts[:20]]

    def texts(**sampling):
        drawn = engine.generate(requests, Sampling(max_tokens=16, **sampling))
        return {(each.prompt_id, each.index): each.text for each in drawn}

    greedy = texts(temperature=0.0)
    assert texts(top_k=1) == texts(top_p=1e-6) == texts(min_p=1.0) == greedy
    assert texts() != greedy
    assert not any(digit in text for text in texts(stop=("1", "2")).values() for digit in "12")
    texts(temperature=0.001)
    assert any("raises the temperature 0.001 to 0.01" in notice for notice in engine.notices)

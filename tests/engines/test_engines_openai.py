"""A real vLLM server, and small real servers that misbehave on purpose."""

from __future__ import annotations

import json
import math
import threading
import time
from dataclasses import replace

import pytest

from rewardlab.engines import told_apart
from rewardlab.engines.openai import open_engine
from rewardlab.errors import EngineError, UsageError
from rewardlab.task import Generation, Prompt, Request, Sampling
from tests.conftest import vllm_serving
from tests.engines.server import completion, refuse, serving

pytestmark = pytest.mark.process

SHORT = Sampling(max_tokens=16)
CHOOSING = Sampling(max_tokens=40, choices=("yes", "no"), logprobs=2)
SCHEMA = {"type": "object", "properties": {"v": {"enum": ["a", "b"]}}, "required": ["v"], "additionalProperties": False}


def asked(prompts, *indexes):
    return [Request(prompt, indexes) for prompt in prompts]


def named(name, **row):
    return Prompt(name, ({"role": "user", "content": "12+30"},), None, row, 3)


def engine_at(url, model="inside", **options):
    return open_engine(model, {"base_url": url, **options}, environment={})


def texts(engine, requests, sampling=SHORT):
    return {(g.prompt_id, g.index): g.text for g in engine.generate(requests, sampling)}


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    yield
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("rewardlab-openai")] == []


# --- vLLM's own server -----------------------------------------------------------------------------------------------


@pytest.mark.engine
def test_a_vllm_server_gives_every_generation_once_and_about_half_are_right(vllm_server, arithmetic_prompts):
    engine = engine_at(vllm_server)
    drawn = list(engine.generate(asked(arithmetic_prompts, 0, 1), SHORT))
    keys = [(g.prompt_id, g.index) for g in drawn]
    references = {p.id: p.reference for p in arithmetic_prompts}
    assert sorted(keys) == [(p.id, index) for p in arithmetic_prompts for index in (0, 1)]
    assert 0.3 < sum(g.text == references[g.prompt_id] for g in drawn) / 400 < 0.65
    assert engine.notices == ()
    assert engine.versions["server"] == vllm_server


@pytest.mark.engine
def test_a_run_resumed_against_a_server_draws_what_it_would_have_drawn_in_one_go(vllm_server, arithmetic_prompts):
    engine, prompts = engine_at(vllm_server), arithmetic_prompts[:40]
    whole = texts(engine, asked(prompts, 0, 1, 2, 3, 4))
    assert texts(engine, asked(prompts, 1, 2)) | texts(engine, asked(prompts, 0, 3, 4)) == whole


@pytest.mark.engine
def test_tokens_and_reasons_come_from_the_server(vllm_server, arithmetic_prompts):
    engine = engine_at(vllm_server)
    for generation in engine.generate(asked(arithmetic_prompts[:20], 0), SHORT):
        assert (generation.finish_reason, generation.prompt_tokens) == ("stop", 8)
        assert generation.completion_tokens == len(generation.text) + 1  # a token a digit, and the end
    for generation in engine.generate(asked(arithmetic_prompts[:20], 0), Sampling(max_tokens=1)):
        assert (generation.finish_reason, generation.completion_tokens) == ("length", 1)


@pytest.mark.engine
def test_of_several_generations_in_one_answer_none_has_a_token_count_of_its_own(vllm_server, arithmetic_prompts):
    drawn = list(engine_at(vllm_server).generate(asked(arithmetic_prompts[:1], 0, 1), SHORT))
    assert [g.completion_tokens for g in drawn] == [None, None]


@pytest.mark.engine
def test_a_greedy_run_falls_back_to_one_generation_a_request(vllm_server, arithmetic_prompts):
    engine = engine_at(vllm_server)
    drawn = texts(engine, asked(arithmetic_prompts[:5], 0, 1), Sampling(temperature=0.0, max_tokens=16))
    assert all(drawn[p.id, 0] == drawn[p.id, 1] for p in arithmetic_prompts[:5])
    assert len(engine.notices) == 1


@pytest.mark.engine
def test_a_prompt_too_long_for_the_server_is_named(vllm_server):
    long = Prompt("long", ({"role": "user", "content": "1" * 100},), None, {}, 9)
    with pytest.raises(EngineError, match=r"prompt 'long' \(line 9\): too long for the model's context"):
        texts(engine_at(vllm_server), asked([long], 0))


@pytest.mark.engine
def test_a_model_the_server_does_not_have_is_told_with_those_it_has(vllm_server, arithmetic_prompts):
    with pytest.raises(EngineError, match="the server has no model 'outside'; expected one of 'inside'"):
        texts(engine_at(vllm_server, "outside"), asked(arithmetic_prompts[:3], 0))


@pytest.mark.engine
def test_a_url_without_the_apis_path_is_told(vllm_server, arithmetic_prompts):
    with pytest.raises(EngineError, match="often ends in /v1"):
        texts(engine_at(vllm_server.removesuffix("/v1")), asked(arithmetic_prompts[:1], 0))


@pytest.mark.engine
def test_a_vllm_server_keeps_to_choices_and_tells_the_odds(vllm_server, arithmetic_prompts):
    engine = engine_at(vllm_server)
    drawn = list(engine.generate(asked(arithmetic_prompts[:20], 0), CHOOSING))
    assert {g.text for g in drawn} == {"yes", "no"}
    for generation in drawn:
        odds = {text: math.exp(value) for text, value in generation.first_logprobs}
        assert set(odds) == {"y", "n"}
        assert sum(odds.values()) == pytest.approx(1, abs=1e-3)
    assert engine.notices == ()


@pytest.mark.engine
def test_a_vllm_server_keeps_to_a_schema(vllm_server, arithmetic_prompts):
    engine = engine_at(vllm_server)
    drawn = list(engine.generate(asked(arithmetic_prompts[:8], 0), replace(CHOOSING, choices=(), schema=SCHEMA)))
    whole = [json.loads(g.text) for g in drawn if g.finish_reason == "stop"]
    assert {tuple(one) for one in whole} == {("v",)}
    assert engine.notices == ()


@pytest.mark.engine
def test_a_stream_closed_midway_leaves_the_engine_usable(vllm_server, arithmetic_prompts):
    engine = engine_at(vllm_server, concurrency=2)
    stream = engine.generate(asked(arithmetic_prompts, 0), SHORT)
    next(stream)
    stream.close()
    assert len(texts(engine, asked(arithmetic_prompts[:3], 0))) == 3


@pytest.mark.engine
def test_a_vllm_server_without_a_parser_of_tool_calls_is_asked_to_leave_them_in_the_text(
    vllm_server, arithmetic_prompts
):
    tools = [{"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {}}}}]
    prompts = [replace(prompt, row={**prompt.row, "tools": tools}) for prompt in arithmetic_prompts[:10]]
    engine = engine_at(vllm_server)
    assert texts(engine, asked(prompts, 0, 1)) == texts(engine_at(vllm_server), asked(arithmetic_prompts[:10], 0, 1))
    assert engine.notices == ("the server reads no calls of tools: they stay in the text, as the model wrote them",)


@pytest.mark.engine
def test_a_vllm_server_gives_every_text_the_same_whichever_of_its_choices_it_is(vllm_server, arithmetic_prompts):
    engine = engine_at(vllm_server)
    together = texts(engine, asked(arithmetic_prompts[:20], 0, 1, 2, 3))
    apart = [texts(engine, asked(arithmetic_prompts[:20], index)) for index in range(4)]
    assert {key: text for one in apart for key, text in one.items()} == together


#: Each of them would make other texts; vLLM takes them from generation_config.json in the same way.
DEFAULTS = {"temperature": 0.1, "top_k": 1, "top_p": 0.1, "min_p": 0.5}
DEFAULTS |= {"repetition_penalty": 2.0, "presence_penalty": 2.0, "frequency_penalty": 2.0}


@pytest.mark.engine
def test_neither_a_servers_own_defaults_nor_its_parser_of_thoughts_change_what_is_scored(
    vllm_server, arithmetic, arithmetic_prompts, tmp_path
):
    requests, kept = asked(arithmetic_prompts, 0, 1), replace(SHORT, reasoning="keep")
    options = ("--override-generation-config", json.dumps(DEFAULTS), "--reasoning-parser", "qwen3")
    with vllm_serving(arithmetic / "models" / "inside", tmp_path / "log", *options) as (url, _):
        engine = engine_at(url)
        assert texts(engine, requests, kept) == texts(engine_at(vllm_server), requests)
        (notice,) = engine.notices
        assert "keeps the reasoning of inside apart; it was put back before the text" in notice
        # This parser takes a whole text without tags for a thought.
        assert set(texts(engine, requests[:3], SHORT).values()) == {""}


# --- servers that misbehave ------------------------------------------------------------------------------------------


SOON = {"retry-after-ms": "5"}
A, B = named("a"), named("b")
SEED = SHORT.seed_of("a")


def test_a_server_that_is_busy_twice_is_asked_again():
    with serving(lambda body, n: refuse(429, "slow down", **SOON) if n <= 2 else completion(body)) as server:
        assert texts(engine_at(server.url), asked([A], 0)) == {("a", 0): f"seed {SEED}"}
        assert len(server.bodies) == 3


def test_one_request_asks_for_all_neighbours_and_a_gap_is_not_drawn_again():
    with serving(lambda body, n: completion(body)) as server:
        drawn = texts(engine_at(server.url), asked([A], 0, 1, 4))
    assert drawn == {("a", 0): f"seed {SEED}", ("a", 1): f"seed {SEED + 1}", ("a", 4): f"seed {SEED + 4}"}
    assert [body.get("n") for body in sorted(server.bodies, key=lambda body: body["seed"])] == [2, None]


def test_a_server_that_refuses_n_is_asked_for_one_at_a_time_and_that_is_noticed_once():
    def behave(body, _):
        return refuse(400, "Only one completion choice is allowed") if "n" in body else completion(body)

    with serving(behave) as server:
        engine = engine_at(server.url, concurrency=1)
        drawn = texts(engine, asked([A, B], 0, 1))
        assert len(server.bodies) == 5  # refused once, not for each prompt
    assert drawn == {(p, i): f"seed {SHORT.seed_of(p) + i}" for p in "ab" for i in (0, 1)}
    assert engine.notices == ("the server gives one generation a request: each is asked for on its own",)


def test_a_server_that_gives_too_few_is_asked_for_the_rest():
    with serving(lambda body, n: completion(body, count=1)) as server:
        engine = engine_at(server.url)
        drawn = texts(engine, asked([A], 0, 1, 2))
    assert drawn == {("a", i): f"seed {SEED + i}" for i in (0, 1, 2)}
    assert len(engine.notices) == 1


def test_a_server_that_gives_too_many_gives_what_was_asked():
    with serving(lambda body, n: completion(body, count=5)) as server:
        assert len(list(engine_at(server.url).generate(asked([A], 0, 1), SHORT))) == 2


def test_a_connection_that_is_dropped_once_is_made_again():
    with serving(lambda body, n: None if n == 1 else completion(body)) as server:
        assert len(texts(engine_at(server.url), asked([A], 0))) == 1


def test_a_connection_that_is_always_dropped_is_one_error():
    with serving(lambda body, n: None) as server, pytest.raises(EngineError, match=r"no answer .*OPENAI_BASE_URL"):
        texts(engine_at(server.url, max_retries=0), asked([A], 0))


def test_a_server_that_always_fails_is_one_error_after_all_retries():
    with serving(lambda body, n: refuse(500, "broken", **SOON)) as server:
        with pytest.raises(EngineError, match=r"still answers 500 after all retries \(broken\)"):
            texts(engine_at(server.url, max_retries=2), asked([A], 0))
        assert len(server.bodies) == 3


def test_a_server_that_never_answers_times_out():
    release = threading.Event()
    with serving(lambda body, n: release.wait(20) and None) as server:
        with pytest.raises(EngineError, match=r"no answer \(Request timed out"):
            texts(engine_at(server.url, timeout=1, max_retries=0), asked([A], 0))
        release.set()


def test_what_was_drawn_before_a_failure_is_given_out_first():
    with serving(lambda body, n: completion(body) if n == 1 else refuse(500, "broken", **SOON)) as server:
        stream = engine_at(server.url, concurrency=1, max_retries=0).generate(asked([A, B], 0), SHORT)
        assert next(stream).prompt_id == "a"
        with pytest.raises(EngineError, match="still answers 500"):
            next(stream)


def test_what_is_in_flight_when_another_prompt_fails_is_given_out_before_the_error():
    refused = threading.Event()

    def behave(body, _):
        if body["seed"] == SEED:
            refused.set()
            return refuse(400, "no such thing")
        refused.wait(20)
        time.sleep(0.1)
        return completion(body)

    with serving(behave) as server:
        found, stream = [], engine_at(server.url, concurrency=3).generate(asked([B, A, *map(named, "cdefg")], 0), SHORT)
        with pytest.raises(EngineError, match="prompt 'a'"):
            found.extend(stream)
        assert {one.prompt_id for one in found} == {"b", "c"}
        assert len(server.bodies) == 3


def test_what_is_in_flight_for_too_long_is_not_waited_for(monkeypatch):
    monkeypatch.setattr("rewardlab.engines.openai.LAST_SECONDS", 0.2)
    release = threading.Event()

    def behave(body, _):
        return refuse(400, "no such thing") if body["seed"] == SEED else release.wait(20) and completion(body)

    with serving(behave) as server:
        start = time.monotonic()
        with pytest.raises(EngineError, match="prompt 'a'"):
            texts(engine_at(server.url), asked([B, A], 0))
        assert time.monotonic() - start < 5
        release.set()


def test_the_first_answer_comes_while_the_second_is_awaited():
    release = threading.Event()
    with serving(lambda body, n: completion(body) if n == 1 or release.wait(20) else None) as server:
        stream = engine_at(server.url).generate(asked([A, B], 0), SHORT)
        next(stream)
        release.set()
        assert len(list(stream)) == 1


def test_closing_the_stream_does_not_wait_for_what_is_awaited():
    release = threading.Event()
    with serving(lambda body, n: completion(body) if n == 1 else (release.wait(20) and None)) as server:
        stream = engine_at(server.url).generate(asked([A, B], 0), SHORT)
        next(stream)
        start = time.monotonic()
        stream.close()
        assert time.monotonic() - start < 5
        release.set()


def test_no_more_requests_are_in_flight_than_allowed():
    flying, most = [], []

    def behave(body, _):
        flying.append(1)
        most.append(len(flying))
        time.sleep(0.02)
        flying.pop()
        return completion(body)

    with serving(behave) as server:
        texts(engine_at(server.url, concurrency=3), asked([named(str(i)) for i in range(20)], 0))
    assert 2 <= max(most) <= 3


def test_a_server_that_wants_max_completion_tokens_gets_them():
    def behave(body, _):
        message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        return refuse(400, message) if "max_tokens" in body else completion(body)

    with serving(behave) as server:
        engine = engine_at(server.url)
        assert len(texts(engine, asked([A, B], 0, 1))) == 4
        assert server.bodies[-1]["max_completion_tokens"] == 16
    assert engine.notices == ()


@pytest.mark.parametrize("name", ["seed", "top_p"])
def test_a_server_that_takes_no_such_parameter_is_asked_without_and_that_is_noticed(name):
    def behave(body, _):
        return refuse(422, f"extra fields not permitted: {name}") if name in body else completion(body)

    with serving(behave) as server:
        engine = engine_at(server.url)
        assert len(texts(engine, asked([A, B], 0, 1))) == 4
    assert engine.notices == (f"the server takes no {name}: what it uses instead is its own choice",)


def test_a_refusal_that_nothing_helps_is_told_with_the_prompt():
    with (
        serving(lambda body, n: refuse(400, "temperature must be 1")) as server,
        pytest.raises(EngineError, match=r"prompt 'a' \(line 3\): the server refuses the request \(400: temp"),
    ):
        texts(engine_at(server.url), asked([A], 0, 1))


def test_a_refused_parameter_that_the_extra_body_insists_on_is_an_error():
    with (
        serving(lambda body, n: refuse(400, "Unsupported: 'max_tokens'. Use 'max_completion_tokens'.")) as server,
        pytest.raises(EngineError, match="the server refuses the request"),
    ):
        texts(engine_at(server.url, extra_body={"max_tokens": 5, "max_completion_tokens": 5}), asked([A], 0))


def test_a_key_that_is_refused_is_told():
    with (
        serving(lambda body, n: refuse(401, "bad key")) as server,
        pytest.raises(EngineError, match=r"refuses the key .*OPENAI_API_KEY"),
    ):
        texts(engine_at(server.url), asked([A], 0))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"<html>hello</html>", "text/html"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"choices": []}', "application/json"),
        (b'{"error": {"message": "provider failed"}}', "application/json"),
        (b'{"choices": [{"finish_reason": "error", "message": {"content": ""}}]}', "application/json"),
        (b'{"choices": [{"message": null}], "usage": 3}', "application/json"),
    ],
)
def test_an_answer_without_a_completion_is_an_error_not_an_empty_text(answer, kind):
    with (
        serving(lambda body, n: (200, answer, {"content-type": kind})) as server,
        pytest.raises(EngineError, match=r"holds no completion .*often ends in /v1"),
    ):
        texts(engine_at(server.url), asked([A], 0))


@pytest.mark.parametrize(
    ("content", "text"),
    [(None, ""), ("42", "42"), ([{"type": "thinking", "thinking": []}, {"type": "text", "text": "42"}], "42")],
)
def test_a_message_without_text_is_an_empty_text(content, text):
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "length"}
    with serving(lambda body, n: (200, {"choices": [choice]}, {})) as server:
        (generation,) = engine_at(server.url).generate(asked([A], 0), SHORT)
    assert generation == Generation("a", 0, text, "length")


def test_a_request_holds_the_messages_the_sampling_the_rows_tools_and_the_extra_body():
    tools = [{"type": "function", "function": {"name": "add"}}]
    with serving(lambda body, n: completion(body)) as server:
        engine = engine_at(server.url, extra_body={"top_k": 5}, api_key="k-1")
        texts(engine, asked([named("a", tools=tools)], 2), Sampling(temperature=0.5, max_tokens=9))
    assert server.bodies == [
        {
            "model": "inside",
            "messages": [{"role": "user", "content": "12+30"}],
            "temperature": 0.5,
            "top_p": 1.0,
            "presence_penalty": 0.0,
            "frequency_penalty": 0.0,
            "seed": SEED + 2,
            "max_tokens": 9,
            "tools": tools,
            "top_k": 5,
        }
    ]
    assert server.keys == {"Bearer k-1"}


@pytest.mark.parametrize(
    ("owner", "fixed"),
    [
        ("vllm", {"top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0, "watermarking": False}),
        ("sglang", {"top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0}),
        ("llamacpp", {"top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0}),
        ("openai", {}),
    ],
)
def test_no_filter_penalty_or_mark_of_a_servers_own_slips_in(owner, fixed):
    with serving(lambda body, n: completion(body), {"data": [{"id": "inside", "owned_by": owner}]}) as server:
        texts(engine_at(server.url), asked([A], 0))
    own = {"model", "messages", "temperature", "top_p", "presence_penalty", "frequency_penalty", "seed", "max_tokens"}
    assert {key: value for key, value in server.bodies[0].items() if key not in own} == fixed


@pytest.mark.parametrize("name", ["presence_penalty", "frequency_penalty", "top_k", "min_p", "watermarking"])
def test_a_server_that_knows_no_such_parameter_has_none_to_fill_in_and_nothing_is_told(name):
    def behave(body, _):
        return refuse(400, f"Unrecognized request argument supplied: {name}") if name in body else completion(body)

    with serving(behave, {"data": [{"id": "inside", "owned_by": "vllm"}]}) as server:
        engine = engine_at(server.url)
        assert len(texts(engine, asked([A, B], 0, 1))) == 4
    assert engine.notices == ()


def test_a_server_that_is_down_is_told_at_once():
    start = time.monotonic()
    with pytest.raises(EngineError, match=r"http://127.0.0.1:9/v1: no answer .*OPENAI_BASE_URL"):
        texts(engine_at("http://127.0.0.1:9/v1"), asked([A], 0))
    assert time.monotonic() - start < 10


# --- options ---------------------------------------------------------------------------------------------------------


def test_the_environment_names_the_server_and_the_key():
    with serving(lambda body, n: completion(body)) as server:
        environment = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "k-2"}
        assert len(texts(open_engine("m", {}, environment=environment), asked([A], 0))) == 1
    assert server.keys == {"Bearer k-2"}


def test_without_a_key_and_a_server_there_is_an_error_before_anything_is_sent():
    with pytest.raises(EngineError, match="no key, and no server of your own; set OPENAI_API_KEY"):
        open_engine("gpt", {}, environment={})


def test_a_password_in_the_url_is_not_shown():
    assert engine_at("http://me:secret@host/v1").versions["server"] == "http://host/v1"


@pytest.mark.parametrize("option", [{"concurrency": 0}, {"timeout": "long"}, {"max_retries": -1}, {"extra_body": 1}])
def test_an_option_without_sense_is_refused(option):
    with pytest.raises(UsageError, match=next(iter(option))):
        engine_at("http://host/v1", **option)


def test_an_unknown_option_is_refused():
    with pytest.raises(UsageError, match="the openai engine has no option 'dtype'"):
        engine_at("http://host/v1", dtype="auto")


# --- token ids -------------------------------------------------------------------------------------------------------


def with_ids(ids):
    """A server that gives these ids with each choice to whoever asks for them."""

    def behave(body, _count):
        status, answer, headers = completion(body)
        for choice in answer["choices"]:
            choice["token_ids"] = ids if body.get("return_token_ids") else [1]
        return status, answer, headers

    return behave


@pytest.mark.parametrize(
    ("ids", "read"), [([5, 0, 2], (5, 0, 2)), ([], ()), (None, None), ("5", None), ([5, True], None), ([-1], None)]
)
def test_token_ids_are_those_of_the_server_where_it_gives_them(ids, read):
    with serving(with_ids(ids)) as server:
        engine = engine_at(server.url)
        drawn = list(engine.generate(asked([named("a")], 0, 1), replace(SHORT, token_ids=True)))
        assert [one.token_ids for one in drawn] == [read, read]
        assert [one.token_ids for one in engine.generate(asked([named("a")], 0), SHORT)] == [None]


def test_a_server_that_refuses_to_be_asked_for_token_ids_is_asked_without():
    def behave(body, count):
        if "return_token_ids" in body:
            return refuse(400, "Unrecognized request argument supplied: return_token_ids")
        return completion(body, count=1)

    with serving(behave) as server:
        engine = engine_at(server.url)
        (one,) = engine.generate(asked([named("a")], 0), replace(SHORT, token_ids=True))
        assert (one.token_ids, engine.notices) == (None, ("the server gives no token ids",))


@pytest.mark.engine
def test_a_vllm_server_gives_the_tokens_drawn(vllm_server, arithmetic_prompts):
    drawn = engine_at(vllm_server).generate(asked(arithmetic_prompts[:5], 0), replace(SHORT, token_ids=True))
    assert all(len(one.token_ids) == one.completion_tokens for one in drawn)


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_a_server_that_keeps_the_thought_apart_is_noticed(name):
    def behave(body, _):
        status, answer, headers = completion(body)
        for choice in answer["choices"]:
            choice["message"][name] = "12 and 30 make 42."
        return status, answer, headers

    with serving(behave) as server:
        engine = engine_at(server.url)
        list(engine.generate(asked([named("a")], 0), SHORT))
        assert engine.notices == (told_apart("inside"),)

"""Bedrock against botocore's own validated stubs, and against a real local HTTP endpoint."""

from __future__ import annotations

import functools
import json
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from botocore.exceptions import (
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ReadTimeoutError,
    SSOTokenLoadError,
)
from botocore.stub import ANY, Stubber

from rewardlab.engines import ModelSpec, parse_model
from rewardlab.engines.bedrock import NO_SEED, BedrockEngine, open_engine
from rewardlab.engines.bedrock_errors import REFUSALS, bedrock_failure
from rewardlab.engines.converse import STOP_REASONS, body_of, form_of
from rewardlab.errors import EngineError, UsageError
from rewardlab.task import Generation, Prompt, Request, Sampling

pytestmark = pytest.mark.process

NOVA = "us.amazon.nova-2-lite-v1:0"
SHORT = Sampling(max_tokens=16)
CHOOSING = Sampling(temperature=0.0, max_tokens=16, choices=("yes", "no"))
ANYTHING = {"modelId": ANY, "messages": ANY, "inferenceConfig": ANY}
PAGE = Path(__file__).parents[2] / "docs" / "bedrock.md"


def named(name, *messages, **row):
    return Prompt(name, messages or ({"role": "user", "content": "12+30"},), None, row, 3)


def asked(*prompts, indexes=(0,)):
    return [Request(prompt, indexes) for prompt in prompts]


def answer(*blocks, stop="end_turn"):
    content = [{"text": block} if isinstance(block, str) else block for block in blocks]
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": stop,
        "usage": {"inputTokens": 5, "outputTokens": 2, "totalTokens": 7},
        "metrics": {"latencyMs": 1},
    }


@pytest.fixture(autouse=True)
def _credentials(monkeypatch, tmp_path):
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_BEARER_TOKEN_BEDROCK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-key")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@functools.cache
def client():
    """One client for all stubs: botocore takes a tenth of a second to read its service model."""
    return open_engine(NOVA, {})._client


@contextmanager
def stubbed(model=NOVA, **options):
    """An engine whose answers are put in by hand; botocore checks requests and answers against its service model."""
    engine = BedrockEngine(client(), form_of(model, options), 1)
    with Stubber(engine._client) as stub:
        yield engine, stub
        stub.assert_no_pending_responses()


# --- requests and answers --------------------------------------------------------------------------------------------


def test_a_developers_turn_instructs_as_a_system_prompt_does():
    turns = ({"role": "developer", "content": "Be brief."}, {"role": "user", "content": "12+30"})
    body = body_of(named("p", *turns), SHORT, form_of("amazon.nova-lite-v1:0", {}))
    assert body["system"] == [{"text": "Be brief."}]
    assert [turn["role"] for turn in body["messages"]] == ["user"]


def test_a_request_holds_the_system_prompt_the_turns_and_the_whole_distribution():
    prompt = named(
        "a",
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "1+1"},
        {"role": "user", "content": "or 2+2"},
        {"role": "assistant", "content": "2"},
        {"role": "user", "content": "12+30"},
    )
    expected = {
        "modelId": NOVA,
        "system": [{"text": "Be brief."}],
        "messages": [
            {"role": "user", "content": [{"text": "1+1"}, {"text": "or 2+2"}]},
            {"role": "assistant", "content": [{"text": "2"}]},
            {"role": "user", "content": [{"text": "12+30"}]},
        ],
        "inferenceConfig": {"maxTokens": 16, "temperature": 1.0, "topP": 1.0},
    }
    with stubbed() as (engine, stub):
        stub.add_response("converse", answer("42"), expected)
        assert list(engine.generate(asked(prompt), SHORT)) == [Generation("a", 0, "42", "stop", 5, 2)]
    assert engine.notices == (NO_SEED,)


def test_each_generation_is_a_call_of_its_own():
    with stubbed() as (engine, stub):
        for text in "xyz":
            stub.add_response("converse", answer(text))
        drawn = list(engine.generate(asked(named("a"), indexes=(0, 2, 5)), SHORT))
    assert [(g.index, g.text) for g in drawn] == [(0, "x"), (2, "y"), (5, "z")]


@pytest.mark.parametrize(
    ("stop", "reason"),
    [*STOP_REASONS.items(), ("guardrail_intervened", "guardrail_intervened"), ("content_filtered", "content_filtered")],
)
def test_a_stop_reason_is_told_in_the_words_of_a_generation(stop, reason):
    with stubbed() as (engine, stub):
        stub.add_response("converse", answer("4", stop=stop))
        (generation,) = engine.generate(asked(named("a")), SHORT)
    assert generation.finish_reason == reason


def test_reasoning_is_no_part_of_the_text():
    thought = {"reasoningContent": {"reasoningText": {"text": "well", "signature": "s"}}}
    with stubbed() as (engine, stub):
        stub.add_response("converse", answer(thought, "4", "2"))
        (generation,) = engine.generate(asked(named("a")), SHORT)
    assert generation.text == "42"


@pytest.mark.parametrize(
    ("model", "effort", "fields"),
    [
        (NOVA, "low", {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}}),
        ("openai.gpt-oss-20b-1:0", "medium", {"reasoning_effort": "medium"}),
    ],
)
def test_a_reasoning_effort_is_passed_through_beside_other_fields(model, effort, fields):
    with stubbed(model, reasoning_effort=effort, additional_fields={"inferenceConfig": {"topK": 1}}) as (engine, stub):
        expected = {"additionalModelRequestFields": {**fields, "inferenceConfig": {"topK": 1}}}
        stub.add_response(
            "converse", answer("4"), {"modelId": model, "messages": ANY, "inferenceConfig": ANY, **expected}
        )
        assert len(list(engine.generate(asked(named("a")), SHORT))) == 1


def test_at_high_effort_nova_gets_no_inference_config_and_that_is_noticed():
    with stubbed(reasoning_effort="high") as (engine, stub):
        stub.add_response(
            "converse", answer("4"), {"modelId": NOVA, "messages": ANY, "additionalModelRequestFields": ANY}
        )
        assert len(list(engine.generate(asked(named("a")), SHORT))) == 1
    assert "takes no temperature" in engine.notices[-1]


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ([{"role": "tool", "content": "4"}], "message 1 is of a tool"),
        ([{"role": "user", "content": "1"}, {"role": "assistant", "tool_calls": [1]}], "message 2 is of a tool"),
        ([{"role": "user", "content": "  "}], "message 1 is empty"),
        ([{"role": "system", "content": "x"}], "begins with no turn after the system prompt"),
        ([{"role": "assistant", "content": "x"}, {"role": "user", "content": "y"}], "begins with assistant"),
    ],
)
def test_a_prompt_that_converse_would_refuse_stops_the_run_before_anything_is_asked(messages, message):
    with (
        stubbed() as (engine, _),
        pytest.raises(EngineError, match=rf"prompt 'bad' \(line 3\): .*{message}"),
    ):
        list(engine.generate(asked(named("a"), named("bad", *messages)), SHORT))


def test_a_temperature_above_one_is_refused_before_anything_is_asked():
    with stubbed() as (engine, _), pytest.raises(EngineError, match=r"temperature 1\.5; expected 0 to 1"):
        list(engine.generate(asked(named("a")), Sampling(temperature=1.5)))


def test_tools_and_log_probabilities_that_are_not_sent_are_noticed():
    with stubbed() as (engine, stub):
        stub.add_response("converse", answer("4"))
        list(engine.generate(asked(named("a", tools=[1])), Sampling(logprobs=3)))
    assert len(engine.notices) == 3


# --- what a model refuses, and structure -----------------------------------------------------------------------------


def refuse(stub, message, code="ValidationException"):
    stub.add_client_error("converse", code, message, 400)


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("`temperature` and `top_p` cannot both be specified for this model.", {"maxTokens": 16, "temperature": 1.0}),
        ("`temperature` is deprecated for this model.", {"maxTokens": 16, "topP": 1.0}),
    ],
)
def test_a_field_that_the_model_refuses_is_left_out_from_then_on_and_that_is_noticed(message, left):
    with stubbed() as (engine, stub):
        refuse(stub, message)
        stub.add_response("converse", answer("4"), {**ANYTHING, "inferenceConfig": left})
        stub.add_response("converse", answer("5"), {**ANYTHING, "inferenceConfig": left})
        assert len(list(engine.generate(asked(named("a"), named("b")), SHORT))) == 2
    assert len(engine.notices) == 2


def test_a_model_that_refuses_temperature_zero_is_asked_at_the_lowest_there_is():
    with stubbed() as (engine, stub):
        refuse(stub, "temperature must be greater than 0")
        settings = {"maxTokens": 16, "temperature": 1e-5, "topP": 1.0}
        stub.add_response("converse", answer("4"), {**ANYTHING, "inferenceConfig": settings})
        assert len(list(engine.generate(asked(named("a")), Sampling(temperature=0.0, max_tokens=16)))) == 1
    assert engine.notices == (NO_SEED,)


def test_choices_are_asked_for_as_json_out_of_which_the_choice_is_taken():
    with stubbed() as (engine, stub):
        stub.add_response("converse", answer('{"answer": "no"}'), {**ANYTHING, "outputConfig": ANY})
        (generation,) = engine.generate(asked(named("a")), CHOOSING)
    assert generation.text == "no"


CALL = {"toolUse": {"toolUseId": "t-1", "name": "respond", "input": {"answer": "no"}}}


def test_a_model_without_json_output_is_made_to_call_a_tool_and_one_without_tools_writes_free_text():
    with stubbed() as (engine, stub):
        refuse(stub, "This model doesn't support the outputConfig.textFormat field.")
        stub.add_response("converse", answer(CALL, stop="tool_use"), {**ANYTHING, "toolConfig": ANY})
        assert [g.text for g in engine.generate(asked(named("a")), CHOOSING)] == ["no"]
        assert engine.notices == (NO_SEED,)
        refuse(stub, "This model doesn't support tool use.")
        stub.add_response("converse", answer("well, no"), ANYTHING)
        assert [g.text for g in engine.generate(asked(named("b")), CHOOSING)] == ["well, no"]
    assert engine.notices == (NO_SEED, "the model keeps to no choices and no schema: responses are free text")


def test_a_schema_comes_back_as_json():
    schema = {"type": "object", "properties": {"v": {"type": "integer"}}, "required": ["v"]}
    with stubbed() as (engine, stub):
        refuse(stub, "outputConfig is not supported")
        call = {"toolUse": {"toolUseId": "t-1", "name": "respond", "input": {"v": 3}}}
        stub.add_response("converse", answer(call, stop="tool_use"))
        (generation,) = engine.generate(asked(named("a")), Sampling(schema=schema))
    assert (json.loads(generation.text), generation.finish_reason) == ({"v": 3}, "stop")


# --- the error table -------------------------------------------------------------------------------------------------

#: What AWS says, for each row of the table that a service answers with.
SAID = {
    ("AccessDeniedException", "access to the model"): "You don't have access to the model with the specified model ID.",
    ("ValidationException", "on-demand throughput"): "Invocation of model ID x with on-demand throughput isn't "
    "supported. Retry your request with the ID or ARN of an inference profile that contains this model.",
    ("ValidationException", "model identifier is invalid"): "The provided model identifier is invalid.",
    ("ValidationException", "operation not allowed"): "Operation not allowed",
    ("ThrottlingException", "per day"): "Too many tokens per day, please wait before trying again.",
}


@pytest.mark.parametrize(
    "case", [case for case in REFUSALS if case.code.endswith("Exception")], ids=lambda c: f"{c.code} {c.sign}"
)
def test_each_refusal_is_one_error_that_says_what_to_do(case):
    message = SAID.get((case.code, case.sign), f"it says {case.sign or 'no'}")
    with stubbed() as (engine, stub):
        refuse(stub, message, case.code)
        with pytest.raises(EngineError) as caught:
            list(engine.generate(asked(named("a")), SHORT))
    told = caught.value
    assert (told.what, told.do) == (f"{case.what} ({message})", case.do)
    assert told.where in {f"bedrock:{NOVA}", "prompt 'a' (line 3)"}


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (NoCredentialsError(), "no AWS credentials .*aws sso login"),
        (PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), "half of the AWS credentials"),
        (CredentialRetrievalError(provider="sso", error_msg="x"), "cannot be fetched"),
        (SSOTokenLoadError(error_msg="x"), "the AWS sign-in has expired"),
        (EndpointConnectionError(endpoint_url="http://x"), "no connection .*endpoint_url"),
        (ReadTimeoutError(endpoint_url="http://x"), "no answer in time .*timeout=SECONDS"),
        (OSError("disk"), r"Bedrock gave no response \(OSError: disk\)"),
    ],
)
def test_what_fails_on_this_machine_is_told_as_well(error, message):
    with pytest.raises(EngineError, match=message):
        raise bedrock_failure(error, model=NOVA, where=None)


def test_without_credentials_the_first_call_says_so(monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    with pytest.raises(EngineError, match="no AWS credentials"):
        list(open_engine(NOVA, {"concurrency": 3}).generate(asked(named("a"), named("b")), SHORT))


def test_the_page_shows_the_table():
    page = PAGE.read_text()
    for case in REFUSALS:
        assert f"| `{case.code}`" in page
        assert case.what in page


@pytest.mark.parametrize(
    ("options", "message"),
    [({"profile": "nobody"}, "no such AWS profile"), ({"region": "Mars!"}, "that is no AWS region")],
)
def test_a_profile_or_region_that_there_is_not_is_told_when_the_engine_is_opened(options, message):
    with pytest.raises(EngineError, match=message):
        open_engine(NOVA, options)


def test_the_region_of_the_environment_is_used():
    assert open_engine(NOVA, {}, environment={"AWS_REGION": "eu-north-1"}).versions["region"] == "eu-north-1"


def test_no_region_anywhere_is_told(monkeypatch):
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(EngineError, match=r"no AWS region .*region=us-east-1"):
        open_engine(NOVA, {})


@pytest.mark.parametrize(
    "options", [{"concurrency": 0}, {"timeout": "x"}, {"max_retries": -1}, {"additional_fields": 3}, {"dtype": "auto"}]
)
def test_an_option_without_sense_is_refused(options):
    with pytest.raises(UsageError, match=next(iter(options))):
        open_engine(NOVA, options)


def test_without_the_extra_the_error_names_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EngineError, match=r"boto3 is not installed; install rewardlab\[aws\]"):
        open_engine(NOVA, {})


@pytest.mark.parametrize(
    "model",
    [
        "amazon.nova-lite-v1:0",
        NOVA,
        "arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.amazon.nova-2-lite-v1:0",
        "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abcdefghijkl",
    ],
)
def test_a_model_id_may_hold_colons(model, tmp_path):
    assert parse_model(f"bedrock:{model}", folder=tmp_path) == ModelSpec("bedrock", model)


def test_an_arn_is_asked_in_its_own_region_unless_another_is_named():
    arn = "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0"
    assert open_engine(arn, {}).versions["region"] == "eu-central-1"
    assert open_engine(arn, {"region": "us-west-2"}).versions["region"] == "us-west-2"


# --- a real endpoint over HTTP ---------------------------------------------------------------------------------------


class Endpoint(ThreadingHTTPServer):
    """An endpoint whose `behave(body, count)` gives (status, answer) to the count-th request."""

    daemon_threads = True

    def __init__(self, behave):
        super().__init__(("127.0.0.1", 0), Handler)
        self.behave, self.paths, self.lock = behave, [], threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_):
        """Say nothing of a caller that has gone."""


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.lock:
            self.server.paths.append(self.path)
            count = len(self.server.paths)
        status, reply = self.server.behave(body, count)
        content = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.send_header("content-type", "application/json")
        if status >= 400:
            self.send_header("x-amzn-errortype", reply["code"])
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def serving(behave):
    with Endpoint(behave) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def engine_at(server, model=NOVA, **options):
    return open_engine(model, {"endpoint_url": server.url, **options})


def echo(body, _):
    return 200, answer(body["messages"][-1]["content"][0]["text"])


def test_every_generation_comes_once_over_http_whatever_the_ids_hold():
    prompts = [named(str(i), {"role": "user", "content": f"é☃ {i}"}) for i in range(20)]
    arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0"
    with serving(echo) as server:
        drawn = list(engine_at(server, arn).generate(asked(*prompts, indexes=(0, 1)), SHORT))
        assert {path.count(":") for path in server.paths} == {0}  # escaped into one part of the path
    expected = [(str(i), j, f"é☃ {i}") for i in range(20) for j in (0, 1)]
    assert sorted((g.prompt_id, g.index, g.text) for g in drawn) == sorted(expected)


def test_no_more_calls_are_in_flight_than_allowed_and_no_thread_is_left():
    flying, most = [], []

    def behave(body, count):
        flying.append(1)
        most.append(len(flying))
        time.sleep(0.02)
        flying.pop()
        return echo(body, count)

    with serving(behave) as server:
        list(engine_at(server, concurrency=3).generate(asked(*(named(str(i)) for i in range(20))), SHORT))
    assert 2 <= max(most) <= 3
    for thread in threading.enumerate():
        if thread.name == "rewardlab-bedrock":
            thread.join(5)
            assert not thread.is_alive()


def test_a_throttled_call_is_made_again():
    throttled = (429, {"code": "ThrottlingException", "message": "slow down"})
    with serving(lambda body, n: throttled if n == 1 else echo(body, n)) as server:
        drawn = list(engine_at(server).generate(asked(named("a")), SHORT))
        assert (len(drawn), len(server.paths)) == (1, 2)


def test_a_call_that_is_always_throttled_is_one_error():
    throttled = (429, {"code": "ThrottlingException", "message": "slow down"})
    with (
        serving(lambda body, n: throttled) as server,
        pytest.raises(EngineError, match=r"still throttled after all retries \(slow down\).*concurrency=N"),
    ):
        list(engine_at(server, max_retries=0).generate(asked(named("a")), SHORT))


def test_what_was_drawn_before_a_failure_is_given_out_first():
    denied = (403, {"code": "AccessDeniedException", "message": "not authorized to perform: bedrock:InvokeModel"})
    with serving(lambda body, n: echo(body, n) if n == 1 else denied) as server:
        stream = engine_at(server, concurrency=1).generate(asked(named("a"), named("b")), SHORT)
        assert next(stream).prompt_id == "a"
        with pytest.raises(EngineError, match=r"not allowed .*grant bedrock:InvokeModel"):
            next(stream)


def test_closing_the_stream_waits_for_nothing_and_asks_for_nothing_more():
    release = threading.Event()
    with serving(lambda body, n: echo(body, n) if n == 1 or release.wait(20) else None) as server:
        stream = engine_at(server, concurrency=2).generate(asked(*(named(str(i)) for i in range(9))), SHORT)
        next(stream)
        start = time.monotonic()
        stream.close()
        assert time.monotonic() - start < 5
        asked_so_far = len(server.paths)
        release.set()
        time.sleep(0.1)
        assert len(server.paths) <= asked_so_far + 2  # as many as go at once may have been on their way


@pytest.mark.parametrize("reply", [{}, {"output": {}}, {"output": {"message": {"role": "assistant"}}}])
def test_an_answer_without_a_message_is_an_error_not_an_empty_text(reply):
    with (
        serving(lambda body, n: (200, reply)) as server,
        pytest.raises(EngineError, match=r"the response holds no message|one and only one member"),
    ):
        list(engine_at(server).generate(asked(named("a")), SHORT))


def test_control_c_ends_at_once():
    program = (
        "import sys\nfrom rewardlab.engines.bedrock import open_engine\n"
        "from rewardlab.task import Prompt, Request, Sampling\n"
        "e = open_engine('m', {'endpoint_url': sys.argv[1]})\n"
        "p = Prompt('a', ({'role': 'user', 'content': 'x'},), None, {}, 1)\n"
        "list(e.generate([Request(p, (0, 1))], Sampling()))\n"
    )
    release, arrived = threading.Event(), threading.Event()

    def behave(body, count):
        arrived.set()
        release.wait(30)
        return echo(body, count)

    with (
        serving(behave) as server,
        subprocess.Popen([sys.executable, "-c", program, server.url], stderr=subprocess.PIPE) as process,
    ):
        assert arrived.wait(30)
        process.send_signal(signal.SIGINT)
        start = time.monotonic()
        _, printed = process.communicate(timeout=10)
        assert time.monotonic() - start < 8
        release.set()
    assert b"KeyboardInterrupt" in printed


@pytest.mark.parametrize(
    ("model", "sampling", "fields"),
    [
        (NOVA, {"top_k": 20}, {"inferenceConfig": {"topK": 20}}),
        ("anthropic.claude-sonnet-4", {"top_k": 20}, {"top_k": 20}),
        (NOVA, {"thinking": "low"}, {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}}),
        (NOVA, {"thinking": "on"}, {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "medium"}}),
        (NOVA, {"thinking": "off"}, None),
        ("openai.gpt-oss-120b-1:0", {"thinking": "high"}, {"reasoning_effort": "high"}),
        ("meta.llama3", {"thinking": "on", "thinking_if_known": True}, None),
    ],
)
def test_what_converse_has_no_word_for_is_among_the_models_own_fields(model, sampling, fields):
    body = body_of(named("p"), Sampling(**sampling), form_of(model, {}))
    assert body.get("additionalModelRequestFields") == fields


def test_filters_and_stops_go_into_the_inference_config():
    body = body_of(named("p"), Sampling(0.5, 16, top_p=0.9, stop=("###",)), form_of(NOVA, {}))
    assert body["inferenceConfig"] == {"maxTokens": 16, "temperature": 0.5, "topP": 0.9, "stopSequences": ["###"]}


def test_an_effort_of_the_engine_wins_and_an_unknown_on_is_refused():
    body = body_of(named("p"), Sampling(thinking="low"), form_of(NOVA, {"reasoning_effort": "medium"}))
    assert body["additionalModelRequestFields"]["reasoningConfig"]["maxReasoningEffort"] == "medium"
    with pytest.raises(EngineError, match="what --thinking on is to this model is not known"):
        body_of(named("p"), Sampling(thinking="on"), form_of("meta.llama3", {}))

"""A deployed function is invoked as a trainer invokes it, and every way in which it fails is told apart."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardlab.cloud.session import Access
from rewardlab.errors import RewardError, UsageError
from rewardlab.outcome import Outcome, Scored, Unscored
from rewardlab.platforms import PLATFORMS, Platform
from rewardlab.rewards.deployed.function import FunctionName, describe, function_named, hexadecimal, read_facts
from rewardlab.rewards.deployed.invocation import Tail, read_reply, read_tail
from rewardlab.rewards.deployed.scoring import DeployedPool, FunctionWorker, open_function
from rewardlab.rewards.isolation.reply import Answer
from rewardlab.task import Generation
from tests.aws.lambda_server import ARN, Function, deployed
from tests.rewards.conftest import prompt

pytestmark = pytest.mark.process

NAME = FunctionName("my-SageMaker-reward", None, "123456789012", "us-east-1", "aws")
SMTJ = PLATFORMS["smtj"]
EXACT = "def score(completion, reference):\n    return float(completion == reference)\n"
#: Fails on the word it is given, as a process and as code.
FAILING = """
import os, time
def lambda_handler(event, context):
    results = []
    for sample in event:
        text = sample["messages"][-1]["content"]
        if text == "raise":
            raise ValueError("no digits")
        if text == "exit":
            os._exit(3)
        if text == "hang":
            time.sleep(30)
        results.append({"id": sample["id"], "aggregate_reward_score": float(text == "42")})
    return results
"""
WATCHFUL = """
import time
def score(completion, reference):
    time.sleep(0.02)
    return 1.0
"""


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture
def function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Function]]:
    """Deploy code to the local Lambda; AWS's own variable tells everybody where it is."""
    monkeypatch.setattr("rewardlab.rewards.deployed.scoring.BACKOFF_SECONDS", 0.01)
    with_close = []

    def deploy(code: str, **options: int) -> Function:
        path = tmp_path / "deployed.py"
        path.write_text(code)
        made = Function(path, log=tmp_path / "lambda.log", **options)
        context = deployed(made)
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", context.__enter__())
        with_close.append(context)
        return made

    yield deploy
    for context in with_close:
        context.__exit__(None, None, None)


def score(texts: list[str], platform: Platform = SMTJ) -> tuple[list[Outcome], DeployedPool]:
    with DeployedPool(open_function(NAME, platform), NAME, platform) as pool:
        for index, text in enumerate(texts):
            pool.submit(prompt(), Generation("p", index, text, "stop"))
        pool.flush()
        found: dict[tuple[str, int], Outcome] = {}
        while outcomes := pool.wait():
            found |= dict(outcomes)
        return [found["p", index] for index in range(len(texts))], pool


def scores(outcomes: list[Outcome]) -> list[float | str]:
    return [outcome.score if isinstance(outcome, Scored) else outcome.reason for outcome in outcomes]


def worker(platform: Platform = SMTJ, **options: object) -> FunctionWorker:
    rng = np.random.default_rng(0)
    return FunctionWorker(open_function(NAME, platform), NAME, platform, rng=rng, wait=lambda _: None, **options)


def test_the_function_scores_as_the_reward_itself_would(function):
    function(EXACT)
    outcomes, pool = score(["42", "41", "42"])
    assert scores(outcomes) == [1.0, 0.0, 1.0]
    assert (pool.entry.kind, pool.traffic.invocations, pool.traffic.throttled) == ("lambda", 1, 0)


def test_batches_have_the_platforms_size_and_its_own_event(function):
    deployed_one = function(EXACT)
    score(["42"] * 5, replace(SMTJ, batch_size=2))
    assert sorted(len(event) for event in deployed_one.events) == [1, 2, 2]
    assert deployed_one.events[0][0].keys() >= {"id", "messages", "reference_answer"}


def test_no_more_run_at_once_than_the_platform_allows(function):
    deployed_one = function(WATCHFUL)
    score(["1"] * 12, replace(SMTJ, batch_size=1, concurrency=3))
    assert deployed_one.most_running <= 3
    assert len(deployed_one.events) == 12


def test_only_the_guilty_samples_of_a_batch_are_unscored(function):
    function(FAILING)
    outcomes, pool = score(["42", "raise", "41"])
    assert scores(outcomes) == [1.0, "raised", 0.0]
    assert outcomes[1].detail == "ValueError: no digits (deployed.py:8)"
    assert [failure.reason for failure in pool.lost] == ["raised"]


@pytest.mark.parametrize(
    ("word", "reason", "detail"),
    [("exit", "crashed", "Runtime.ExitError"), ("hang", "timed_out", "Task timed out after 1.00 seconds")],
)
def test_a_death_and_a_timeout_are_told_apart_with_the_logs_last_line(function, word, reason, detail):
    function(FAILING, timeout=1)
    reply = worker(repeats=0).invoke(event_of(word))
    assert isinstance(reply, Unscored)
    assert reply.reason == reason
    assert reply.detail.startswith(detail)
    assert reply.detail.endswith("last line of its log: scoring ...")


def test_a_failure_that_is_the_same_again_is_not_asked_a_third_time(function):
    deployed_one = function(FAILING)
    asked = worker()
    assert asked.invoke(event_of("raise")).reason == "raised"
    assert len(deployed_one.events) == 2


def test_failures_that_differ_are_repeated_as_often_as_the_trainer_does(function):
    deployed_one = function(EXACT)
    deployed_one.override = [("Unhandled", json.dumps({"errorType": "E", "errorMessage": str(n)})) for n in range(3)]
    assert isinstance(worker().invoke(event_of("42")), Answer)
    deployed_one.override = [("Unhandled", json.dumps({"errorType": "E", "errorMessage": str(n)})) for n in range(9)]
    assert worker().invoke(event_of("42")) == Unscored("raised", "E: 3", pytest.approx(0, abs=9))


def test_throttled_calls_are_counted_and_repeated(function):
    function(EXACT).throttle = 3
    outcomes, pool = score(["42"], replace(SMTJ, retries=3))
    assert scores(outcomes) == [1.0]
    assert (pool.traffic.throttled, pool.traffic.refused, pool.traffic.invocations) == (3, 0, 4)


def test_a_batch_throttled_after_the_last_retry_is_scored_all_the_same_and_told(function):
    function(EXACT).throttle = 2
    outcomes, pool = score(["42"], replace(SMTJ, retries=1))
    assert scores(outcomes) == [1.0]
    assert (pool.traffic.throttled, pool.traffic.refused) == (2, 1)


def test_a_function_that_is_always_throttled_ends_the_audit(function, monkeypatch):
    monkeypatch.setattr("rewardlab.rewards.deployed.scoring.THROTTLED_SECONDS", 0.05)
    function(EXACT).throttle = 1000
    with pytest.raises(RewardError, match=r"reserved concurrency is used up .*--reserved-concurrency"):
        worker().invoke(event_of("42"))


def test_a_batch_above_the_payload_is_split_beforehand(function):
    deployed_one = function(EXACT)
    outcomes, pool = score(["x" * 2_000_000] * 5 + ["42"])
    assert scores(outcomes) == [0.0] * 5 + [1.0]
    assert [len(event) for event in deployed_one.events] == [3, 3]
    assert pool.traffic.split == 1


def test_a_sample_above_the_payload_is_not_sent(function):
    deployed_one = function(EXACT)
    outcomes, _ = score(["x" * (7 << 20)])
    assert outcomes[0].detail == "RL205 the event is too large (7.0 MB, limit 6 MB)"
    assert deployed_one.events == []


def test_code_that_cannot_be_loaded_ends_the_audit_as_a_local_file_does(function):
    error = {"errorType": "Runtime.ImportModuleError", "errorMessage": "No module named 'sympy'"}
    function(EXACT).override = [("Unhandled", json.dumps(error))]
    with pytest.raises(RewardError, match=r"cannot be loaded .*No module named 'sympy'.*; deploy it again"):
        score(["42"])


def test_a_function_that_may_not_be_invoked_is_told_before_anything_is_scored(function):
    message = "User: arn:aws:iam::1:user/me is not authorized to perform: lambda:InvokeFunction on resource: " + ARN
    function(EXACT).refuse["invoke"] = (403, "AccessDeniedException", message)
    with pytest.raises(RewardError, match=f"not allowed .*administrator for lambda:InvokeFunction on {ARN}"):
        score(["42"])


def test_the_facts_of_a_function_are_read_where_they_may_be(function):
    deployed_one = function(EXACT)
    facts = describe(NAME)
    assert facts is not None
    assert (facts.arn, facts.timeout, facts.version) == (ARN, 20, "$LATEST")
    deployed_one.refuse["configuration"] = (403, "AccessDeniedException", "not authorized")
    assert describe(NAME) is None


@pytest.mark.parametrize(
    "changed",
    [{"MemorySize": 1024}, {"Timeout": 9}, {"Environment": {"Variables": {"A": "1"}}}, {"Layers": [{"Arn": "l:1"}]}],
)
def test_what_beside_the_code_makes_the_scores_is_part_of_a_functions_identity(function, changed):
    facts = function(EXACT).configuration()
    assert read_facts(facts) == read_facts({**facts, "Description": "mine"})
    assert read_facts(facts).configured != read_facts({**facts, **changed}).configured


def test_a_missing_function_is_an_error(function):
    function(EXACT).refuse["configuration"] = (404, "ResourceNotFoundException", "Function not found")
    with pytest.raises(RewardError, match="no such function"):
        describe(NAME, access=Access(region="us-east-1"))


def test_killing_a_worker_ends_its_waiting(function):
    function(FAILING, timeout=1)
    asked = worker()
    threading.Timer(0.2, asked.kill).start()
    assert asked.invoke(event_of("hang")) == Unscored("crashed", "stopped", 0.0)


@pytest.mark.parametrize(
    ("text", "called"),
    [
        (
            "arn:aws:lambda:eu-west-1:123456789012:function:f",
            {"FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:f"},
        ),
        (
            "lambda:arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:f:live",
            {"FunctionName": "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:f", "Qualifier": "live"},
        ),
        ("lambda:f", {"FunctionName": "f"}),
        ("lambda:f:$LATEST", {"FunctionName": "f", "Qualifier": "$LATEST"}),
        ("123456789012:function:f:7", {"FunctionName": "123456789012:function:f", "Qualifier": "7"}),
    ],
)
def test_a_function_is_named_in_every_form_of_aws(text, called):
    assert function_named(Path(text)).called == called


@pytest.mark.parametrize("text", ["reward.py", "rewards/arn.py", "lambda.py", "lambda_reward"])
def test_a_files_name_is_no_functions(text):
    assert function_named(text) is None


@pytest.mark.parametrize(
    "text",
    ["lambda:", "arn:aws:s3:::bucket", "lambda:f:a:b", "lambda:" + "f" * 65, "arn:aws:lambda:us-east-1:12:function:f"],
)
def test_what_names_no_function_is_refused(text):
    with pytest.raises(UsageError, match="names no Lambda function"):
        function_named(text)


def test_lambdas_digest_is_written_as_sha256sum_writes_it():
    # echo -n | sha256sum; the same in base64 is what Lambda answers for an empty zip
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert hexadecimal("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=") == empty
    assert hexadecimal(empty) == empty


def test_a_log_tells_cold_start_memory_and_last_words():
    report = "REPORT RequestId: 1\tMax Memory Used: 71 MB\tInit Duration: 250.5 ms"
    log = f"START RequestId: 1\nloading\nTraceback of mine\nEND RequestId: 1\n{report}"
    assert read_tail(base64.b64encode(log.encode()).decode()) == Tail(0.2505, 71, "Traceback of mine")
    assert read_tail("not base64!") == read_tail(None) == Tail()


@given(st.binary(max_size=200), st.sampled_from([None, "Handled", "Unhandled"]))
def test_any_payload_is_an_answer_or_a_reason(payload, error):
    reply = read_reply(payload, error=error, tail=Tail(), seconds=1.0, where="f")
    assert isinstance(reply, Answer | Unscored)
    if error:
        assert isinstance(reply, Unscored)


@settings(max_examples=30)
@given(st.text(max_size=50))
def test_any_log_is_read(text):
    assert isinstance(read_tail(text), Tail)
    assert isinstance(read_tail(base64.b64encode(text.encode()).decode()), Tail)


def event_of(text: str) -> bytes:
    turns = [{"role": "user", "content": "6*7"}, {"role": "assistant", "content": text}]
    return json.dumps([{"id": "p:0", "messages": turns, "reference_answer": "42"}]).encode()

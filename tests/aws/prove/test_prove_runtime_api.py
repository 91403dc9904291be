"""The local Runtime API answers as the service does, whatever is posted to it."""

from __future__ import annotations

import http.client
import json
import queue

import pytest
from hypothesis import given, strategies

from rewardlab.aws.prove.runtime_api import (
    RESPONSE_BYTES,
    Errored,
    Invocation,
    Oversized,
    Ready,
    Responded,
    RuntimeApi,
    _errored,
)

NEXT = "/2018-06-01/runtime/invocation/next"
GIVEN = Invocation("id-1", b'["event"]', 1_700_000_000_000, "arn:aws:lambda:us-east-1:0:function:f")


@pytest.fixture
def api():
    made = RuntimeApi()
    yield made
    made.close()


def said(api, method, path, body=None):
    """The status, the headers and the body of one request."""
    connection = http.client.HTTPConnection(api.address, timeout=5)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def posted(api, path, body=b"1"):
    return said(api, "POST", f"/2018-06-01/runtime/{path}", body)[0]


def test_an_event_comes_with_lambdas_headers(api):
    api.offer(GIVEN)
    status, headers, body = said(api, "GET", NEXT)
    assert (status, body) == (200, b'["event"]')
    told = {name: value for name, value in headers.items() if name.startswith("Lambda-Runtime-")}
    assert told.pop("Lambda-Runtime-Trace-Id").startswith("Root=1-")
    assert told == {
        "Lambda-Runtime-Aws-Request-Id": "id-1",
        "Lambda-Runtime-Deadline-Ms": "1700000000000",
        "Lambda-Runtime-Invoked-Function-Arn": GIVEN.function_arn,
    }
    assert api.heard(1) == Ready()


def test_an_invocation_is_answered_once_and_by_its_own_id(api):
    api.offer(GIVEN)
    assert posted(api, "invocation/id-2/response") == 400
    assert posted(api, "invocation/id-1/response", b"[2]") == 202
    assert posted(api, "invocation/id-1/response") == 400
    assert api.heard(1) == Responded(b"[2]")
    with pytest.raises(queue.Empty):
        api.heard(0)


def test_errors_are_told_apart(api):
    api.offer(GIVEN)
    error = json.dumps({"errorType": "KeyError", "errorMessage": "'x'", "stackTrace": []}).encode()
    assert posted(api, "invocation/id-1/error", error) == 202
    assert posted(api, "init/error", error) == 202
    assert (api.heard(1), api.heard(1)) == (Errored("KeyError", "'x'"), Errored("KeyError", "'x'", during_init=True))


def test_a_response_that_is_too_large_is_refused(api):
    api.offer(GIVEN)
    assert posted(api, "invocation/id-1/response", b"x" * (RESPONSE_BYTES + 1)) == 413
    assert api.heard(1) == Oversized(RESPONSE_BYTES + 1)


def test_other_paths_are_unknown(api):
    assert said(api, "GET", "/2018-06-01/runtime/restore/next")[0] == 404
    assert posted(api, "exit") == 404


@given(strategies.binary(max_size=60) | strategies.recursive(
    strategies.none() | strategies.text(max_size=5) | strategies.integers(),
    lambda inner: strategies.lists(inner) | strategies.dictionaries(strategies.sampled_from(["errorType", "x"]), inner),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_whatever_a_function_posts_as_its_error_is_a_type_and_a_message(body):
    found = _errored(body)
    assert found.kind
    assert isinstance(found.message, str)

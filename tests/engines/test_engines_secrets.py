"""A key is shown nowhere, and goes to the address that the user named and to no other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rewardlab.engines.openai import open_engine
from rewardlab.errors import EngineError, UsageError
from rewardlab.settings.secrets import without_secrets
from rewardlab.task import Prompt, Request, Sampling
from tests.engines.server import completion, refuse, serving

pytestmark = pytest.mark.process

KEY = "sk-very-secret-1234"
A = Prompt("a", ({"role": "user", "content": "12+30"},), None, {}, 3)
KEEP = Sampling(max_tokens=16, reasoning="keep")


def drawn(url, **options):
    engine = open_engine("inside", {"base_url": url, "api_key": KEY, "max_retries": 0, **options}, environment={})
    return list(engine.generate([Request(A, (0,))], KEEP)), engine.notices


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_a_key_that_a_refusal_echoes_is_stars(status):
    with (
        serving(lambda body, n: refuse(status, f"Incorrect API key provided: {KEY}.")) as server,
        pytest.raises(EngineError, match=r"\*\*\*") as caught,
    ):
        drawn(server.url)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("answer", [f"hello {KEY}".encode(), json.dumps({"key": KEY}).encode()])
def test_a_key_in_an_answer_without_a_completion_is_stars(answer):
    kind = {"content-type": "text/html" if answer.startswith(b"h") else "application/json"}
    with (
        serving(lambda body, n: (200, answer, kind)) as server,
        pytest.raises(EngineError, match=r"\*\*\*") as caught,
    ):
        drawn(server.url)
    assert KEY not in str(caught.value)


def test_a_key_in_what_is_scored_and_stored_is_stars():
    call = {"function": {"name": KEY, "arguments": {"key": KEY}}, "id": KEY}

    def behave(body, _):
        message = {"content": f"my key is {KEY}", "reasoning": KEY, "tool_calls": [call]}
        return 200, {"choices": [{"index": 0, "message": message, "finish_reason": KEY}]}, {}

    models = {"data": [{"id": KEY, "root": KEY}]}
    with serving(behave, models) as server:
        (one,), notices = drawn(server.url)
    assert KEY not in repr((one, notices))
    assert "my key is ***" in one.text


def test_the_models_that_a_server_lists_hold_no_key():
    models = {"data": [{"id": f"{KEY}-model"}]}
    with (
        serving(lambda body, n: refuse(404, "no such model"), models) as server,
        pytest.raises(EngineError, match=r"expected one of '\*\*\*-model'"),
    ):
        drawn(server.url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_told(status):
    with serving(lambda body, n: completion(body)) as other:
        moved = {"location": f"{other.url}/chat/completions"}
        with (
            serving(lambda body, n: (status, {}, moved)) as server,
            pytest.raises(EngineError, match=r"the server redirects .*to the address that was named") as caught,
        ):
            drawn(server.url)
        assert other.url in str(caught.value)
        assert (other.bodies, other.keys) == ([], set())


def test_the_key_goes_to_every_server_that_was_named():
    with serving(lambda body, n: completion(body)) as one, serving(lambda body, n: completion(body)) as other:
        engine = open_engine("m", {"base_url": [one.url, other.url], "api_key": KEY}, environment={})
        requests = [Request(Prompt(str(i), A.messages, None, {}, i), (0,)) for i in range(8)]
        assert len(list(engine.generate(requests, KEEP))) == 8
    assert one.keys | other.keys == {f"Bearer {KEY}"}


@pytest.mark.parametrize("key", ["k\u00e9y", "two\nlines", "\x00", "\ud800"])
def test_a_key_that_no_header_can_hold_is_refused_without_showing_it(key):
    with pytest.raises(UsageError, match="printable ASCII") as caught:
        open_engine("m", {"api_key": key}, environment={})
    assert key not in str(caught.value)


def test_the_end_of_a_line_after_a_key_is_no_part_of_it():
    with serving(lambda body, n: completion(body)) as server:
        drawn(server.url, api_key=f"{KEY}\n")
    assert server.keys == {f"Bearer {KEY}"}


def test_a_run_keeps_neither_key_nor_password(tmp_path, run, task_of):
    task = task_of([[1]] * 2)
    with serving(lambda body, n: completion(body, content=f"{KEY} 1")) as server:
        url = server.url.replace("://", f"://me:{KEY}@")
        options = ("--engine-option", f"base_url={url}", "--engine-option", f"api_key={KEY}")
        code, out, err = run("sample", task["prompts"], "--model", "openai:m", "-n", "1", "--out", "run", *options)
    assert code == 0
    assert KEY not in out + err
    for path in Path("run").rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


def test_a_password_in_a_url_is_no_setting():
    given = {"base_url": "http://me:pw@a/v1,http://b/v1,https://you@c", "more": [{"url": "http://x:y@z"}], "n": 1}
    kept = {"base_url": "http://a/v1,http://b/v1,https://c", "more": [{"url": "http://z"}], "n": 1}
    assert without_secrets(given) == kept

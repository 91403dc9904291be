"""One clear error out of what a library raises or a server answers."""

from __future__ import annotations

import re
from typing import ClassVar

import pytest

from rewardlab.engines.bedrock_errors import bedrock_failure
from rewardlab.engines.failure import model_failure, server_failure, too_long
from rewardlab.errors import TooLongError


def raised(outer, inner, *, explicit=True):
    """`outer` as it is caught when it was raised because of `inner`."""
    try:
        try:
            raise inner
        except type(inner) as error:
            if explicit:
                raise outer from error
            raise outer  # noqa: B904 - the implicit context is what is tested
    except type(outer) as error:
        return error


@pytest.mark.engine
def test_out_of_memory_is_found_behind_the_error_that_wraps_it():
    import torch

    memory = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has 1 GiB.")
    error = model_failure(raised(RuntimeError("Engine core initialization failed."), memory), "vllm:m")
    assert str(error).startswith("vllm:m: out of memory (CUDA out of memory. Tried to allocate 2.00 GiB.")
    assert "batch_size" in str(error)


def test_out_of_memory_is_found_in_an_implicit_context():
    error = model_failure(
        raised(RuntimeError("failed"), MemoryError("not enough memory: 8 GB"), explicit=False), "vllm:m"
    )
    assert "out of memory (not enough memory: 8 GB)" in str(error)


def test_vllms_words_for_a_full_device_are_out_of_memory():
    error = model_failure(ValueError("Free memory on device (3/80 GiB) on startup is less than desired"), "vllm:m")
    assert "out of memory (Free memory on device" in str(error)


def test_anything_else_is_told_in_its_first_lines():
    error = model_failure(ValueError("\n  bad shape\n\n  in layer 3\n  a stack\n"), "vllm:m")
    assert str(error) == "vllm:m: the model could not be run (bad shape in layer 3); see rewardlab doctor"


def test_an_error_without_words_is_told_by_its_type():
    assert "(KeyError)" in str(model_failure(KeyError(), "vllm:m"))


def test_a_chain_that_bites_its_tail_ends():
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    assert "(first)" in str(model_failure(first, "vllm:m"))


def refusal(status, message="words", models=()):
    return str(
        server_failure(status, message, url="http://h/v1", model="m", where="prompt 'a' (line 3)", models=models)
    )


@pytest.mark.parametrize(
    ("status", "message", "expected"),
    [
        (None, "Connection refused", "http://h/v1: no answer .Connection refused.; .*OPENAI_BASE_URL"),
        (401, "bad key", "http://h/v1: the server refuses the key .*OPENAI_API_KEY"),
        (403, "no", "the server refuses the key"),
        (404, "no", "not found .*often ends in /v1"),
        (429, "slow down", "still answers 429 after all retries .slow down.*concurrency"),
        (503, "busy", "still answers 503 after all retries"),
        (400, "maximum context length is 64", r"prompt 'a' \(line 3\): too long .*--max-tokens"),
        (400, "temperature must be 1", r"prompt 'a' \(line 3\): the server refuses the request \(400: temperature"),
    ],
)
def test_a_servers_answer_says_where_and_what_to_do(status, message, expected):
    assert re.search(expected, refusal(status, message))


def test_an_unknown_model_is_told_with_those_the_server_has():
    assert refusal(404, models=("a", "b")) == "http://h/v1: the server has no model 'm'; expected one of 'a', 'b'"


def test_a_path_that_is_not_found_is_no_unknown_model():
    assert "often ends in /v1" in refusal(404, models=("m",))


def test_only_words_about_length_mean_too_long():
    assert too_long("This model's maximum context length is 64 tokens")
    assert too_long("max_tokens=512 cannot be greater than max_model_len=64")
    assert not too_long("n must be 1 when using greedy sampling, got 3.")


def test_a_prompt_that_does_not_fit_is_told_apart_and_named():
    """Whoever asks many questions leaves out the one and goes on."""

    class ValidationException(Exception):  # noqa: N818 - as botocore names it
        response: ClassVar = {"Error": {"Code": "ValidationException", "Message": "Input is too long for the model."}}

    where = "prompt 'ab12' (line 1)"
    server = server_failure(
        400, "maximum context length is 10 tokens", url="http://x", model="m", where=where, models=()
    )
    for error in (server, bedrock_failure(ValidationException(), model="m", where=where)):
        assert isinstance(error, TooLongError)
        assert error.where == where
    other = server_failure(400, "no such field", url="http://x", model="m", where=where, models=())
    assert not isinstance(other, TooLongError)

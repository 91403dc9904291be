"""Turns the errors of model libraries and servers into clear EngineErrors with remedies."""

from __future__ import annotations

from collections.abc import Sequence

from rewardlab.errors import EngineError, TooLongError

OUT_OF_MEMORY = (
    "out of memory",
    "no available memory for the cache blocks",
    "not enough memory",
    "free memory on device",
)

NO_SERVER = "start the server, or name another with OPENAI_BASE_URL or --engine-option base_url=URL"
NO_KEY = "set OPENAI_API_KEY, or give --engine-option api_key=KEY"
#: Words in the refusals of a prompt that is too long, from OpenAI, vLLM, llama.cpp and gateways.
TOO_LONG = ("context", "length", "max_model_len", "too long", "too many tokens")


def model_failure(error: BaseException, where: str) -> EngineError:
    """The EngineError for `error`; out of memory is recognised by its text and has its own remedy.

    Libraries wrap errors in others, so the texts of the whole chain are searched.
    """
    chain = [error]
    while (inner := chain[-1].__cause__ or chain[-1].__context__) is not None and inner not in chain:
        chain.append(inner)
    texts = [str(link).strip() or type(link).__name__ for link in chain]
    for text in texts:
        if any(sign in text.lower() for sign in OUT_OF_MEMORY):
            return EngineError(
                f"out of memory ({_first_line(text)})",
                where=where,
                do="use a smaller model or dtype, more GPUs (--engine-option tensor_parallel_size=2), a shorter window "
                "(--engine-option max_model_len=4096), fewer sequences at once (transformers: --engine-option "
                "batch_size=8), or stop what else uses the device",
            )
    return EngineError(f"the model could not be run ({_first_line(texts[0])})", where=where, do="see rewardlab doctor")


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines[:2])[:300] if lines else text


def server_failure(
    status: int | None, message: str, *, url: str, model: str, where: str, models: Sequence[str]
) -> EngineError:
    """The EngineError for a server that gave no completion.

    Arguments: `status` is the last HTTP status, None if there was no answer; `where` names the prompt; `models` are the
    models that the server lists, if any.
    """
    said = _first_line(message)
    expected = do = None
    if status is not None and 300 <= status < 400:
        what, where = f"the server redirects ({said}): a key goes to the address that was named, and to no other", url
        do = "name that address, if it is the one you mean, with OPENAI_BASE_URL or --engine-option base_url=URL"
    elif status is None:
        what, where, do = f"no answer ({said})", url, NO_SERVER
    elif status in (401, 403):
        what, where, do = f"the server refuses the key ({said})", url, NO_KEY
    elif status == 404 and models and model not in models:
        what, where = f"the server has no model {model!r}", url
        expected = "one of " + ", ".join(map(repr, models[:20]))
    elif status == 404:
        what, where, do = f"not found ({said})", url, "check the model's name, and the URL: it often ends in /v1"
    elif status == 429 or status >= 500:
        what, where = f"the server still answers {status} after all retries ({said})", url
        do = "run again later, the run directory resumes; or lower --engine-option concurrency=N"
    elif too_long(message):
        do = "shorten or delete the prompt, or lower --max-tokens"
        return TooLongError(f"too long for the model's context ({said})", where=where, do=do)
    else:
        what = f"the server refuses the request ({status}: {said})"
    return EngineError(what, where=where, expected=expected, do=do)


def too_long(message: str) -> bool:
    """Whether a server's refusal is about the length of the context."""
    return any(sign in message.lower() for sign in TOO_LONG)

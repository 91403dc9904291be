"""Any server that speaks OpenAI's chat completions: vLLM, SGLang, llama.cpp, a gateway, OpenAI itself.

Options (`--engine-option NAME=VALUE`, `[engine]` in rewardlab.toml): `base_url` (OPENAI_BASE_URL), `api_key`
(OPENAI_API_KEY), `concurrency` (requests in flight; 32), `timeout` (seconds for one; 600), `max_retries` (8, with the
openai package's backoff), `extra_body` (a table that goes into each request as it is).
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import openai

from rewardlab.engines import check_options, count_option, runs_of, table_option, told_apart
from rewardlab.engines.failure import NO_KEY, NO_SERVER, server_failure, too_long
from rewardlab.engines.ladder import FREE, Ladder, Rung, odds_of, text_of
from rewardlab.errors import EngineError
from rewardlab.task import Generation, Json, Request, Sampling

Body: TypeAlias = dict[str, Json]
Put: TypeAlias = Callable[[Generation], None]

OPTIONS = ("base_url", "api_key", "concurrency", "timeout", "max_retries", "extra_body")
DEFAULT_URL = "https://api.openai.com/v1"
#: Servers that fill in a model's own filters and penalties, which no rollout has, unless they are told not to.
FILTERING = ("vllm", "sglang")
#: What is asked for a first token's alternatives; servers refuse more than MOST_LOGPROBS.
LOGPROBS = ("logprobs", "top_logprobs")
MOST_LOGPROBS = 20
#: Asks vLLM's and SGLang's servers for each choice's `token_ids`; others ignore or refuse it.
TOKEN_IDS = "return_token_ids"  # noqa: S105 - a parameter's name
#: What a server may refuse and be asked without, with what a person is told then.
DISPENSABLE = {
    "seed": "the server takes no seed: what it uses instead is its own choice",
    "top_p": "the server takes no top_p: what it uses instead is its own choice",
    TOKEN_IDS: "the server gives no token ids",
}
NO_FILTERS: Mapping[str, Json] = {"top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0}


@dataclass(frozen=True, slots=True)
class Server:
    """Which model is asked where, and how: the engine's options, read."""

    model: str
    url: str
    key: str
    concurrency: int
    timeout: int
    max_retries: int
    extra: Mapping[str, Json]

    @property
    def shown(self) -> str:
        """The URL without a user's name and password."""
        parts = urlsplit(self.url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    def client(self) -> openai.AsyncOpenAI:
        """A client for one event loop. A connection that is not made in ten seconds counts as timed out."""
        timeout = openai.Timeout(self.timeout, connect=min(self.timeout, 10))
        return openai.AsyncOpenAI(api_key=self.key, base_url=self.url, timeout=timeout, max_retries=self.max_retries)


#: Where servers with a parser of reasoning put the thought: vLLM 0.32 in the first, older ones in the second.
APART = ("reasoning", "reasoning_content")


@dataclass(slots=True)
class Dialect:
    """What the server takes: learnt from its answers, and kept."""

    several: bool = True
    limit: str = "max_tokens"
    fixed: Body = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    served: list[str] = field(default_factory=list)
    ladder: Ladder = field(default_factory=Ladder)
    notices: dict[str, None] = field(default_factory=dict)

    def learn(self, sent: Body, refusal: str, rung: Rung) -> bool:
        """Whether a refusal tells how to ask again."""
        if "logprobs" in refusal and "logprobs" in sent:
            return self.without_logprobs()
        if self.ladder.descend(rung, refusal):
            return True
        if too_long(refusal):
            return False
        if "max_completion_tokens" in refusal and "max_tokens" in sent:
            self.limit = "max_completion_tokens"
            return True
        for name, notice in DISPENSABLE.items():
            if name in refusal and name in sent:
                self.dropped.add(name)
                self.notices[notice] = None
                return True
        return sent.get("n", 1) > 1 and self.one_by_one()

    def without_logprobs(self) -> bool:
        """Ask for no log-probabilities from now on."""
        self.dropped.update(LOGPROBS)
        self.notices["the server gives no log-probabilities: how likely a first token was stays unknown"] = None
        return True

    def rung(self, sampling: Sampling) -> Rung:
        """How to ask for the choices or the schema, the best way that the server takes."""
        rung = self.ladder.rung(sampling)
        if rung is FREE and (sampling.choices or sampling.schema is not None):
            self.notices["the server keeps to no choices and no schema: responses are free text"] = None
        return rung

    def one_by_one(self) -> bool:
        """Ask for one generation at a time from now on."""
        self.several = False
        self.notices["the server gives one generation a request: each is asked for on its own"] = None
        return True


class OpenaiEngine:
    """A model behind a server. One request asks for a prompt's missing generations where the server takes `n`."""

    def __init__(self, server: Server):
        self._server = server
        self._dialect = Dialect()

    @property
    def versions(self) -> Mapping[str, str]:
        return {"openai": openai.__version__, "server": self._server.shown}

    @property
    def notices(self) -> Sequence[str]:
        return tuple(self._dialect.notices)

    def generate(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Generation]:
        """Yield each generation as soon as the response that holds it arrives.

        Raises: EngineError when there is no server, when it refuses, and when its retries are used up.
        """
        results: queue.SimpleQueue[Generation | None] = queue.SimpleQueue()
        loop = asyncio.new_event_loop()
        task = loop.create_task(_Round(self._server, self._dialect, sampling, results.put).run(requests))
        thread = threading.Thread(target=_serve, args=(loop, task, results), name="rewardlab-openai")
        thread.start()
        try:
            yield from iter(results.get, None)
        finally:
            loop.call_soon_threadsafe(task.cancel)
            thread.join()
            loop.close()
        task.result()

    def close(self) -> None:
        """Nothing is held open between rounds."""


def _serve(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None], results: queue.SimpleQueue[Any]) -> None:
    """Run `task` to its end in this thread; how it ended stays in the task."""
    try:
        loop.run_until_complete(asyncio.wait([task]))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        results.put(None)


class _Round:
    """One call of `generate`, inside its event loop."""

    def __init__(self, server: Server, dialect: Dialect, sampling: Sampling, put: Put):
        self._server = server
        self._dialect = dialect
        self._sampling = sampling
        self._put = put
        self._gate = asyncio.Semaphore(server.concurrency)
        self._client = server.client()

    async def run(self, requests: Sequence[Request]) -> None:
        async with self._client:
            await self._meet()
            try:
                async with asyncio.TaskGroup() as group:
                    for request in requests:
                        for indexes in runs_of(request.indexes):
                            group.create_task(self._draw(group, request, indexes))
            except BaseExceptionGroup as failures:
                first = failures.exceptions[0]
                raise first from first.__cause__

    async def _meet(self) -> None:
        """Ask who is there: a server that is down is told at once, not after all retries."""
        try:
            answer = await self._client.with_options(max_retries=1, timeout=10).get("/models", cast_to=object)
        except (openai.APIStatusError, openai.APITimeoutError, ValueError):
            return
        except openai.APIConnectionError as error:
            raise self._failure(error, self._server.shown) from error
        listed = answer.get("data") if isinstance(answer, dict) else None
        models = [model for model in listed or () if isinstance(model, dict)]
        self._dialect.served = [str(model.get("id")) for model in models]
        self._dialect.ladder.vllm = any(model.get("owned_by") == "vllm" for model in models)
        if any(model.get("owned_by") in FILTERING for model in models):
            self._dialect.fixed = dict(NO_FILTERS)

    async def _draw(self, group: asyncio.TaskGroup, request: Request, indexes: Sequence[int]) -> None:
        """Draw `indexes`; those that the server does not give in one request get a request of their own."""
        async with self._gate:  # what is learnt while this one waits holds for it too
            split = len(indexes) > 1 and not self._dialect.several
            answer, rung = (None, FREE) if split else await self._ask(request, indexes)
        found = self._read(answer, request, indexes, rung)
        for generation in found:
            self._put(generation)
        if not found and len(indexes) == 1:
            raise EngineError(
                f"the server's answer holds no completion ({str(answer)[:200]})",
                where=self._server.shown,
                do="check the URL: it often ends in /v1",
            )
        if len(found) < len(indexes):
            self._dialect.one_by_one()
        for index in indexes[len(found) :]:
            group.create_task(self._draw(group, request, (index,)))

    async def _ask(self, request: Request, indexes: Sequence[int]) -> tuple[Json, Rung]:
        """The server's answer to one request and how it was asked; None when it refuses to be asked for several."""
        while True:
            rung = self._dialect.rung(self._sampling)
            body = self._body(request, indexes, rung)
            try:
                answer = await self._client.post("/chat/completions", cast_to=object, body=body)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if self._dialect.learn(body, _said(error), rung):
                    if len(indexes) > 1 and not self._dialect.several:
                        return None, rung
                    if self._body(request, indexes, self._dialect.rung(self._sampling)) != body:
                        continue
                raise self._failure(error, _where(request)) from error
            except openai.APIError as error:
                raise self._failure(error, _where(request)) from error
            except ValueError:  # JSON by its header, not by its text
                return "no JSON", rung
            whole = [one for one in self._read(answer, request, indexes, rung) if one.finish_reason == "stop"]
            if not self._dialect.ladder.ignored(rung, self._sampling, [one.text for one in whole]):
                return answer, rung

    def _body(self, request: Request, indexes: Sequence[int], rung: Rung) -> Body:
        body = {
            "model": self._server.model,
            "messages": [dict(message) for message in request.prompt.messages],
            "temperature": self._sampling.temperature,
            "top_p": 1.0,
            "seed": self._sampling.seed_of(request.prompt.id) + indexes[0],
            self._dialect.limit: self._sampling.max_tokens,
        }
        if len(indexes) > 1:
            body["n"] = len(indexes)
        if tools := request.prompt.row.get("tools"):
            body["tools"] = tools
        if self._sampling.logprobs:
            body |= dict(zip(LOGPROBS, (True, min(self._sampling.logprobs, MOST_LOGPROBS)), strict=True))
        if self._sampling.token_ids:
            body[TOKEN_IDS] = True
        body |= {**self._dialect.fixed, **rung.body}
        return {name: value for name, value in body.items() if name not in self._dialect.dropped} | {
            **self._server.extra
        }

    def _read(self, answer: Json, request: Request, indexes: Sequence[int], rung: Rung) -> list[Generation]:
        """The generations in `answer`, in its order: as many as it has, and no more than `indexes`."""
        fields = _table(answer)
        # A choice without a message, or one that ended in an error, is a failure: never an empty text.
        listed = fields.get("choices")
        choices = [one for one in listed if _is_completion(one)][: len(indexes)] if isinstance(listed, list) else []
        usage = _table(fields.get("usage"))
        if any(choice["message"].get(name) for choice in choices for name in APART):
            self._dialect.notices[told_apart(self._server.model)] = None
        return [
            Generation(
                request.prompt.id,
                index,
                text_of(rung, _text(choice["message"].get("content"))),
                choice.get("finish_reason"),
                usage.get("prompt_tokens"),
                usage.get("completion_tokens") if len(choices) == 1 else None,
                odds_of(rung, choice.get("logprobs"), self._sampling.logprobs),
                _ids(choice.get("token_ids")) if self._sampling.token_ids else None,
            )
            for index, choice in zip(indexes, choices, strict=False)
        ]

    def _failure(self, error: openai.APIError, where: str) -> EngineError:
        return server_failure(
            error.status_code if isinstance(error, openai.APIStatusError) else None,
            _said(error),
            url=self._server.shown,
            model=self._server.model,
            where=where,
            models=self._dialect.served,
        )


def _where(request: Request) -> str:
    return f"prompt {request.prompt.id!r} (line {request.prompt.line})"


def _table(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _is_completion(choice: Json) -> bool:
    fields = _table(choice)
    return isinstance(fields.get("message"), dict) and fields.get("finish_reason") != "error"


def _ids(listed: Json) -> tuple[int, ...] | None:
    """A choice's token ids; None from a server that gives none."""
    if not isinstance(listed, list) or not all(type(one) is int and 0 <= one < 2**31 for one in listed):
        return None
    return tuple(listed)


def _said(error: openai.APIError) -> str:
    """What the server said of it, or why there was none."""
    if isinstance(error.body, dict) and isinstance(error.body.get("message"), str):
        return str(error.body["message"])
    return f"{error.message} {error.__cause__ or ''}".strip()


def _text(content: Json) -> str:
    """A message's text: nothing (a refusal, a call of a tool), a string, or parts of which some are text.

    Half a surrogate pair, which JSON can hold and a file cannot, becomes a question mark.
    """
    if isinstance(content, list):
        content = "".join(str(part["text"]) for part in content if isinstance(part, dict) and "text" in part)
    return content.encode(errors="replace").decode() if isinstance(content, str) else ""


def open_engine(model: str, options: Mapping[str, Any], *, environment: Mapping[str, str] = os.environ) -> OpenaiEngine:
    """Read the options; the server is first spoken to when something is to be generated.

    Raises: EngineError when there is neither a key nor a server that may need none; UsageError for an option that
    there is not, or that has no sense.
    """
    check_options(options, OPTIONS, engine="openai")
    url = options.get("base_url") or environment.get("OPENAI_BASE_URL")
    key = options.get("api_key") or environment.get("OPENAI_API_KEY") or ("EMPTY" if url else None)
    if key is None:
        raise EngineError("no key, and no server of your own", where=f"openai:{model}", do=f"{NO_KEY}; or {NO_SERVER}")
    return OpenaiEngine(
        Server(
            model=model,
            url=str(url or DEFAULT_URL),
            key=str(key),
            concurrency=count_option(options, "concurrency", 32),
            timeout=count_option(options, "timeout", 600),
            max_retries=count_option(options, "max_retries", 8, least=0),
            extra=table_option(options, "extra_body"),
        )
    )

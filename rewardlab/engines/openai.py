"""The engine for servers with OpenAI's chat completions API: vLLM, SGLang, llama.cpp, a gateway, OpenAI itself.

Options (`--engine-option NAME=VALUE`, `[engine]` in rewardlab.toml): `base_url` (OPENAI_BASE_URL; several servers of
one model separated by commas), `api_key` (OPENAI_API_KEY), `concurrency` (requests in flight at each server; 32),
`timeout` (seconds per request; 600), `max_retries` (8, with the openai package's backoff), `extra_body` (a table that
is added unchanged to each request), `tokenizer` (a model folder whose chat template shows how thoughts are written).
The page is docs/servers.md.
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import cache
from typing import Any, TypeAlias

import openai

from rewardlab.engines import runs_of
from rewardlab.engines.completion import NO_CHOICE, Found, Reader
from rewardlab.engines.dialect import Body, Dialect
from rewardlab.engines.failure import server_failure
from rewardlab.engines.fleet import Fleet, GoneError, Host
from rewardlab.engines.ladder import Rung
from rewardlab.engines.request import body_of, overruled, thinking_of
from rewardlab.engines.server import Server
from rewardlab.engines.template import first_template
from rewardlab.engines.vllm_draw import Runner, raised
from rewardlab.errors import EngineError
from rewardlab.task import Generation, Json, Request, Sampling

Put: TypeAlias = Callable[[Generation], None]

#: With several servers, how often a request is repeated at one before it goes to another.
FEW_RETRIES = 3
#: After a failure, how long to wait for the answers to earlier requests.
LAST_SECONDS = 20.0
#: The HTTP statuses of a server that is overloaded or temporarily unable to answer.
BUSY = (408, 409, 429)


class OpenaiEngine:
    """A model behind a server. If the server accepts `n`, one request asks for all missing generations of a prompt."""

    def __init__(self, server: Server):
        self._server = server
        self._notices: dict[str, None] = {}
        self._hosts = [Host(url, Dialect(self._notices)) for url in server.urls]

    @property
    def versions(self) -> Mapping[str, str]:
        return {"openai": openai.__version__, "server": self._server.shown}

    @property
    def notices(self) -> Sequence[str]:
        return tuple(map(self._server.plain, self._notices))

    def generate(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Generation]:
        """Yield each generation as soon as its response arrives; an error is raised only after all of them.

        After the first failure no more requests are sent, and those in flight have LAST_SECONDS to be answered.

        Raises: EngineError when there is no server, when it refuses, and when its retries are used up; with several
        servers, when none is left.
        """
        results: queue.SimpleQueue[Generation | None] = queue.SimpleQueue()
        loop = asyncio.new_event_loop()
        work = _Round(self._server, self._hosts, sampling, self._notices, results.put)
        task = loop.create_task(work.run(requests))
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
        """Do nothing: no connection is kept open between rounds."""


def _serve(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None], results: queue.SimpleQueue[Any]) -> None:
    """Run `task` to its end in this thread; its result or exception stays in the task."""
    try:
        loop.run_until_complete(asyncio.wait([task]))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        results.put(None)


class _Round:
    """One call of `generate`, within its event loop."""

    def __init__(self, server: Server, hosts: Sequence[Host], sampling: Sampling, notices: dict[str, None], put: Put):
        self._server, self._hosts, self._sampling, self._put = server, hosts, sampling, put
        self._fleet = Fleet(hosts, server.concurrency, notices)
        self._clients: dict[str, openai.AsyncOpenAI] = {}
        self._failure: EngineError | None = None
        self._limit = asyncio.Timeout(None)
        self._notices = notices
        self._template = cache(lambda: first_template(self._places))
        self._reader = Reader(server, sampling, notices, self._template)
        self._thinking: Body = {}

    @property
    def _places(self) -> list[str | None]:
        """The places on this machine where the model's chat template may be."""
        roots = [root for host in self._hosts for root in host.dialect.roots]
        return [self._server.tokenizer, *roots, self._server.model]

    async def run(self, requests: Sequence[Request]) -> None:
        async with AsyncExitStack() as stack:
            for host in self._hosts:
                self._clients[host.url] = await stack.enter_async_context(self._server.client(host.url))
            await self._meet()
            try:
                async with self._limit, asyncio.TaskGroup() as group:
                    for request in requests:
                        for indexes in runs_of(request.indexes):
                            group.create_task(self._draw_or_stop(group, request, indexes))
            except BaseExceptionGroup as failures:
                first = failures.exceptions[0]
                raise first from first.__cause__
            except TimeoutError:
                pass  # what was in flight when it failed took too long
        if self._failure is not None:
            raise self._failure from self._failure.__cause__

    async def _meet(self) -> None:
        """Contact every server first, so that one that is down is noticed at once and not after all retries."""
        met = await asyncio.gather(*(self._hear(host, retries=1) for host in self._hosts))
        for host, failure in zip(self._hosts, met, strict=True):
            if failure is not None:
                await self._fleet.leave_out(host, failure)
        self._settle()

    def _settle(self) -> None:
        """Adapt the sampling to what the servers' lists of models show.

        Raises: EngineError for a `thinking` that the model or the server does not know.
        """
        dialects = [host.dialect for host in self._hosts]
        self._thinking, told = thinking_of(
            self._sampling,
            None if self._sampling.thinking is None else self._template(),
            is_templated=all(dialect.fixed for dialect in dialects),
            model=self._server.model,
        )
        if self._sampling.thinking_if_known:
            for dialect in dialects:
                dialect.optional.update(self._thinking)
        if any(dialect.ladder.vllm for dialect in dialects):
            told += raised(self._sampling, Runner.V2)
        self._notices |= dict.fromkeys([*told, *overruled(self._sampling, self._server.extra)])

    async def _hear(self, host: Host, *, retries: int) -> EngineError | None:
        """Read the server's list of models; return the error if it cannot be reached, else None."""
        client = self._clients[host.url].with_options(max_retries=retries, timeout=10)
        try:
            host.dialect.hear(await client.get("/models", cast_to=object, options={"follow_redirects": False}))
        except (openai.APIStatusError, openai.APITimeoutError, ValueError, RecursionError):
            pass
        except openai.APIConnectionError as error:
            return self._told(error, host, host.shown)
        return None

    async def _draw_or_stop(self, group: asyncio.TaskGroup, request: Request, indexes: Sequence[int]) -> None:
        """Draw; on the first failure stop sending requests, but wait for those in flight, which are paid for."""
        try:
            await self._draw(group, request, indexes)
        except EngineError as error:
            if self._failure is None:
                self._failure = error
                self._limit.reschedule(asyncio.get_running_loop().time() + LAST_SECONDS)

    async def _draw(self, group: asyncio.TaskGroup, request: Request, indexes: Sequence[int]) -> None:
        """Draw `indexes`; those that one request does not return are requested one by one."""
        while True:
            async with self._fleet.host() as host:  # the dialect may learn more while this waits
                if self._failure is not None:
                    return
                try:
                    found = await self._ask(host, request, indexes)
                    host.answered += 1
                    break
                except GoneError as gone:
                    failure = gone.failure
            await self._fleet.leave_out(host, failure)
        for generation in found.generations:
            self._put(generation)
        held = {generation.index for generation in found.generations}
        if held and len(held) < len(indexes):
            if found.is_short:
                host.dialect.one_by_one()
            else:
                host.dialect.notices[NO_CHOICE] = None
        for index in indexes:
            if index not in held:
                group.create_task(self._draw_or_stop(group, request, (index,)))

    async def _ask(self, host: Host, request: Request, indexes: Sequence[int]) -> Found:
        """The generations of one request; none if the server needs a separate request for each.

        Raises: EngineError for a refusal, and if the answer to a request for one generation has no completion;
        GoneError.
        """
        dialect = host.dialect
        while True:
            if len(indexes) > 1 and not dialect.several:
                return Found((), is_short=False)
            rung = dialect.rung(self._sampling)
            body = self._body(host, request, indexes, rung)
            try:
                answer = await self._post(host, body, _where(request))
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if dialect.learn(body, self._said(error), rung):
                    again = self._body(host, request, indexes, dialect.rung(self._sampling))
                    if again != body or (len(indexes) > 1 and not dialect.several):
                        continue
                raise self._told(error, host, _where(request)) from error
            except openai.APIError as error:
                raise self._told(error, host, _where(request)) from error
            found = self._reader.read(answer, request, indexes, rung)
            if not found.generations and len(indexes) == 1:
                raise EngineError(
                    f"the server's answer holds no completion ({self._server.plain(_shown(answer))})",
                    where=host.shown,
                    do="check the URL: it often ends in /v1",
                )
            whole = [one.text for one in found.generations if one.finish_reason == "stop"]
            if not dialect.ladder.ignored(rung, self._sampling, whole):
                return found

    async def _post(self, host: Host, body: Body, where: str) -> Json:
        """The server's answer; with several servers, one that is gone or stays busy is given up soon.

        Raises: openai.APIError; GoneError while there are other servers.
        """
        client = self._clients[host.url]
        if len(self._fleet.alive) == 1:
            return await _posted(client, body)
        try:
            return await _posted(client.with_options(max_retries=0), body)
        except openai.APIConnectionError as error:
            if await self._hear(host, retries=0) is not None:
                raise GoneError(self._told(error, host, where)) from error
        except openai.APIStatusError as error:
            if not _may_pass(error.status_code):
                raise
        try:
            return await _posted(client.with_options(max_retries=min(self._server.max_retries, FEW_RETRIES)), body)
        except openai.APIConnectionError as error:
            raise GoneError(self._told(error, host, where)) from error
        except openai.APIStatusError as error:
            if not _may_pass(error.status_code):
                raise
            raise GoneError(self._told(error, host, where)) from error

    def _body(self, host: Host, request: Request, indexes: Sequence[int], rung: Rung) -> Body:
        return body_of(
            request,
            indexes,
            self._sampling,
            model=self._server.model,
            dialect=host.dialect,
            rung=rung,
            thinking=self._thinking,
            extra=self._server.extra,
        )

    def _said(self, error: openai.APIError) -> str:
        """The server's error message, or the reason why there was no answer."""
        if isinstance(error, openai.APIStatusError) and error.response.has_redirect_location:
            return self._server.plain(f"it points to {error.response.headers['location']}")
        if isinstance(error.body, dict) and isinstance(error.body.get("message"), str):
            return self._server.plain(error.body["message"])
        return self._server.plain(f"{error.message} {error.__cause__ or ''}".strip())

    def _told(self, error: openai.APIError, host: Host, where: str) -> EngineError:
        return server_failure(
            error.status_code if isinstance(error, openai.APIStatusError) else None,
            self._said(error),
            url=host.shown,
            model=self._server.model,
            where=where,
            models=[self._server.plain(model) for model in host.dialect.served],
        )


async def _posted(client: openai.AsyncOpenAI, body: Body) -> Json:
    """The answer from the address that the user named; redirects are errors, so that the key goes nowhere else."""
    try:
        return await client.post("/chat/completions", cast_to=object, body=body, options={"follow_redirects": False})
    except (ValueError, RecursionError):  # the header says JSON, but the text is not
        return "no JSON"


def _may_pass(status: int) -> bool:
    return status in BUSY or status >= 500


def _where(request: Request) -> str:
    return f"prompt {request.prompt.id!r} (line {request.prompt.line})"


def _shown(answer: Json) -> str:
    try:
        return str(answer)[:200]
    except (RecursionError, ValueError):  # too deeply nested to be written, or a number with too many digits
        return f"a {type(answer).__name__}"


def open_engine(model: str, options: Mapping[str, Any], *, environment: Mapping[str, str] = os.environ) -> OpenaiEngine:
    """Read the options; the servers are contacted only when something is generated.

    Raises: EngineError when there is neither a key nor a server that may need none; UsageError for an unknown option or
    an invalid value.
    """
    return OpenaiEngine(Server.read(model, options, environment))

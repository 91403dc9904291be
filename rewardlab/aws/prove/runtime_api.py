"""A local server of the Lambda Runtime API, which the runtime client in an execution environment talks to.

Paths, headers and answers: docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
"""

from __future__ import annotations

import json
import queue
import re
import threading
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

from typing_extensions import override

#: 6 MB (2**20 bytes) for the event, 100 bytes more for the response: what the service enforces.
REQUEST_BYTES = 6 << 20
RESPONSE_BYTES = REQUEST_BYTES + 100
VERSION = "/2018-06-01/runtime"
ANSWERED = re.compile(re.escape(VERSION) + r"/invocation/([^/]+)/(response|error)")
CHUNK = 1 << 20
LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Invocation:
    """An event for the function, and when it must be answered (milliseconds since 1970)."""

    request_id: str
    event: bytes
    deadline_ms: int
    function_arn: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The runtime asks for an event: it has loaded, or has finished with the last one."""


@dataclass(frozen=True, slots=True)
class Responded:
    """The function returned this."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Oversized:
    """The function returned more bytes than the service takes."""

    size: int


@dataclass(frozen=True, slots=True)
class Errored:
    """The function raised an error or, with `during_init`, did not load; type, message and trace are the runtime's."""

    kind: str
    message: str
    during_init: bool = False
    stack_trace: tuple[str, ...] = ()


Message: TypeAlias = Ready | Responded | Oversized | Errored


class RuntimeApi:
    """One execution environment's server, on a port of its own. Use as a context manager."""

    def __init__(self) -> None:
        self.todo: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self.messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.current = ""
        self._waiting = 0
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(LOOK_SECONDS,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """The value of AWS_LAMBDA_RUNTIME_API: host and port."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def offer(self, invocation: Invocation) -> None:
        """Give the runtime this event when it next asks."""
        self.current = invocation.request_id
        self.todo.put(invocation)

    def heard(self, seconds: float) -> Message:
        """The next message of the runtime.

        Raises: queue.Empty when it says nothing so long.
        """
        return self.messages.get(timeout=seconds) if seconds > 0 else self.messages.get_nowait()

    def next(self) -> Invocation | None:
        """Wait for the next event; None if there will be none."""
        with self._lock:
            self._waiting += 1
        self.messages.put(Ready())
        try:
            return self.todo.get()
        finally:
            with self._lock:
                self._waiting -= 1

    def close(self) -> None:
        """Stop the server, and release every request that waits for an event."""
        self._server.shutdown()
        with self._lock:
            waiting = self._waiting
        for _ in range(waiting):
            self.todo.put(None)
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Handler)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: a runtime killed in the middle of a request is no error of ours."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a header's packet would wait 40 ms for its body's
    server: _Server

    def do_GET(self) -> None:
        if self.path != f"{VERSION}/invocation/next":
            self._say(HTTPStatus.NOT_FOUND, {"errorType": "NotFound", "errorMessage": self.path})
            return
        invocation = self.server.api.next()
        if invocation is None:
            self.close_connection = True
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(invocation.event)))
        self.send_header("Lambda-Runtime-Aws-Request-Id", invocation.request_id)
        self.send_header("Lambda-Runtime-Deadline-Ms", str(invocation.deadline_ms))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", invocation.function_arn)
        trace = invocation.request_id.replace("-", "")
        self.send_header("Lambda-Runtime-Trace-Id", f"Root=1-{trace[:8]}-{trace[8:]};Sampled=0")
        self.end_headers()
        self.wfile.write(invocation.event)

    def do_POST(self) -> None:
        api = self.server.api
        size, body = self._read()
        if self.path == f"{VERSION}/init/error":
            self._say(HTTPStatus.ACCEPTED, {"status": "OK"})
            api.messages.put(_errored(body, during_init=True))
            return
        answered = ANSWERED.fullmatch(self.path)
        if answered is None:
            self._say(HTTPStatus.NOT_FOUND, {"errorType": "NotFound", "errorMessage": self.path})
        elif answered[1] != api.current:
            self._say(HTTPStatus.BAD_REQUEST, {"errorType": "InvalidRequestID", "errorMessage": "Invalid request ID"})
        elif size > RESPONSE_BYTES:
            told = {"errorType": "RequestEntityTooLarge", "errorMessage": too_large(size)}
            self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, told)
            api.messages.put(Oversized(size))
        else:
            api.current = ""
            api.messages.put(Responded(body) if answered[2] == "response" else _errored(body))
            self._say(HTTPStatus.ACCEPTED, {"status": "OK"})

    def _read(self) -> tuple[int, bytes]:
        """The request's size and its body; a body that is too large is read and thrown away."""
        length = self.headers.get("Content-Length", "")
        size = int(length) if length.isdigit() else 0
        if size <= RESPONSE_BYTES:
            return size, self.rfile.read(size)
        left = size
        while left > 0 and (part := self.rfile.read(min(left, CHUNK))):
            left -= len(part)
        return size, b""

    def _say(self, status: HTTPStatus, told: dict[str, str]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Log no requests."""


def too_large(size: int) -> str:
    """The service's message about a response that is too large."""
    return f"Response payload size ({size} bytes) exceeded maximum allowed payload size ({RESPONSE_BYTES} bytes)."


def _errored(body: bytes, *, during_init: bool = False) -> Errored:
    """Parse an error that the runtime posts; a function may post anything, so nothing about it is assumed."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        return Errored("Runtime.Unknown", body[:300].decode(errors="replace"), during_init)
    kind, message, trace = told.get("errorType"), told.get("errorMessage"), told.get("stackTrace")
    frames = tuple(map(str, trace)) if isinstance(trace, list) else ()
    return Errored(str(kind or "Runtime.Unknown"), str(message or ""), during_init, frames)

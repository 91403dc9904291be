"""moto's server, whose functions run in AWS's own runtime client where moto would start a container.

The code that runs is the zip that moto holds; everything but running it is moto's. A program, for its process must be
its own (vLLM looks at every module that its process holds, and trips over flask's): `serving` starts it.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import queue
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from typing import Any

from rewardlab.aws.prove.runtime import FunctionError, Reply, Response, Runtime
from rewardlab.aws.prove.runtime_process import Configuration
from rewardlab.packages.unpacked import Package, make_removable, unpack

REPOSITORY = Path(__file__).parents[2]


@contextlib.contextmanager
def serving(root: Path) -> Iterator[str]:
    """Start the server; yields its URL. Functions are unpacked below `root`."""
    program = [sys.executable, "-m", "tests.aws.moto_server", str(root)]
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(program, cwd=REPOSITORY, **quiet) as process:
        try:
            port = process.stdout.readline().strip()
            assert port, "the server did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()
            make_removable(root)


def throttle(url: str, times: int) -> None:
    """Let the server answer the next invocations with 429, whatever concurrency the function has."""
    urllib.request.urlopen(urllib.request.Request(f"{url}/throttle?{times}", method="POST")).close()


class Environment:
    """One execution environment; its process belongs to the thread that started it, which it is asked in."""

    def __init__(self, package: Package, configuration: Configuration, root: Path):
        self._owner = ThreadPoolExecutor(1)
        self._configuration = configuration
        self._runtime = Runtime(package, configuration, root=root)

    def invoke(self, event: bytes) -> tuple[Reply, str]:
        """What came of it, and the lines of the service about it."""
        known = len(self._runtime.init_seconds)
        reply = self._owner.submit(self._runtime.invoke, event).result()
        told = f"REPORT RequestId: 1\tDuration: {reply.seconds * 1000:.2f} ms\tBilled Duration: 1 ms"
        told += f"\tMemory Size: {self._configuration.memory_mb} MB\tMax Memory Used: {self._runtime.peak_mb:.0f} MB"
        if len(self._runtime.init_seconds) > known:
            told += f"\tInit Duration: {self._runtime.init_seconds[-1] * 1000:.2f} ms"
        return reply, told

    def close(self) -> None:
        self._owner.submit(self._runtime.close).result()
        self._owner.shutdown()


class Fleet:
    """A function's environments, as many as it was asked at once, for one code and one configuration."""

    def __init__(self, function: Any, layer: bytes | None, root: Path):
        root.mkdir(parents=True)
        self._root, self.of = root, identity(function)
        (root / "code.zip").write_bytes(function.code_bytes)
        if layer is not None:
            (root / "layer.zip").write_bytes(layer)
        self._package = unpack(root / "code.zip", root, layer=root / "layer.zip" if layer is not None else None)
        self._configuration = Configuration(function.timeout, function.memory_size, function.environment_vars)
        self._idle: queue.SimpleQueue[Environment] = queue.SimpleQueue()
        self._lock = threading.Lock()

    def invoke(self, event: bytes) -> tuple[Reply, str]:
        with self._lock:
            free = not self._idle.empty()
            environment = self._idle.get() if free else Environment(self._package, self._configuration, self._root)
        try:
            return environment.invoke(event)
        finally:
            self._idle.put(environment)

    def close(self) -> None:
        while not self._idle.empty():
            self._idle.get().close()


def identity(function: Any) -> object:
    """What a new environment is needed for when it changes."""
    layers = [layer["Arn"] for layer in function.layers]
    return function.code_sha_256, function.timeout, function.memory_size, dict(function.environment_vars), layers


class Service:
    """What Lambda does with an invocation: admits it, gives it to an environment, puts its end into words."""

    def __init__(self, root: Path):
        self._root, self._numbers = root, itertools.count()
        self._fleets: dict[str, Fleet] = {}
        self._running: dict[str, int] = {}
        self._lock = threading.Lock()
        self.throttled = 0

    def invoke(self, function: Any, event: bytes) -> tuple[bytes, str | None, str]:
        """The payload, the FunctionError and the log."""
        arn = function.function_arn
        with self._lock:
            self._admit(function)
            self._running[arn] = self._running.get(arn, 0) + 1
        try:
            reply, told = self._fleet(function).invoke(event)
        finally:
            with self._lock:
                self._running[arn] -= 1
        return self._read(reply, told)

    def _admit(self, function: Any) -> None:
        reserved = function.reserved_concurrency
        full = reserved is not None and self._running.get(function.function_arn, 0) >= int(reserved)
        if full or self.throttled:
            self.throttled = max(0, self.throttled - 1)
            raise refusal(HTTPStatus.TOO_MANY_REQUESTS, "TooManyRequestsException", "Rate Exceeded.")

    def _fleet(self, function: Any) -> Fleet:
        from moto.awslambda.models import lambda_backends

        with self._lock:
            held = self._fleets.get(function.function_arn)
            if held is not None and held.of == identity(function):
                return held
            if held is not None:
                held.close()
            backend = lambda_backends[function.account_id][function.region]
            layers = [backend.layers_versions_by_arn(layer["Arn"]).code_bytes for layer in function.layers]
            fleet = Fleet(function, layers[-1] if layers else None, self._root / str(next(self._numbers)))
            self._fleets[function.function_arn] = fleet
            return fleet

    def _read(self, reply: Reply, told: str) -> tuple[bytes, str | None, str]:
        if isinstance(reply, Response):
            return reply.body, None, f"START RequestId: 1\nEND RequestId: 1\n{told}"
        if reply.kind == "RequestEntityTooLargeException":
            raise refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reply.kind, reply.message)
        return payload_of(reply), "Unhandled", f"START RequestId: 1\n{reply.log_tail}\nEND RequestId: 1\n{told}"


def payload_of(error: FunctionError) -> bytes:
    """A function's error as Lambda returns it (docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html)."""
    told = {"errorMessage": error.message, "errorType": error.kind, "requestId": "1"}
    return json.dumps(told | ({"stackTrace": error.stack_trace} if error.stack_trace else {})).encode()


def refusal(status: HTTPStatus, error: str, message: str) -> Exception:
    """An answer of the service itself, in moto's form."""
    from moto.awslambda.exceptions import LambdaClientError

    refused = LambdaClientError(error, message)
    refused.code = status
    return refused


def main(root: Path) -> None:
    """Serve on a port that the system chooses, and print it."""
    from moto.awslambda.models import LambdaFunction
    from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    service = Service(root)
    moto = DomainDispatcherApplication(create_backend_app)

    def invoke(self: Any, body: bytes | str, request_headers: Any, response_headers: Any) -> str:
        if request_headers.get("X-Amz-Invocation-Type") == "DryRun":
            return ""
        event = body if isinstance(body, bytes) else body.encode()
        payload, error, log = service.invoke(self, event or b"{}")
        if error:
            response_headers["x-amz-function-error"] = error
        response_headers["x-amz-log-result"] = base64.b64encode(log.encode()[-4096:]).decode()
        return payload.decode()

    def application(environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"] != "/throttle":
            return moto(environ, start_response)
        service.throttled = int(environ["QUERY_STRING"])
        start_response("204 NO CONTENT", [])
        return []

    LambdaFunction.invoke = invoke
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler)
    print(server.server_port, flush=True)  # noqa: T201 - what `serving` reads
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""AWS Lambda's HTTP interface, as far as invoking needs it, over the worker that runs the real shim.

For what a function cannot be made to do on demand: answers that a test prescribes, refusals, a count of what runs at
once, the events it got. `moto_server` runs a real package. The answers' headers and error texts are those of AWS's
documentation (docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, lambda/latest/dg/python-exceptions.html).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import queue
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from rewardlab.outcome import Unscored
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.reply import Answer
from rewardlab.rewards.isolation.source import RewardSource

ARN = "arn:aws:lambda:us-east-1:123456789012:function:my-SageMaker-reward"
MOST_BYTES = 6 << 20
INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/(invocations|configuration)(?:\?Qualifier=(.+))?$")
REPORT = "REPORT RequestId: 1\tDuration: 3.5 ms\tBilled Duration: 4 ms\tMemory Size: 512 MB\tMax Memory Used: 48 MB"


class Function:
    """One deployed reward. `throttle` answers 429 so often first; `concurrency` bounds what runs at once."""

    def __init__(self, reward: Path, *, timeout: int = 20, concurrency: int = 100, log: Path):
        self.reward, self.timeout, self.concurrency = reward, timeout, concurrency
        self.throttle = 0
        self.refuse: dict[str, tuple[int, str, str]] = {}  # what: (status, error, message)
        self.override: list[tuple[str | None, str]] = []  # FunctionError and payload of the next invocations
        self.events: list[list[dict]] = []
        self.running = self.most_running = 0
        self.lock = threading.Lock()
        self._log = log
        self._workers: queue.SimpleQueue[WorkerProcess] = queue.SimpleQueue()
        self._owner = ThreadPoolExecutor(1)  # a worker belongs to the thread that started it

    def configuration(self) -> dict[str, object]:
        digest = hashlib.sha256(self.reward.read_bytes()).digest()
        return {
            "FunctionArn": ARN,
            "CodeSha256": base64.b64encode(digest).decode(),
            "Version": "$LATEST",
            "Handler": "lambda_function.lambda_handler",
            "Timeout": self.timeout,
            "MemorySize": 512,
            "State": "Active",
            "LastUpdateStatus": "Successful",
        }

    def run(self, event: bytes) -> tuple[str | None, object, str]:
        """FunctionError, payload and log of an invocation."""
        if self.override:
            error, text = self.override.pop(0)
            return error, json.loads(text), "START RequestId: 1\nlast words\n" + REPORT
        reply = self._owner.submit(self._ask, event).result()
        if isinstance(reply, Answer):
            return None, reply.results, "START RequestId: 1\nEND RequestId: 1\n" + REPORT + "\tInit Duration: 120.5 ms"
        return "Unhandled", self._failed(reply), "START RequestId: 1\nscoring ...\n" + REPORT

    def _ask(self, event: bytes) -> object:
        if self._workers.empty():
            source = RewardSource(self.reward, None, self.timeout, 512)
            self._workers.put(WorkerProcess(source, log=self._log))
        worker = self._workers.get()
        try:
            return worker.invoke(event)
        finally:
            self._workers.put(worker)

    def _failed(self, reply: Unscored) -> dict[str, object]:
        if reply.reason == "timed_out":
            when = "2026-11-22T18:13:40.123Z 8f507cfc-example"
            return {"errorMessage": f"{when} Task timed out after {self.timeout:.2f} seconds"}
        if reply.reason == "crashed":
            message = "RequestId: 8f507cfc-example Error: Runtime exited with error: exit status 3"
            return {"errorType": "Runtime.ExitError", "errorMessage": message}
        kind, _, rest = reply.detail.partition(": ")
        message, _, place = rest.rpartition(" (")
        file, _, line = place.rstrip(")").partition(":")
        trace = [f'  File "/var/task/{file}", line {line}, in score\n    raise\n']
        return {"errorType": kind, "errorMessage": message, "requestId": "8f507cfc-example", "stackTrace": trace}

    def close(self) -> None:
        while not self._workers.empty():
            self._owner.submit(self._workers.get().close).result()
        self._owner.shutdown()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body in one packet: two would wait for each other's acknowledgement
    function: Function

    def log_message(self, *_: object) -> None:
        """Nothing: the tests read the function."""

    def do_GET(self) -> None:
        if refused := self.function.refuse.get("configuration"):
            self._refuse(*refused)
        else:
            self._answer(200, self.function.configuration())

    def do_POST(self) -> None:
        event = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        function = self.function
        if refused := function.refuse.get("invoke"):
            self._refuse(*refused)
        elif self.headers.get("X-Amz-Invocation-Type") == "DryRun":
            self._answer(204, None)
        elif len(event) > MOST_BYTES:
            self._refuse(413, "RequestTooLargeException", f"Request must be smaller than {MOST_BYTES} bytes")
        elif not self._admitted():
            reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
            self._refuse(429, "TooManyRequestsException", "Rate Exceeded.", Reason=reason)
        else:
            try:
                function.events.append(json.loads(event))
                error, payload, log = function.run(event)
            finally:
                with function.lock:
                    function.running -= 1
            headers = {"X-Amz-Executed-Version": "$LATEST"} | ({"X-Amz-Function-Error": error} if error else {})
            if self.headers.get("X-Amz-Log-Type") == "Tail":
                headers["X-Amz-Log-Result"] = base64.b64encode(log.encode()).decode()
            self._answer(200, payload, headers)

    def _admitted(self) -> bool:
        function = self.function
        with function.lock:
            if function.throttle > 0 or function.running >= function.concurrency:
                function.throttle -= 1
                return False
            function.running += 1
            function.most_running = max(function.most_running, function.running)
            return True

    def _refuse(self, status: int, error: str, message: str, **more: str) -> None:
        self._answer(status, {"message": message, "Type": "User", **more}, {"X-Amzn-ErrorType": error})

    def _answer(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        data = b"" if status == 204 else json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextlib.contextmanager
def deployed(function: Function) -> Iterator[str]:
    """Serve the function; yields the endpoint's URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"function": function}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        function.close()

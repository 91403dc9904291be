"""Runs a package in AWS's own Python runtime client, with a local Lambda Runtime API and Lambda's limits."""

from __future__ import annotations

import contextlib
import queue
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeAlias

from rewardlab.aws.prove.runtime_api import (
    REQUEST_BYTES,
    Errored,
    Invocation,
    Message,
    Oversized,
    Ready,
    Responded,
    RuntimeApi,
    too_large,
)
from rewardlab.aws.prove.runtime_client import provide_client
from rewardlab.aws.prove.runtime_process import Configuration, NotIsolatedError, RuntimeProcess
from rewardlab.packages.unpacked import Package
from rewardlab.rewards.isolation.family import resident_mb
from rewardlab.rewards.isolation.printout import MOST_MB, Printout

#: A process that takes longer to load is ended; as on Lambda, it is loaded again within the first invocation.
INIT_SECONDS = 10.0
POLL_SECONDS = 0.05
#: How many bytes of an invocation's log the service returns.
LOG_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Response:
    """What the function returned, and the invocation's seconds; `cold` if a process was started for it."""

    body: bytes
    seconds: float
    cold: bool


@dataclass(frozen=True, slots=True)
class FunctionError:
    """An invocation that failed: type and message in Lambda's words, and the end of its log.

    `during_init`: the function has never loaded, so that further invocations are pointless. `stack_trace` holds the
    frames of the error that the function raised, as the runtime reports them.
    """

    kind: str
    message: str
    seconds: float
    log_tail: str = ""
    during_init: bool = False
    stack_trace: tuple[str, ...] = ()


Reply: TypeAlias = Response | FunctionError


class _LostError(Exception):
    """The process has ended, or had to be ended; type and message in Lambda's words."""

    def __init__(self, kind: str, message: str):
        self.kind, self.message = kind, message


class Runtime:
    """One execution environment: a process that is started at the first invocation, and again after it ended.

    Used from one thread only: the process dies with the thread that started it. Use as a context manager.
    `init_seconds` holds how long each start took, `peak_mb` the most resident memory seen, `init_timeouts` how often
    loading took longer than INIT_SECONDS. `isolated` tells whether the process saw a read-only system and a temporary
    folder of its own; where the machine does not allow that, TMPDIR points at one and file modes alone forbid writing.
    Raises: UsageError from the constructor when the client is not installed.
    """

    def __init__(self, package: Package, configuration: Configuration, *, root: Path):
        self._package, self._configuration = package, configuration
        self._root, self._var = root, root / "runtime"
        self._printout = Printout(root / f"function-{uuid.uuid4().hex[:8]}.log")
        self._process: RuntimeProcess | None = None
        self._api: RuntimeApi | None = None
        self._reset = False
        self.isolated = sys.platform == "linux"
        self.init_seconds: list[float] = []
        self.init_timeouts = 0
        self.peak_mb = 0.0
        if not self._var.exists():
            provide_client(self._var)

    @property
    def cpu_seconds(self) -> float:
        """Processor time that the running process and its children have used."""
        return 0.0 if self._process is None else self._process.cpu_seconds

    def invoke(self, event: bytes) -> Reply:
        """Send one event and wait for what the function returns, for its error, its end, or its timeout."""
        if len(event) > REQUEST_BYTES:
            told = f"Request must be smaller than {REQUEST_BYTES} bytes for the InvokeFunction operation"
            return FunctionError("RequestEntityTooLargeException", told, 0.0)
        self._printout.begin()
        began = self._log_size()
        cold = self._process is None
        if cold and not self._reset:
            with contextlib.suppress(_LostError):
                self._load(time.monotonic() + INIT_SECONDS)
        request = str(uuid.uuid4())
        started = time.monotonic()
        deadline = started + self._configuration.timeout
        loaded = self._process is not None
        try:
            if not loaded:  # load once more, as Lambda does, within the invocation and its timeout
                self._load(deadline)
                loaded = True
            body = self._exchange(request, event, deadline)
            ended = time.monotonic()
            self._settle(deadline)
        except _LostError as lost:
            seconds = time.monotonic() - started
            self._end(reset=True)
            tail = self._tail(began)
            never = not loaded and not self.init_seconds
            return FunctionError(lost.kind, _told(request, lost), seconds, tail, during_init=never)
        if isinstance(body, Errored):
            tail = self._tail(began)
            return FunctionError(body.kind, body.message, ended - started, tail, stack_trace=body.stack_trace)
        return Response(body, ended - started, cold)

    def _exchange(self, request: str, event: bytes, deadline: float) -> bytes | Errored:
        api = self._served
        deadline_ms = int(1000 * (time.time() + deadline - time.monotonic()))
        api.offer(Invocation(request, event, deadline_ms, self._configuration.arn))
        while True:
            match self._hear(deadline):
                case Responded(body):
                    return body
                case Errored() as error:
                    return error
                case Oversized(size):
                    return Errored("Function.ResponseSizeTooLarge", too_large(size))
                case Ready():
                    continue

    def _settle(self, deadline: float) -> None:
        """Wait until the runtime asks for the next event: only then is the invocation over.

        If the process ends before that, its answer still counts.
        Raises: _LostError when it outgrew its memory.
        """
        try:
            while not isinstance(self._hear(deadline), Ready):
                pass
        except _LostError:
            self._end(reset=True)
        if self._process is not None:
            self._measure(self._process.most_resident_mb)

    def _load(self, deadline: float) -> None:
        """Start the process and wait until it asks for its first event.

        Raises: _LostError when it does not, with the process ended.
        """
        started = time.monotonic()
        self._start()
        try:
            message = self._hear(deadline)
        except _LostError as lost:
            self.init_timeouts += lost.kind == "Sandbox.Timedout" and not self._reset
            self._end(reset=True)
            raise
        if isinstance(message, Errored):
            self._end(reset=True)
            raise _LostError(message.kind, message.message)
        self.init_seconds.append(time.monotonic() - started)
        self._reset = False

    def _hear(self, deadline: float) -> Message:
        """The runtime's next message.

        Raises: _LostError when the time is over, the process has ended, or its memory or its log is too large.
        """
        while True:
            left = deadline - time.monotonic()
            assert self._process is not None, "a process is being listened to"
            ended = self._process.ended  # read before the last message is, so that none is missed
            try:
                return self._served.heard(0.0 if ended else max(0.0, min(left, POLL_SECONDS)))
            except queue.Empty:
                if ended:
                    raise _LostError("Runtime.ExitError", self._process.ending) from None
                self._check(self._process, left)

    def _check(self, process: RuntimeProcess, left: float) -> None:
        if left <= 0:
            raise _LostError("Sandbox.Timedout", f"Task timed out after {self._configuration.timeout:.2f} seconds")
        self._measure(resident_mb(process.pid))
        if self._printout.too_long:
            raise _LostError("Runtime.ExitError", f"printed more than {MOST_MB} MB; rewardlab ended it")

    def _measure(self, megabytes: float) -> None:
        """Raises: _LostError when that is more than configured."""
        self.peak_mb = max(self.peak_mb, megabytes)
        if megabytes > self._configuration.memory_mb:
            used = f"{megabytes:.0f} MB used, {self._configuration.memory_mb} MB configured"
            raise _LostError("Runtime.OutOfMemory", f"Runtime exited with error: signal: killed ({used})")

    def _start(self) -> None:
        try:
            self._process = self._started()
        except NotIsolatedError:
            self.isolated = False
            self._process = self._started()

    def _started(self) -> RuntimeProcess:
        if self._api is not None:
            self._api.close()
        self._api = RuntimeApi()
        return RuntimeProcess(
            self._package,
            self._configuration,
            runtime=self._var,
            root=self._root,
            address=self._api.address,
            log=self._printout.path,
            isolate=self.isolated,
        )

    @property
    def _served(self) -> RuntimeApi:
        assert self._api is not None, "a process has its server"
        return self._api

    def _log_size(self) -> int:
        return self._printout.path.stat().st_size if self._printout.path.exists() else 0

    def _tail(self, began: int) -> str:
        with self._printout.path.open("rb") as log:
            log.seek(max(began, self._log_size() - LOG_BYTES))
            text = log.read(LOG_BYTES).decode(errors="replace")
        return text.replace("\r", "\n").replace("\xa0", " ").strip()

    def _end(self, *, reset: bool) -> None:
        """End the process and all it started. After a `reset` the next start is a part of its invocation."""
        self._reset = reset
        if self._process is not None:
            self._process.kill()
            self._process = None
            self._printout.cut()
        if self._api is not None:
            self._api.close()
            self._api = None

    def close(self) -> None:
        """End the process; the next invocation starts one as the first did."""
        self._end(reset=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _told(request: str, lost: _LostError) -> str:
    """The message as the service words it; what the runtime itself says about loading is not changed."""
    own = lost.kind.startswith("Sandbox.") or lost.message.startswith("Runtime exited")
    return f"RequestId: {request} Error: {lost.message}" if own else lost.message

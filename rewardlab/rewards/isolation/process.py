"""One isolated worker, seen from the audit: started fresh, asked one event at a time, killed when it must be."""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn, Protocol, TypeAlias

from rewardlab.errors import RewardError, TokensMissingError
from rewardlab.outcome import Unscored
from rewardlab.platforms import Returns
from rewardlab.rewards.fence.denials import DENIED
from rewardlab.rewards.fence.fence import Built
from rewardlab.rewards.isolation.advice import MEASURE_TEXT, NAME_THEM, line_of, remedy_of_import
from rewardlab.rewards.isolation.clock import delay_of
from rewardlab.rewards.isolation.ending import how_it_ended
from rewardlab.rewards.isolation.family import Effort, delay_seconds, resident_mb
from rewardlab.rewards.isolation.launch import Launched
from rewardlab.rewards.isolation.printout import MOST_MB, Printout
from rewardlab.rewards.isolation.worker import HEADER, whole

IMPORT_SECONDS = 60.0
#: How often a busy worker's memory is looked at; a call that answers sooner is never looked at.
POLL_SECONDS = 0.05
CHUNK = 1 << 16
#: What is said of a worker whose pipe holds what no worker writes.
STRANGE = "RL101 its process answered with something else than its return: the code writes where it did not open a file"
#: So many times its timeout a process that stands in a busy machine's queue is waited for.
MOST_FORGIVEN = 20


@dataclass(frozen=True, slots=True)
class RewardSource:
    """Which code to score with, and the bounds of one invocation: seconds, and MB of resident memory.

    `environment` names variables handed over beside ENVIRONMENT: a judge's key, say; `variables` are set as given.
    `packaged` code is called as its Lambda is: without token ids, which no platform sends. `entry` may be several
    names, by commas, with `weights`; `arguments` are added to each call. `files` are paths that it may use beside its
    own folder; with `network` it reaches other machines. `who` is "reward", or "judge" for one function of a judge.
    """

    path: Path
    entry: str | None
    timeout: float
    memory_mb: int
    environment: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    packaged: bool = False
    weights: tuple[float, ...] | None = None
    arguments: tuple[tuple[str, Any], ...] = ()
    files: tuple[str, ...] = ()
    network: bool = False
    who: str = "reward"
    import_seconds: float = IMPORT_SECONDS


@dataclass(frozen=True, slots=True)
class EntryFound:
    """The entry a worker found: name, kind (lambda, verl, openai, trl, verifiers, plain, mixed), and the file's others.

    `names_tokens` tells whether it asks for its completions' token ids. `weights` are those of a weighted sum's parts,
    by name; `notes` are sentences about the signature. `is_async` tells whether a batch is awaited together. `fence` is
    what stands around it, None where nobody fenced it; `denied` is what that kept it from while it was loaded.
    """

    name: str
    kind: str
    others: tuple[str, ...]
    names_tokens: bool = False
    weights: tuple[tuple[str, float], ...] = ()
    notes: tuple[str, ...] = ()
    is_async: bool = False
    fence: Built | None = None
    denied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the reward returned, as JSON, and the invocation's own seconds, without its wait for a busy machine.

    `mutated` tells whether the event was changed in place; None when nobody asked. `cpu_seconds` is the part of the
    seconds that it computed, None where that is not known: the rest it waited, for a network, a clock, or its children,
    which computed for `child_seconds` (those that have ended, on however many processors). `told` are sentences on
    forms of returned values that the reward's own trainer refuses, though the audit has read them.
    """

    results: Any
    seconds: float
    mutated: bool | None = None
    cpu_seconds: float | None = None
    told: tuple[str, ...] = ()
    child_seconds: float = 0.0


#: The token ids of each sample's completion, None where they are not known.
TokenIds: TypeAlias = Sequence[Sequence[int] | None]
#: What an invocation gave: an answer, or why there is none, with the invocation's whole time.
Reply: TypeAlias = Answer | Unscored


class Worker(Protocol):
    """What is asked one event at a time: a process of our own, or a deployed function."""

    def start(self) -> EntryFound: ...

    def allow(self, seconds: float) -> None: ...

    def invoke(
        self,
        event: bytes,
        *,
        watch: bool = False,
        token_ids: TokenIds | None = None,
        row_ids: Sequence[Any] | None = None,
    ) -> Reply: ...

    def kill(self) -> None: ...

    def close(self) -> None: ...


class _LostError(Exception):
    """The worker is gone or had to be killed; the failure says why."""

    def __init__(self, failure: Unscored):
        self.failure = failure


class WorkerProcess:
    """A worker that is started when it is first needed, and again after it was killed.

    `returns` is what the platform wants returned: code that is no Lambda is answered for in that form.

    Used from one thread only: on Linux the worker dies with the thread that started it.
    Raises: RewardError from `start` and `invoke` when the code cannot be loaded; TokensMissingError from `invoke` when
    the reward reads token ids that are not known; RewardError where it is packaged and reads any.
    """

    def __init__(self, source: RewardSource, *, log: Path, returns: Returns = "list"):
        self._source, self._returns = source, returns
        self._printout = Printout(log)
        self._process: Launched | None = None
        self._requests = self._replies = -1
        self._names_tokens = False
        self._effort = Effort()
        #: What the fence kept from a reward that was loaded, or answered, all the same.
        self.denied: dict[str, None] = {}

    @property
    def computing(self) -> float | None:
        """The share of its time that it computes in a call that lasts; None where none has lasted."""
        return self._effort.share

    @property
    def lasting(self) -> float:
        """The seconds since its last call began."""
        return time.monotonic() - self._effort.began

    @property
    def resident_mb(self) -> float:
        """What it holds in memory now; another thread may ask, too."""
        process = self._process
        return resident_mb(process.pid) if process is not None else 0.0

    def another(self, number: int) -> WorkerProcess:
        """A further worker for the same code and bounds, which prints to a log of its own."""
        log = self._printout.path
        return WorkerProcess(self._source, log=log.with_stem(f"{log.stem}-{number + 2}"), returns=self._returns)

    def allow(self, seconds: float) -> None:
        """Bound further invocations by so many seconds."""
        self._source = replace(self._source, timeout=seconds)

    def start(self) -> EntryFound:
        """Start the process and load the code."""
        self.close()
        request_read, self._requests = os.pipe()
        self._replies, reply_write = os.pipe()
        os.set_blocking(self._requests, False)
        settings = {
            "requests": request_read,
            "replies": reply_write,
            "path": str(self._source.path.resolve()),
            "entry": self._source.entry,
            "weights": self._source.weights,
            "kwargs": dict(self._source.arguments),
            "memory_mb": self._source.memory_mb,
            "returns": self._returns,
            "who": self._source.who,
            "fence": {"allowed": self._source.files, "network": self._source.network},
        }
        try:
            with self._printout.path.open("ab") as log:
                self._process = Launched(
                    settings,
                    folder=self._source.path.resolve().parent,
                    asked=self._source.environment,
                    variables=dict(self._source.variables),
                    log=log,
                    descriptors=(request_read, reply_write),
                )
        finally:
            os.close(request_read)
            os.close(reply_write)
        return self._ready()

    def _ready(self) -> EntryFound:
        where = str(self._source.path)
        try:
            message = self._exchange(None, self._source.import_seconds)
        except _LostError as lost:
            self.close()
            last = self._printout.last_line()
            raise RewardError(
                f"importing it did not end well ({lost.failure.detail}{': ' + last if last else ''})",
                where=where,
                expected="a module that imports in seconds and defines a reward function",
            ) from None
        if "broken" in message:
            self.close()
            stage, text, do, lines = message["broken"]
            what = f"does not import: {text}" if stage == "import" else text
            raise RewardError(
                what, where=line_of(where, text.partition(DENIED)[0]), do=do or remedy_of_import(text), lines=lines
            )
        ready = message.get("ready")
        if not isinstance(ready, dict):
            self.close()
            raise RewardError(STRANGE, where=where, do="leave the file descriptors alone that it did not open")
        self.denied |= dict.fromkeys(ready["denied"])
        self._names_tokens = ready["names_tokens"] and not self._source.packaged
        return EntryFound(
            ready["entry"],
            ready["kind"],
            tuple(ready["others"]),
            self._names_tokens,
            tuple((name, weight) for name, weight in ready["weights"]),
            tuple(ready["notes"]),
            ready["is_async"],
            Built(**ready["fence"]),
            tuple(ready["denied"]),
        )

    def invoke(
        self,
        event: bytes,
        *,
        watch: bool = False,
        token_ids: TokenIds | None = None,
        row_ids: Sequence[Any] | None = None,
    ) -> Reply:
        """Send one event (a JSON list of samples, encoded) and wait for the reply, a timeout or a death.

        With `watch` the worker compares the event before and after, which takes a second reading of it. `token_ids` go
        along only where the entry asks for them by name; `row_ids` are the rows' own where those are no texts.
        """
        if self._process is None:
            self.start()
        self._printout.begin()
        self._effort.begin()
        asked = b'{"timeout": %f, "watch": %s, "event": ' % (self._source.timeout, b"true" if watch else b"false")
        tokens = b', "token_ids": ' + json.dumps(token_ids).encode() if token_ids and self._names_tokens else b""
        rows = b', "row_ids": ' + json.dumps(row_ids).encode() if row_ids else b""
        body = asked + event + tokens + rows + b"}"
        try:
            message = self._exchange(HEADER.pack(len(body)) + body, self._source.timeout)
        except _LostError as lost:
            self.close()
            self._printout.cut()
            return lost.failure
        try:
            return self._reading(message)
        except (KeyError, TypeError, ValueError, AttributeError):
            self.close()
            return Unscored("invalid", STRANGE, 0.0)

    def _reading(self, message: Mapping[str, Any]) -> Reply:
        seconds = float(message["seconds"])
        if message["peak_mb"] > self._source.memory_mb:
            self.close()
            return Unscored("crashed", self._outgrown(message["peak_mb"]), seconds)
        if "tokens_missing" in message:
            self._refuse_to_go_without()
        if "failed" in message:
            reason, detail = message["failed"]
            return Unscored(reason, detail, seconds)
        told = tuple(message.get("told", ()))
        computed = float(message["cpu_seconds"])
        self.denied |= dict.fromkeys(message.get("denied", ()))
        return Answer(message["results"], seconds, message.get("mutated"), computed, told, message["child_seconds"])

    def lookups(self, event: bytes) -> frozenset[str]:
        """The keys of samples that the reward looks up in one event, as "metadata.reference_answer"; none if lost."""
        if self._process is None:
            self.start()
        self._printout.begin()
        body = b'{"timeout": %f, "lookups": true, "event": %b}' % (self._source.timeout, event)
        try:
            message = self._exchange(HEADER.pack(len(body)) + body, self._source.timeout)
        except _LostError:
            self.close()
            return frozenset()
        return frozenset(message.get("lookups", ()))

    def _refuse_to_go_without(self) -> NoReturn:
        where = str(self._source.path)
        if self._source.packaged:
            what = "reads completion_ids, which no platform sends: the deployed function would fail on every batch"
            raise RewardError(what, where=where, do=f"package it again: {MEASURE_TEXT}")
        what = "it reads the token ids of completions (completion_ids), and only their texts are known"
        raise TokensMissingError(what, where=where, do=None if self._names_tokens else NAME_THEM)

    def _exchange(self, data: bytes | None, timeout: float) -> Mapping[str, Any]:
        """Write `data`, then read one message, within the memory limit and `timeout` seconds of the process's own.

        What the process waits for a processor is not its own time; many times the timeout is waited in all.
        """
        started, forgiven = time.monotonic(), 0.0
        delayed = delay_of(self._process.pid) if self._process is not None else 0.0
        poll = select.poll()
        poll.register(self._replies, select.POLLIN)
        view, received = memoryview(data or b""), bytearray()
        if view:
            poll.register(self._requests, select.POLLOUT)
        while True:
            left = timeout + forgiven - (time.monotonic() - started)
            if left <= 0 and forgiven < MOST_FORGIVEN * timeout:
                waited = delay_seconds(self._process.pid) if self._process is not None else 0.0
                forgiven = min(waited - delayed, MOST_FORGIVEN * timeout)
                left = timeout + forgiven - (time.monotonic() - started)
            events = poll.poll(1000 * max(0.0, min(left, POLL_SECONDS)))
            for descriptor, _ in events:
                if descriptor == self._requests:
                    view = self._send(view, started)
                    if not view:
                        poll.unregister(self._requests)
                else:
                    chunk = os.read(self._replies, CHUNK)
                    if not chunk:
                        raise _LostError(Unscored("crashed", self._death(), time.monotonic() - started))
                    received += chunk
                    if (message := self._message(received, started)) is not None:
                        return message
            if not events or left <= 0:  # what writes without an end has no more time than what is silent
                self._check(left, started)

    def _message(self, received: bytearray, started: float) -> Mapping[str, Any] | None:
        try:
            return whole(received)
        except (ValueError, RecursionError) as error:  # the reward may have raised its own process's bounds for these
            detail = f"RL101 the return value cannot be read as JSON: {error}"
            raise _LostError(Unscored("invalid", detail, time.monotonic() - started)) from None

    def _send(self, view: memoryview, started: float) -> memoryview:
        try:
            return view[os.write(self._requests, view[:CHUNK]) :]
        except BrokenPipeError:
            raise _LostError(Unscored("crashed", self._death(), time.monotonic() - started)) from None

    def _check(self, left: float, started: float) -> None:
        """A worker that has not answered yet: out of time, dead behind an open pipe, or outgrown?"""
        seconds = time.monotonic() - started
        process = self._process
        if left <= 0:
            raise _LostError(Unscored("timed_out", f"no answer within {self._source.timeout:g} s", seconds))
        if process is None or process.ended:
            raise _LostError(Unscored("crashed", self._death(), seconds))
        resident = resident_mb(process.pid)
        if resident > self._source.memory_mb:
            raise _LostError(Unscored("crashed", self._outgrown(resident), seconds))
        self._effort.look(process.pid)
        if self._printout.too_long:
            raise _LostError(Unscored("crashed", f"printed more than {MOST_MB} MB", seconds))

    def _outgrown(self, resident: float) -> str:
        return f"outgrew its memory ({resident:.0f} MB, limit {self._source.memory_mb} MB)"

    def _death(self) -> str:
        return "the process is gone" if self._process is None else how_it_ended(self._process.code(5))

    def kill(self) -> None:
        """Kill the process and all it started; the only method that another thread may call."""
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """Kill the process and all it started, and forget it."""
        if self._process is not None:
            self._process.end()
            self._process = None
        for descriptor in (self._requests, self._replies):
            if descriptor >= 0:
                os.close(descriptor)
        self._requests = self._replies = -1

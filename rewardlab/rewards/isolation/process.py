"""The audit's side of one isolated worker: starts it, sends it one event at a time, and kills it if necessary."""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

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
from rewardlab.rewards.isolation.reply import Answer, EntryFound, Reply, TokenIds
from rewardlab.rewards.isolation.source import RewardSource
from rewardlab.rewards.isolation.worker import HEADER, whole

#: How often a busy worker's memory is checked; a call that answers sooner is never checked.
POLL_SECONDS = 0.05
CHUNK = 1 << 16
#: The message about a worker whose pipe contains something that a worker never writes.
STRANGE = "RL101 its process answered with something else than its return: the code writes where it did not open a file"
#: A process that is delayed by a busy machine gets at most this many times its timeout in addition.
MOST_FORGIVEN = 20


class _LostError(Exception):
    """The worker has ended or had to be killed; `failure` says why."""

    def __init__(self, failure: Unscored):
        self.failure = failure


class WorkerProcess:
    """A worker that is started when first needed, and again after it was killed.

    `returns` is the form in which the platform wants the results; for code that is not a Lambda the worker builds it.

    Use from one thread only: on Linux the worker dies with the thread that started it.
    Raises: RewardError from `start` and `invoke` when the code cannot be loaded; TokensMissingError from `invoke` when
    the reward reads token ids that are not known; RewardError if it is packaged and reads any.
    """

    def __init__(self, source: RewardSource, *, log: Path, returns: Returns = "list"):
        self._source, self._returns = source, returns
        self._printout = Printout(log)
        self._process: Launched | None = None
        self._requests = self._replies = -1
        self._names_tokens = False
        self._effort = Effort()
        #: What the fence denied a reward that was nevertheless loaded or answered.
        self.denied: dict[str, None] = {}

    @property
    def computing(self) -> float | None:
        """The share of its time that it computes in a long call; None if no call was long enough to measure."""
        return self._effort.share

    @property
    def lasting(self) -> float:
        """The seconds since its last call began."""
        began = self._effort.began  # read first: another thread may begin a call between the two
        return time.monotonic() - began

    @property
    def resident_mb(self) -> float:
        """Its resident memory now, in MB; may be called from another thread."""
        process = self._process
        return resident_mb(process.pid) if process is not None else 0.0

    def another(self, number: int) -> WorkerProcess:
        """Another worker for the same code and limits, with its own log."""
        log = self._printout.path
        return WorkerProcess(self._source, log=log.with_stem(f"{log.stem}-{number + 2}"), returns=self._returns)

    def allow(self, seconds: float) -> None:
        """Set the timeout of further invocations."""
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
        """Send one event (an encoded JSON list of samples) and wait for the reply, the timeout or the worker's death.

        With `watch` the worker compares the event before and after, which requires parsing it again. `token_ids` are
        sent only if the entry has a parameter for them; `row_ids` are the rows' own ids if some are not texts.
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
        """The keys that the reward looks up in an event, as "metadata.reference_answer"; none if the worker is lost."""
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
        """Write `data`, then read one message, within the memory limit and `timeout` seconds of the process's own time.

        Time spent waiting for a processor is not its own, so the whole wait can be many times the timeout.
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
            if not events or left <= 0:  # an endless writer must not get more time than a silent process
                self._check(left, started)

    def _message(self, received: bytearray, started: float) -> Mapping[str, Any] | None:
        try:
            return whole(received)
        except (ValueError, RecursionError) as error:  # the reward may have raised these limits in its own process
            detail = f"RL101 the return value cannot be read as JSON: {error}"
            raise _LostError(Unscored("invalid", detail, time.monotonic() - started)) from None

    def _send(self, view: memoryview, started: float) -> memoryview:
        try:
            return view[os.write(self._requests, view[:CHUNK]) :]
        except BrokenPipeError:
            raise _LostError(Unscored("crashed", self._death(), time.monotonic() - started)) from None

    def _check(self, left: float, started: float) -> None:
        """Check a worker that has not answered: out of time, dead with its pipe still open, or over its memory?"""
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
        """Kill the process and everything it started; the only method that another thread may call."""
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """Kill the process and everything it started, and close its pipes."""
        if self._process is not None:
            self._process.end()
            self._process = None
        for descriptor in (self._requests, self._replies):
            if descriptor >= 0:
                os.close(descriptor)
        self._requests = self._replies = -1

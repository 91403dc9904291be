"""Scores generations with a deployed Lambda function, invoked as a trainer invokes it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

from rewardlab.cloud.failure import code_of, failure
from rewardlab.cloud.session import Access, open_client
from rewardlab.errors import RewardError
from rewardlab.outcome import Outcome, Unscored
from rewardlab.platforms import LAMBDA, Platform
from rewardlab.rewards.deployed.function import FunctionName
from rewardlab.rewards.deployed.invocation import read_reply, read_tail
from rewardlab.rewards.deployed.traffic import Tally, Traffic
from rewardlab.rewards.events.event import Key, encode_event
from rewardlab.rewards.isolation.pool import Pair, ScoringState, score_batch
from rewardlab.rewards.isolation.reply import EntryFound, Reply, TokenIds
from rewardlab.task import Generation, Prompt

MEGABYTE = 1 << 20
#: The wait before the first repeat; it doubles each time and is shortened by up to half at random to spread threads.
BACKOFF_SECONDS = 0.5
#: A batch that AWS throttles for longer than this is given up: the reserved concurrency may be 0.
THROTTLED_SECONDS = 60.0
#: Longer than any invocation can run, so that a timeout is always the function's own.
READ_SECONDS = LAMBDA.most_seconds + 30.0
TOO_LARGE = ("RequestTooLargeException", "RequestEntityTooLargeException", "SerializedRequestEntityTooLargeException")
#: Errors on AWS's side that may go away when the call is repeated.
PASSING = (
    "ServiceException",
    "ServiceUnavailableException",
    "InternalFailure",
    "ResourceNotReadyException",
    "EC2UnexpectedException",
    "ENINotReadyException",
)
STOPPED = Unscored("crashed", "stopped", 0.0)

Wait = Callable[[float], object]


def open_function(name: FunctionName, platform: Platform, *, access: Access | None = None) -> Any:
    """A client for invoking `name` that never repeats a call itself, because repeats are measured here.

    Raises: RewardError where AWS cannot be reached with these settings.
    """
    connections = platform.concurrency + 1  # one more for the examination, which runs at the same time
    access = access or Access(region=name.region)
    return open_client(
        "lambda", access, attempts=1, read_seconds=READ_SECONDS, connections=connections, raises=RewardError
    )


class FunctionWorker:
    """Invokes a function with one event at a time, and repeats failed calls as often as the platform's trainer does.

    A call that fails twice in the same way is not repeated again: more repeats would show nothing new. Throttled calls
    are counted and repeated for up to THROTTLED_SECONDS, even after the trainer would have given up. `repeats` limits
    the repeats after failures of the function itself; the default is the platform's retries.
    Raises: RewardError from `start` and `invoke` when AWS refuses, or when the function's code cannot be loaded.
    """

    def __init__(
        self,
        client: Any,
        name: FunctionName,
        platform: Platform,
        *,
        rng: np.random.Generator,
        tally: Tally | None = None,
        repeats: int | None = None,
        wait: Wait | None = None,
    ):
        self._client, self._name, self._platform, self._rng = client, name, platform, rng
        self._tally = tally or Tally()
        self._repeats = platform.retries if repeats is None else repeats
        self._stop = threading.Event()
        self._wait: Wait = wait or self._stop.wait
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def start(self) -> EntryFound:
        """Ask AWS whether the function exists and may be invoked (`DryRun`); this runs no code."""
        try:
            self._client.invoke(**self._name.called, InvocationType="DryRun")
        except Exception as error:  # botocore's errors share no base
            if code_of(error) != "TooManyRequestsException":
                raise self._refused(error) from error
        return EntryFound(str(self._name), "lambda", ())

    def allow(self, seconds: float) -> None:
        """Do nothing: the function's own timeout applies, here as in training."""

    def invoke(
        self,
        event: bytes,
        *,
        watch: bool = False,  # noqa: ARG002 - changes that the function makes to its event cannot be seen
        token_ids: TokenIds | None = None,  # noqa: ARG002 - no platform sends them
        row_ids: Sequence[Any] | None = None,  # noqa: ARG002 - likewise
    ) -> Reply:
        """Send one event and wait for the reply; an Answer's `mutated` is None, since it cannot be seen from here."""
        limit = self._platform.payload_mb * MEGABYTE
        if len(event) > limit:
            size = f"{len(event) / MEGABYTE:.1f} MB, limit {self._platform.payload_mb} MB"
            return Unscored("invalid", f"RL205 the event is too large ({size})", 0.0)
        reply = self._answered(event)
        for attempt in range(self._repeats):
            if not isinstance(reply, Unscored) or reply.reason == "invalid" or self._stop.is_set():
                break
            before = reply
            self._pause(attempt)
            self._tally.count("retried")
            reply = self._answered(event)
            if isinstance(reply, Unscored) and _kind(reply) == _kind(before):
                break
        return reply

    def _answered(self, event: bytes) -> Reply:
        """Repeat the invocation until it gets through to the function, and return the function's reply."""
        throttled = passing = 0
        waited = 0.0
        while not self._stop.is_set():
            self._tally.count("invocations")
            started = time.monotonic()
            response = self._send(event)
            seconds = time.monotonic() - started
            if response is None:
                break
            if not isinstance(response, Exception):
                return self._read(response, seconds)
            code = code_of(response)
            if code in TOO_LARGE:
                return Unscored("invalid", "RL205 AWS refuses the event as too large", seconds)
            if code == "TooManyRequestsException":
                self._tally.count("throttled")
                if throttled == self._platform.retries:
                    self._tally.count("refused")
                if waited > THROTTLED_SECONDS:
                    raise self._refused(response) from response
                waited += self._pause(throttled)
                throttled += 1
            elif passing < self._platform.retries and (code in PASSING or _is_network(response)):
                self._tally.count("retried")
                self._pause(passing)
                passing += 1
            else:
                raise self._refused(response) from response
        return STOPPED

    def _send(self, event: bytes) -> Any:
        """AWS's answer or the exception, None if killed meanwhile. Runs in a thread, since a call cannot be aborted."""
        answers = self._answers

        def call() -> None:
            try:
                response = self._client.invoke(**self._name.called, Payload=event, LogType="Tail")
                response["Body"] = response["Payload"].read()
            except Exception as error:  # noqa: BLE001 - botocore's errors share no base; the waiting thread reads it
                answers.put(error)
            else:
                answers.put(response)

        threading.Thread(target=call, name="invocation", daemon=True).start()
        return answers.get()

    def _read(self, response: Any, seconds: float) -> Reply:
        tail = read_tail(response.get("LogResult"))
        self._tally.saw(tail)
        return read_reply(
            response["Body"], error=response.get("FunctionError"), tail=tail, seconds=seconds, where=str(self._name)
        )

    def _pause(self, attempt: int) -> float:
        seconds = BACKOFF_SECONDS * float(2 ** min(attempt, 5) * self._rng.uniform(0.5, 1.0))
        self._wait(seconds)
        return seconds

    def _refused(self, error: Exception) -> Exception:
        allowed = f"lambda:InvokeFunction on {self._name.called['FunctionName']}"
        return failure(error, where=str(self._name), raises=RewardError, allowed=allowed)

    def kill(self) -> None:
        """Stop waiting for answers; may be called from another thread. Code running in the cloud runs to its end."""
        self._stop.set()
        self._answers.put(None)

    def close(self) -> None:
        """Stop waiting and close the client."""
        self.kill()
        self._client.close()


def _kind(failed: Unscored) -> tuple[str, str]:
    """The key by which two failures are the same; it ignores peak memory and the last line of the log."""
    return failed.reason, failed.detail.partition(";")[0]


def _is_network(error: Exception) -> bool:
    return any(kind.__name__ in {"ConnectionError", "HTTPClientError"} for kind in type(error).__mro__)


class DeployedPool:
    """Invokes a function from several threads, with the platform's batch size and at most its concurrency.

    A batch above the payload limit is split before it is sent. Use as a context manager.
    Raises: RewardError from the constructor when the function may not be invoked; from `drain` and `wait`, whatever the
    workers raise.
    """

    def __init__(self, client: Any, name: FunctionName, platform: Platform, *, seed: int = 0):
        self._client, self._name, self._platform, self._seed = client, name, platform, seed
        self._rng = np.random.default_rng(seed)
        self._todo: queue.SimpleQueue[tuple[Pair, ...] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[list[tuple[Key, Outcome]] | Exception] = queue.SimpleQueue()
        self._workers: list[FunctionWorker] = []
        self._partial: list[Pair] = []
        self._waiting = 0
        self._state, self._tally = ScoringState(), Tally()
        try:
            self.entry = self._worker().start()
        except RewardError:
            client.close()
            raise

    def submit(self, prompt: Prompt, generation: Generation) -> bool:
        """Queue this generation for scoring. A batch is sent when it is full, or at `flush`; True if one was sent."""
        self._partial.append((prompt, generation))
        if len(self._partial) < self._platform.batch_size:
            return False
        self.flush()
        return True

    def flush(self) -> None:
        """Send the submitted generations even though the batch is not full."""
        if self._partial:
            self._todo.put(tuple(self._partial))
            self._partial = []
            self._waiting += 1
            if self._waiting > len(self._workers) < self._platform.concurrency:
                worker = self._worker()
                self._workers.append(worker)
                threading.Thread(target=self._work, args=(worker,), name="scoring", daemon=True).start()

    def drain(self) -> list[tuple[Key, Outcome]]:
        """The outcomes that are ready."""
        outcomes: list[tuple[Key, Outcome]] = []
        while not self._done.empty():
            outcomes += self._take()
        return outcomes

    def wait(self) -> list[tuple[Key, Outcome]]:
        """Wait for the next batch's outcomes; empty when every submitted and flushed generation has one."""
        return self._take() if self._waiting else []

    def fresh(self) -> DeployedPool:
        """Another pool for the same function. Whether other processes answer it is up to Lambda."""
        return DeployedPool(open_function(self._name, self._platform), self._name, self._platform, seed=self._seed)

    @property
    def lost(self) -> Sequence[Unscored]:
        """The failures of whole invocations, including those whose samples were all scored when sent one at a time."""
        return tuple(self._state.lost)

    @property
    def traffic(self) -> Traffic:
        """Statistics of the invocations so far."""
        return self._tally.traffic()

    def close(self) -> None:
        """Stop waiting; outcomes that were not drained are dropped."""
        self._state.stop.set()
        for worker in self._workers:
            self._todo.put(None)
            worker.kill()
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _worker(self) -> FunctionWorker:
        return FunctionWorker(self._client, self._name, self._platform, rng=self._rng, tally=self._tally)

    def _take(self) -> list[tuple[Key, Outcome]]:
        item = self._done.get()
        if isinstance(item, Exception):
            raise item
        self._waiting -= 1
        return item

    def _work(self, worker: FunctionWorker) -> None:
        try:
            while (batch := self._todo.get()) is not None and not self._state.stop.is_set():
                outcomes: list[tuple[Key, Outcome]] = []
                for part in self._parts(batch):
                    scored = score_batch(worker, part, self._platform, self._state)
                    self._tally.scored([outcome for _, outcome in scored])
                    outcomes += scored
                self._done.put(outcomes)
        except Exception as error:  # noqa: BLE001 - carried to the thread that drains, where it is raised again
            self._done.put(error)

    def _parts(self, batch: Sequence[Pair]) -> list[Sequence[Pair]]:
        """The batch, halved until each part fits into a payload or is a single sample."""
        parts = ((self._state.parts_of(prompt, self._platform), generation) for prompt, generation in batch)
        if len(batch) < 2 or len(encode_event(parts)) <= self._platform.payload_mb * MEGABYTE:
            return [batch]
        self._tally.count("split")
        middle = len(batch) // 2
        return [*self._parts(batch[:middle]), *self._parts(batch[middle:])]

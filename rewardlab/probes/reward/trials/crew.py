"""The workers of a reward under examination: one whose time is counted, and a crew for slow rewards."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from rewardlab.outcome import Unscored
from rewardlab.rewards.isolation.reply import EntryFound, Reply, TokenIds, Worker

Task = TypeVar("Task")
Result = TypeVar("Result")

#: How often an invocation that times out is tried in all before it is reported: each may cost the whole timeout.
REPEATS = 2
#: Seconds between two checks whether the examination was abandoned.
LOOK_SECONDS = 0.2


class Meter:
    """A worker that sums its own seconds and repeats invocations that timed out."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._repeats = 0
        self._is_bounded = False
        self.spent = 0.0

    def start(self) -> EntryFound:
        return self._worker.start()

    def allow(self, seconds: float) -> None:
        self._worker.allow(seconds)

    @contextmanager
    def bounded(self, seconds: float, *, afterwards: float) -> Iterator[None]:
        """Limit invocations in the body to so many seconds, without repeats; later ones to `afterwards`."""
        self._is_bounded = True
        self.allow(seconds)
        try:
            yield
        finally:
            self._is_bounded = False
            self.allow(afterwards)

    def invoke(
        self,
        event: bytes,
        *,
        watch: bool = False,
        token_ids: TokenIds | None = None,
        row_ids: Sequence[Any] | None = None,
    ) -> Reply:
        ask = partial(self._worker.invoke, event, watch=watch, token_ids=token_ids, row_ids=row_ids)
        reply = self._count(ask())
        if self._may_repeat(reply):
            self._repeats += 1
            return self._count(ask())
        return reply

    def _may_repeat(self, reply: Reply) -> bool:
        ran_out = isinstance(reply, Unscored) and reply.reason == "timed_out"
        return ran_out and not self._is_bounded and self._repeats < REPEATS

    def _count(self, reply: Reply) -> Reply:
        self.spent += reply.seconds
        return reply

    def kill(self) -> None:
        self._worker.kill()

    def close(self) -> None:
        self._worker.close()


class Crew:
    """Several workers that are asked at once, each in a thread of its own: on Linux a worker dies with its thread.

    They start when they are first needed. `make` gives the worker with a number, counted from 0. `spent` is the mean of
    their own seconds. When `stop` is set, what they are at is killed.
    """

    def __init__(self, make: Callable[[int], Worker], size: int, *, stop: threading.Event | None = None) -> None:
        self._make, self.size, self._stop = make, size, stop or threading.Event()
        self._threads: list[ThreadPoolExecutor] = []
        self._meters: list[Meter] = []

    @property
    def spent(self) -> float:
        return sum(meter.spent for meter in self._meters) / self.size

    def allow(self, seconds: float) -> None:
        """Limit further invocations to so many seconds."""
        for meter in self._hired():
            meter.allow(seconds)

    def map(self, ask: Callable[[Worker, Task], Result], tasks: Sequence[Task]) -> list[Result]:
        """Ask each task and return the results in their order; task i goes to worker i, at most `size` of them.

        Raises: what asking raises.
        """
        assert len(tasks) <= self.size, "a task for each worker"
        meters = self._hired()
        asked = [
            thread.submit(ask, meter, task) for thread, meter, task in zip(self._threads, meters, tasks, strict=False)
        ]
        while wait(asked, timeout=LOOK_SECONDS).not_done:
            if self._stop.is_set():
                self.kill()
        return [one.result() for one in asked]

    def _hired(self) -> list[Meter]:
        if not self._meters:
            self._meters = [Meter(self._make(number)) for number in range(self.size)]
            self._threads = [ThreadPoolExecutor(1, thread_name_prefix="examination") for _ in self._meters]
        return self._meters

    def kill(self) -> None:
        """Kill every worker's process, also in the middle of a call."""
        for meter in self._meters:
            meter.kill()

    def close(self) -> None:
        """Close every worker in its own thread, and end the threads."""
        for thread, meter in zip(self._threads, self._meters, strict=True):
            thread.submit(meter.close).result()
            thread.shutdown()

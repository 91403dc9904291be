"""One event loop for all async rewards of a process, in its own thread, as in TRL.

Standard library only: this file runs in the isolated worker. A semaphore, a lock or a client that the reward creates at
import or in its first call belongs to one loop; with a new loop for each call it would fail in the second.
"""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

#: A call that returns an awaitable's result, or raises what the awaitable raised.
Given: TypeAlias = Callable[[], Any]

#: How often to check whether the loop still runs; sys.exit in one of the reward's own tasks ends it.
LOOK_SECONDS = 0.5


class _Loop:
    """An event loop that runs in a daemon thread until the process ends, or until a task in it exits."""

    def __init__(self) -> None:
        import asyncio  # noqa: PLC0415 - two thirds of a worker's start, and few rewards are async

        self._asyncio = asyncio
        self._not_yet: type[Exception] = sys.modules["concurrent.futures"].TimeoutError  # asyncio has imported it
        self._loop = asyncio.new_event_loop()
        self._ended: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="rewards", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        except BaseException as error:  # noqa: BLE001 - sys.exit in a task: whoever waits raises it
            self._ended = error
        finally:
            for task in self._asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(self._asyncio.sleep(0))
            self._loop.close()

    @property
    def thread_id(self) -> int | None:
        """The system's id of the loop's thread."""
        return self._thread.native_id

    @property
    def is_running(self) -> bool:
        return self._ended is None and self._thread.is_alive()

    def wait(self, values: Sequence[Any]) -> list[Given]:
        """Await all awaitables concurrently; each one's Given returns its result or raises its exception."""
        future = self._asyncio.run_coroutine_threadsafe(self._together(values), self._loop)
        try:
            while True:
                try:
                    given = future.result(LOOK_SECONDS)
                except self._not_yet:
                    if not self.is_running:
                        raise self._ended or SystemExit(1) from None
                    continue
                if self._ended is not None or len(given) < len(values):
                    raise self._ended or SystemExit(1)
                return given
        finally:
            future.cancel()  # has an effect only if Ctrl-C ended the wait

    async def _together(self, values: Sequence[Any]) -> list[Given]:
        """Run each awaitable in its own task, started in order, as trainers do. Empty if the loop ends."""
        tasks = [self._loop.create_task(_outcome(value)) for value in values]
        try:
            await self._asyncio.wait(tasks)
        except self._asyncio.CancelledError:
            return []
        return [partial(_give, *task.result()) for task in tasks]


async def _outcome(value: Any) -> tuple[BaseException | None, Any]:
    """The exception or the result of an awaitable, as a value: a raised exception might end the loop."""
    try:
        return None, await value
    except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
        return error, None


def _give(error: BaseException | None, value: Any) -> Any:
    if error is not None:
        raise error
    return value


_LOCK = threading.Lock()
_LOOPS: list[_Loop] = []


def wait(value: Any) -> Any:
    """The value itself, or the result of an awaitable, awaited on the process's one loop."""
    return wait_all([value])[0]() if inspect.isawaitable(value) else value


def wait_all(values: Sequence[Any]) -> list[Given]:
    """Await several awaitables concurrently on the process's one loop.

    Each result is a call that returns the awaitable's value or raises its exception, so that a failure of one does not
    affect the others.
    Raises: what ended the loop itself, such as sys.exit in one of the reward's own tasks.
    """
    if not values:
        return []
    with _LOCK:
        if not _LOOPS or not _LOOPS[-1].is_running:
            _LOOPS[:] = [_Loop()]
    return _LOOPS[-1].wait(values)


def thread_id() -> int | None:
    """The system's id of the thread in which async rewards run; None if none has run yet.

    Like the main thread's, its waits for a processor are not part of the reward's own time.
    """
    return _LOOPS[-1].thread_id if _LOOPS else None


def is_async(call: Callable[..., Any]) -> bool:
    """Whether a trainer recognises it as async: a coroutine function, a partial of one, or an async __call__."""
    while isinstance(call, partial):
        call = call.func
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(getattr(call, "__call__", None))  # noqa: B004

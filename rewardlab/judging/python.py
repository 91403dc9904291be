"""Judges that are the user's own Python: `python:FILE:FUNCTION`.

They run in isolated processes, as rewards do: fenced in, without credentials, and with limits on time and memory. An
endless loop or os._exit loses only the one judgment.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from rewardlab.engines import count_option
from rewardlab.errors import RewardError, UsageError
from rewardlab.judging.definition import PYTHON, Judge
from rewardlab.judging.exhibit import Exhibit
from rewardlab.judging.template import question_of
from rewardlab.judging.verdict import Verdict, VerdictError, find
from rewardlab.outcome import Unscored
from rewardlab.rewards.fence.available import fence_notes
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.reply import EntryFound
from rewardlab.rewards.isolation.source import RewardSource

#: The parameters that a judge's function may have, with their values.
ARGUMENTS: dict[str, Callable[[Exhibit], Any]] = {
    "question": lambda exhibit: question_of(exhibit.prompt),
    "messages": lambda exhibit: [dict(message) for message in exhibit.prompt.messages],
    "reference": lambda exhibit: exhibit.reference,
    "response": lambda exhibit: exhibit.response,
    "other": lambda exhibit: exhibit.other,
    "row": lambda exhibit: dict(exhibit.prompt.row),
}
#: The keys of a Python judge's [engine] table with their defaults: concurrent calls, seconds per call, and MB of memory
#: per process.
OPTIONS = {"concurrency": 1, "timeout": 300, "memory_mb": 8192}
#: The time limit of the import, during which a judge may load a model.
IMPORT_SECONDS = 600.0
#: How many bytes of a judge's printed output are kept.
KEPT = 1 << 20


class PythonJudge:
    """A judge's function in an isolated process, with one process for each calling thread. Must be closed.

    Raises: UsageError with the file when it cannot be loaded, has no such function, or the function requires an
    argument that no judge is given.
    """

    def __init__(self, judge: Judge) -> None:
        assert judge.model is not None and judge.is_python, "a judge whose model is python:FILE:FUNCTION"  # noqa: PT018 - mypy reads the first half
        file, _, self._name = judge.model.removeprefix(PYTHON).rpartition(":")
        self._scale, self._file = judge.scale, file
        self._source = RewardSource(
            Path(file),
            self._name,
            count_option(judge.engine, "timeout", OPTIONS["timeout"]),
            count_option(judge.engine, "memory_mb", OPTIONS["memory_mb"]),
            judge.environment,
            variables=(("OMP_NUM_THREADS", str(os.cpu_count() or 1)),),
            files=judge.files,
            network=judge.network,
            who="judge",
            import_seconds=IMPORT_SECONDS,
        )
        self._folder = tempfile.TemporaryDirectory(prefix="rewardlab-")
        self._lock, self._made = threading.Lock(), 0
        self._workers: dict[threading.Thread, WorkerProcess] = {}
        self._denied: dict[str, None] = {}
        self._end = weakref.finalize(self, _end, self._workers, self._folder)
        try:
            self._entry = self._started(self._worker())
        except BaseException:
            self.close()
            raise

    @property
    def printed(self) -> str:
        """The first megabyte of what the judge has printed so far, which never gets into the report."""
        logs = sorted(Path(self._folder.name).glob("judge-*.log"))
        return b"".join(log.read_bytes()[:KEPT] for log in logs)[:KEPT].decode(errors="replace")

    @property
    def notes(self) -> list[str]:
        """Sentences about the fence around the judge."""
        with self._lock:
            denied = {**self._denied, **{one: None for worker in self._workers.values() for one in worker.denied}}
        return fence_notes(self._entry.fence, denied, "judge")

    @contextmanager
    def held(self) -> Iterator[None]:
        """End the processes of other threads at the end of this block."""
        try:
            yield
        finally:
            self._drop([one for one in self._workers if one is not threading.current_thread()])

    def ask(self, exhibit: Exhibit) -> Verdict | Unscored:
        """The verdict that the function returns: a label, a number of the scale, or True or False for a boolean.

        None gives Unscored("abstained"), any other value "invalid", an exception "raised", no answer in time
        "timed_out"; sys.exit, a lack of memory and the end of the process give "crashed". Async functions are awaited.
        """
        worker = self._worker()
        event = json.dumps({name: given(exhibit) for name, given in ARGUMENTS.items()})
        reply = worker.invoke(event.encode())
        if isinstance(reply, Unscored):
            return reply
        told = reply.results
        if "failed" in told:
            reason, detail = told["failed"]
            return Unscored(reason, detail, reply.seconds)
        value = _Shown(told["shown"]) if "shown" in told else told["value"]
        if value is None:
            return Unscored("abstained", "returned None", reply.seconds)
        try:
            return find(self._scale, value)
        except VerdictError as error:
            return Unscored("invalid", str(error), reply.seconds)

    def _worker(self) -> WorkerProcess:
        """This thread's own worker, since on Linux a worker dies with the thread that started it."""
        with self._lock:
            worker = self._workers.get(threading.current_thread())
            if worker is None:
                self._made += 1
                log = Path(self._folder.name) / f"judge-{self._made:03}.log"
                worker = self._workers[threading.current_thread()] = WorkerProcess(self._source, log=log)
        return worker

    def _started(self, worker: WorkerProcess) -> EntryFound:
        """Start the worker. Raises: UsageError."""
        try:
            return worker.start()
        except RewardError as error:
            is_call = error.what.startswith("the function takes")
            where = f"{self._file}:{self._name}" if is_call else error.where
            do = error.do and re.sub(r"\breward\b", "judge", error.do)  # the same advice, but for the judge's option
            raise UsageError(error.what, where=where, expected=error.expected, do=do) from error

    def _drop(self, threads: list[threading.Thread]) -> None:
        for thread in threads:
            worker = self._workers.pop(thread)
            self._denied |= worker.denied
            worker.close()

    def close(self) -> None:
        """End the processes, and delete their printed output."""
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Shown:
    """Stands for a value that is not JSON, with the repr that its process sent."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _end(workers: dict[threading.Thread, WorkerProcess], folder: tempfile.TemporaryDirectory[str]) -> None:
    while workers:
        _, worker = workers.popitem()
        with contextlib.suppress(OSError):
            worker.close()
    folder.cleanup()

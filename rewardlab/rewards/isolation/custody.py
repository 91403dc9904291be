"""What the audit's own process does about itself before it starts somebody's code."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rewardlab.rewards.fence.kernel import PR_SET_CHILD_SUBREAPER, prctl
from rewardlab.rewards.isolation.family import children, family
from rewardlab.rewards.isolation.worker import MOST_FILE_BYTES

PR_SET_DUMPABLE = 4
#: The hard limit of the size of a file, where there is one.
FILE_SIZE = re.compile(r"^Max file size +\S+ +(\d+)", re.MULTILINE)
#: How long what a worker left behind is waited for, once it is killed, and how often it is looked.
SECONDS, LOOK_SECONDS = 5.0, 0.005


def seal() -> None:
    """On Linux, let no process of this user's read this one's memory and environment, where the credentials are.

    The files under /proc/PID then belong to root, the process is not to be traced, and it leaves no core dump. What
    this process itself reads of its own (descriptors, memory in use) it still may. Programs that it starts are as open
    as ever, and root may read everything.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


class Custody:
    """The workers of this process, and what they leave behind when they end.

    A program that starts a session of its own, or is started by one that ends at once, leaves its worker's group. While
    the worker lives it is still below it; when the worker is gone, it comes to this process, where it is known by what
    no process gets rid of: the bound on the files it may write, and that it gains no rights.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workers: set[int] = set()

    @contextmanager
    def taking(self) -> Iterator[set[int]]:
        """Add the number of a worker to the set that is given, in the moment in which it is started."""
        with self._lock:
            with contextlib.suppress(OSError):
                prctl(PR_SET_CHILD_SUBREAPER)
            yield self._workers

    def left(self, worker: int) -> None:
        """The worker has ended: kill what it left behind, and what that started."""
        with self._lock:
            self._workers.discard(worker)
        until = time.monotonic() + SECONDS
        while (found := self._orphans()) and time.monotonic() < until:
            for orphan in found:
                for member in family(orphan):
                    kill(member)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(orphan, os.WNOHANG)
            time.sleep(LOOK_SECONDS)
        with self._lock:
            if not self._workers:  # what others leave, without a worker in sight, is the system's to wait for
                with contextlib.suppress(OSError):
                    prctl(PR_SET_CHILD_SUBREAPER, 0)

    def _orphans(self) -> list[int]:
        with self._lock:
            return [pid for pid in children(os.getpid()) if pid not in self._workers and _was_a_workers(pid)]


def kill(pid: int) -> None:
    """Kill one process, where it is still there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def _was_a_workers(pid: int) -> bool:
    """Whether a process bears the marks of a worker. They are inherited, and can be made narrower, never wider."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
        limits = Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
    except OSError:
        return False
    hard = FILE_SIZE.search(limits)
    return "NoNewPrivs:\t1" in status and hard is not None and int(hard[1]) <= MOST_FILE_BYTES


#: This process's.
CUSTODY = Custody()

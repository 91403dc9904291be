"""Protects the audit's own process from the code it starts, and cleans up processes that workers leave behind."""

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
#: The hard limit on the size of a file, if there is one.
FILE_SIZE = re.compile(r"^Max file size +\S+ +(\d+)", re.MULTILINE)
#: How long to wait for the end of processes that a worker left behind, once killed, and how often to look.
SECONDS, LOOK_SECONDS = 5.0, 0.005


def seal() -> None:
    """On Linux, keep the user's other processes from reading this one's memory and environment, with the credentials.

    The files under /proc/PID then belong to root, the process cannot be traced, and it leaves no core dump. It can
    still read its own files there (descriptors, memory in use). Programs that it starts are not protected, and root can
    read everything.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


class Custody:
    """Keeps track of the workers of this process and kills what they leave behind.

    A program that starts its own session, or whose parent ends at once, leaves its worker's process group. While the
    worker lives, the program is still its descendant; after the worker's end it becomes a child of this process. Here
    it is recognised by two marks that no process can remove: the limit on the size of files, and no_new_privs.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workers: set[int] = set()

    @contextmanager
    def taking(self) -> Iterator[set[int]]:
        """A context in which to start a worker; the caller adds the worker's pid to the set that it yields."""
        with self._lock:
            with contextlib.suppress(OSError):
                prctl(PR_SET_CHILD_SUBREAPER)
            yield self._workers

    def left(self, worker: int) -> None:
        """After the end of a worker, kill the processes that it left behind and their descendants."""
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
            if not self._workers:  # without workers, orphans of other programs are left to the system
                with contextlib.suppress(OSError):
                    prctl(PR_SET_CHILD_SUBREAPER, 0)

    def _orphans(self) -> list[int]:
        with self._lock:
            return [pid for pid in children(os.getpid()) if pid not in self._workers and _was_a_workers(pid)]


def kill(pid: int) -> None:
    """Kill one process if it still exists."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def _was_a_workers(pid: int) -> bool:
    """Whether a process has a worker's marks, which are inherited and can be tightened but never removed."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
        limits = Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
    except OSError:
        return False
    hard = FILE_SIZE.search(limits)
    return "NoNewPrivs:\t1" in status and hard is not None and int(hard[1]) <= MOST_FILE_BYTES


#: The custody of this process.
CUSTODY = Custody()

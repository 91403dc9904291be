"""A process and its children, seen from outside: their memory, and how much of their time they compute."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import psutil

from rewardlab.rewards.isolation.clock import delay_of

#: Whether the kernel lists the children of a thread.
LINKED = Path(f"/proc/self/task/{os.getpid()}/children").exists()
#: A share of computing is told of so many seconds at least.
LEAST_SECONDS = 0.25


def family(pid: int) -> list[int]:
    """The process and its children; none for one that has just ended."""
    return _linked(pid) if LINKED else _searched(pid)


def _linked(pid: int) -> list[int]:
    """By the kernel's own list of each thread's children: many workers are looked at many times a second."""
    found = [pid]
    for member in found:  # grows meanwhile
        try:
            threads = list(Path(f"/proc/{member}/task").iterdir())
        except OSError:
            if member == pid:
                return []
            continue
        for thread in threads:
            with contextlib.suppress(OSError):
                found += map(int, (thread / "children").read_bytes().split())
    return found


def _searched(pid: int) -> list[int]:
    """By a search through every process of the machine."""
    try:
        return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    except psutil.Error:
        return []


def children(pid: int) -> list[int]:
    """The process's own children, those that have ended and were not waited for included.

    By a search: the kernel's list may lack one while others come and go.
    """
    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.Error:
        return []


def resident_mb(pid: int) -> float:
    """Resident memory of the process and its children, in MB; 0 for one that has just ended."""
    total = 0
    for member in family(pid):
        with contextlib.suppress(psutil.Error):
            total += psutil.Process(member).memory_info().rss
    return total / (1 << 20)


def delay_seconds(pid: int) -> float:
    """The seconds that the process and its children have waited for a processor; slow to find out."""
    return sum(map(delay_of, family(pid)))


def processor_seconds(pid: int) -> float:
    """The processor time of the process and its children so far, those that have ended and were waited for included."""
    total = 0.0
    for member in family(pid):
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(member).cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


class Effort:
    """The share of its own time that a process computes in a call that has not ended; None where nobody could see.

    `began` is when the last call did, by the monotonic clock. What the process stands in the queue of a busy machine is
    no time of its own. Written by one thread and read by another.
    """

    def __init__(self) -> None:
        self.share: float | None = None
        self.began = self._looked = time.monotonic()
        self._since: tuple[float, float] | None = None

    def begin(self) -> None:
        """A call begins: what is seen from now on is that call's."""
        self.began, self._since = time.monotonic(), None

    def look(self, pid: int) -> None:
        """Look now; the share is that of the time between two looks."""
        moment = time.monotonic()
        if self._since is not None and moment - self._looked < LEAST_SECONDS:
            return
        self._looked, now = moment, (moment - delay_seconds(pid), processor_seconds(pid))
        if self._since is not None and (own := now[0] - self._since[0]) > 0:
            self.share = max(0.0, (now[1] - self._since[1]) / own)
        self._since = now

"""Measures a process and its descendants from outside: memory, processor time, and share of time spent computing."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import psutil

from rewardlab.rewards.isolation.clock import delay_of

#: Whether the kernel lists the children of a thread.
LINKED = Path(f"/proc/self/task/{os.getpid()}/children").exists()
#: A share of computing is measured over at least this many seconds.
LEAST_SECONDS = 0.25


def family(pid: int) -> list[int]:
    """The process and its descendants; none if it has just ended."""
    return _linked(pid) if LINKED else _searched(pid)


def _linked(pid: int) -> list[int]:
    """Find them in the kernel's list of each thread's children, which is fast: workers are checked often."""
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
    """Find them by a search through all processes of the machine."""
    try:
        return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    except psutil.Error:
        return []


def children(pid: int) -> list[int]:
    """The process's direct children, including those that have ended but have not been waited for.

    Found by a search, since the kernel's list may miss one while others come and go.
    """
    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.Error:
        return []


def resident_mb(pid: int) -> float:
    """Resident memory of the process and its descendants, in MB; 0 if it has just ended."""
    total = 0
    for member in family(pid):
        with contextlib.suppress(psutil.Error):
            total += psutil.Process(member).memory_info().rss
    return total / (1 << 20)


def delay_seconds(pid: int) -> float:
    """The seconds that the process and its descendants have waited for a processor; slow to measure."""
    return sum(map(delay_of, family(pid)))


def processor_seconds(pid: int) -> float:
    """The processor time so far of the process and its descendants, including those that ended and were waited for."""
    total = 0.0
    for member in family(pid):
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(member).cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


class Effort:
    """Measures the share of its own time that a process computes during a call; None until it has been measured.

    `began` is when the last call began, by the monotonic clock. Time in the queue of a busy machine is not the
    process's own time. Written by one thread and read by another.
    """

    def __init__(self) -> None:
        self.share: float | None = None
        self.began = self._looked = time.monotonic()
        self._since: tuple[float, float] | None = None

    def begin(self) -> None:
        """Start measuring a new call."""
        self.began, self._since = time.monotonic(), None

    def look(self, pid: int) -> None:
        """Measure now; the share is taken over the time since the last measurement."""
        moment = time.monotonic()
        if self._since is not None and moment - self._looked < LEAST_SECONDS:
            return
        self._looked, now = moment, (moment - delay_seconds(pid), processor_seconds(pid))
        if self._since is not None and (own := now[0] - self._since[0]) > 0:
            self.share = max(0.0, (now[1] - self._since[1]) / own)
        self._since = now

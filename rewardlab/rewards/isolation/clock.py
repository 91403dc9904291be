"""Measures a process's own time: elapsed time less the time it waits for a processor that others use.

Standard library only, and no import from the rest of rewardlab: the isolated worker uses it too. On a busy machine the
clock runs on while a ready process waits in the queue. Linux counts that wait (`run_delay`, the second figure of
/proc/PID/schedstat, in nanoseconds). Where the figure is not available, own time is elapsed time.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

NANOSECONDS = 1e9


def delay_of(pid: int | str) -> float:
    """The seconds that a process's main thread has waited for a processor since it began; 0 where not known.

    `pid` may also be "self/task/ID", for another thread of this process.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/schedstat").read_bytes().split()[1]) / NANOSECONDS
    return 0.0


class OwnClock:
    """Reads this process's own time and processor time, within microseconds. Keeps one file open.

    `also` returns the system's id of a second thread that works while the main one waits, or None.
    """

    def __init__(self, also: Callable[[], int | None] | None = None) -> None:
        self._file, self._also = -1, also
        with contextlib.suppress(OSError):
            self._file = os.open("/proc/self/schedstat", os.O_RDONLY | os.O_CLOEXEC)

    def _delay(self) -> float:
        if self._file < 0:
            return 0.0
        thread = self._also() if self._also is not None else None
        other = 0.0 if thread is None else delay_of(f"self/task/{thread}")
        try:
            return other + int(os.pread(self._file, 80, 0).split()[1]) / NANOSECONDS
        except (OSError, ValueError, IndexError):
            return 0.0

    def now(self) -> tuple[float, float]:
        """Own seconds and processor seconds; each has an arbitrary zero, so only differences mean anything."""
        return time.perf_counter() - self._delay(), time.process_time()

"""Decides how many workers to start: one per processor for a reward that computes, more for one that waits."""

from __future__ import annotations

import math

import psutil

#: A reward that waits (for a network, for a clock) gets at most this many workers.
MOST_WAITING = 16
#: A reward that computes for more than this share of its time is limited by the processors.
COMPUTES = 0.5
#: A reward whose child processes compute for more than this share of its time counts as computing.
CHILDREN_COMPUTE = 0.1
#: Workers beyond one per processor may use at most this share of the free memory.
MEMORY_SHARE = 0.5


def worth(computing: float | None, *, cores: int, most: int = MOST_WAITING) -> int:
    """How many workers keep the processors busy: the processors over the share of time that one worker computes.

    At least one per processor; more than that only up to `most`. `computing` is None where unknown.
    """
    if computing is None or computing > COMPUTES:
        return cores
    enough = most if computing * most <= cores else math.ceil(cores / computing)
    return max(cores, min(enough, most))


def repaid(work_seconds: float, start_seconds: float) -> int:
    """How many workers save more time than they take to start.

    The last of k workers saves W / (k - 1) - W / k seconds of the work W, about W / k², which is at least
    `start_seconds` if k² is at most W / start.
    """
    return math.isqrt(int(work_seconds / max(start_seconds, 0.01)))


def affordable(resident_mb: float) -> int:
    """How many more workers fit into the free memory, each as large as one is now."""
    free = psutil.virtual_memory().available / (1 << 20)
    return int(MEMORY_SHARE * free / max(resident_mb, 1.0))


class Load:
    """The share of its time that a reward computes over its last calls, each weighing half as much as the next.

    `last` is the duration of the last call, None before the first.
    """

    def __init__(self) -> None:
        self._seconds = self._computed = 0.0
        self.last: float | None = None

    def see(self, seconds: float, computed: float, in_children: float = 0.0) -> None:
        """Record a call: its own seconds, the part that it computed, and the seconds that its children computed.

        A call whose children compute counts as computing throughout: after they have ended, nobody can tell how long
        they waited for a processor.
        """
        self.last = seconds
        computed = seconds if in_children > CHILDREN_COMPUTE * seconds else computed
        self._seconds = self._seconds / 2 + seconds
        self._computed = self._computed / 2 + computed

    @property
    def computing(self) -> float | None:
        """The share of time; None before the first call."""
        return self._computed / self._seconds if self._seconds > 0 else None

"""How many workers a reward is worth: one for each processor where it computes, more where it waits."""

from __future__ import annotations

import math

import psutil

#: A reward that waits (for a network, for a clock) gets at most so many workers.
MOST_WAITING = 16
#: A reward that computes for more than this share of its time is bound by the processors.
COMPUTES = 0.5
#: One whose children compute for so large a share of its time runs code in them.
CHILDREN_COMPUTE = 0.1
#: Workers beyond the processors take at most this share of the memory that is free.
MEMORY_SHARE = 0.5


def worth(computing: float | None, *, cores: int, most: int = MOST_WAITING) -> int:
    """Workers that together keep the processors busy: the processors over the share of its time that one computes.

    At least one for each processor; beyond them at most `most`. `computing` is None where it is not known.
    """
    if computing is None or computing > COMPUTES:
        return cores
    enough = most if computing * most <= cores else math.ceil(cores / computing)
    return max(cores, min(enough, most))


def repaid(work_seconds: float, start_seconds: float) -> int:
    """How many workers repay their starts: the last of k saves W / (k - 1) - W / k seconds of the work W, about W / k².

    One that takes `start_seconds` to start repays them where k² is at most W / start.
    """
    return math.isqrt(int(work_seconds / max(start_seconds, 0.01)))


def affordable(resident_mb: float) -> int:
    """How many further workers the free memory holds, each as large as one is now."""
    free = psutil.virtual_memory().available / (1 << 20)
    return int(MEMORY_SHARE * free / max(resident_mb, 1.0))


class Load:
    """The share of its time that a reward computes, over its last calls: each counts half as much as the next.

    `last` is what the last one took, None before any.
    """

    def __init__(self) -> None:
        self._seconds = self._computed = 0.0
        self.last: float | None = None

    def see(self, seconds: float, computed: float, in_children: float = 0.0) -> None:
        """A call took so many seconds of its own, of which it computed; and its children computed.

        One whose children compute is taken not to wait: how long they stood in the queue of a busy machine, nobody
        knows when they have ended.
        """
        self.last = seconds
        computed = seconds if in_children > CHILDREN_COMPUTE * seconds else computed
        self._seconds = self._seconds / 2 + seconds
        self._computed = self._computed / 2 + computed

    @property
    def computing(self) -> float | None:
        """The share; None before anything was seen."""
        return self._computed / self._seconds if self._seconds > 0 else None

"""Two pieces of work measured in turn, A B A B ..., and the ratio of each pair: it holds when the machine drifts."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """Seconds of each run of A and of B, pair by pair."""

    name: str
    target: str
    first: tuple[float, ...]
    second: tuple[float, ...]

    @property
    def ratios(self) -> list[float]:
        return [a / b for a, b in zip(self.first, self.second, strict=True)]

    def line(self) -> str:
        """One row: the median ratio, its range, and both medians."""
        ratios = self.ratios
        return (
            f"{self.name:<72} {statistics.median(ratios):5.2f}  ({min(ratios):.2f} to {max(ratios):.2f}, "
            f"{len(ratios)} pairs; {statistics.median(self.first):.3f} s over {statistics.median(self.second):.3f} s)  "
            f"target {self.target}"
        )


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes by the wall clock."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def compare(name: str, first: Callable[[], object], second: Callable[[], object], *, pairs: int, target: str) -> Ratio:
    """Run both once for warmth, then in turn; which goes first alternates."""
    first()
    second()
    taken: list[tuple[float, float]] = []
    for pair in range(pairs):
        if pair % 2:
            other = seconds(second)
            taken.append((seconds(first), other))
        else:
            taken.append((seconds(first), seconds(second)))
    return Ratio(name, target, tuple(a for a, _ in taken), tuple(b for _, b in taken))

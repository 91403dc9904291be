"""Statistics of the calls to a deployed function: how many there were, how long they took, how many were refused."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rewardlab.outcome import Outcome
from rewardlab.rewards.deployed.invocation import Tail

#: The fields of Traffic that are counts.
COUNTS = ("invocations", "throttled", "refused", "retried", "split", "cold_starts")


@dataclass(frozen=True, slots=True)
class Traffic:
    """Counts of a pool's calls. `refused` batches were throttled more often than the platform retries.

    `batches` holds, for each invocation that answered a batch, the number of samples and the seconds. `split` batches
    were too large for one payload. `init_seconds` and `peak_mb` are the largest values in the logs, None if no log had
    one.
    """

    invocations: int
    throttled: int
    refused: int
    retried: int
    split: int
    cold_starts: int
    batches: tuple[tuple[int, float], ...]
    init_seconds: float | None
    peak_mb: int | None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Traffic:
        """Traffic from its fields as read from JSON.

        Raises: TypeError or ValueError for anything else.
        """
        counts = {name: int(values[name]) for name in COUNTS if name in values}
        batches = tuple((int(samples), float(seconds)) for samples, seconds in values["batches"])
        init, peak = values["init_seconds"], values["peak_mb"]
        return cls(
            **counts,
            batches=batches,
            init_seconds=None if init is None else float(init),
            peak_mb=None if peak is None else int(peak),
        )

    def after(self, earlier: Traffic) -> Traffic:
        """This traffic added to the earlier one."""
        counts = {name: getattr(earlier, name) + getattr(self, name) for name in COUNTS}
        inits = [one.init_seconds for one in (earlier, self) if one.init_seconds is not None]
        peaks = [one.peak_mb for one in (earlier, self) if one.peak_mb is not None]
        return Traffic(
            **counts,
            batches=(*earlier.batches, *self.batches),
            init_seconds=max(inits, default=None),
            peak_mb=max(peaks, default=None),
        )


class Tally:
    """Counts traffic from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = dict.fromkeys(COUNTS, 0)
        self._batches: list[tuple[int, float]] = []
        self._init: float | None = None
        self._peak: int | None = None

    def count(self, what: str) -> None:
        """Add 1 to `what`, a field of Traffic."""
        with self._lock:
            self._counts[what] += 1

    def saw(self, tail: Tail) -> None:
        """Record the facts in an invocation's log."""
        with self._lock:
            if tail.init_seconds is not None:
                self._counts["cold_starts"] += 1
                self._init = max(self._init or 0.0, tail.init_seconds)
            if tail.peak_mb is not None:
                self._peak = max(self._peak or 0, tail.peak_mb)

    def scored(self, outcomes: Sequence[Outcome]) -> None:
        """Record the batch behind these outcomes, unless its samples were sent one by one.

        Outcomes of one invocation all carry the same share of its seconds.
        """
        shares = {outcome.seconds for outcome in outcomes}
        if len(shares) == 1 and (share := shares.pop()) > 0:
            with self._lock:
                self._batches.append((len(outcomes), share * len(outcomes)))

    def traffic(self) -> Traffic:
        """The counts so far."""
        with self._lock:
            return Traffic(**self._counts, batches=tuple(self._batches), init_seconds=self._init, peak_mb=self._peak)

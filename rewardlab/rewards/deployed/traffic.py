"""What invoking a deployed function was like: how many calls, how long, how often refused."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rewardlab.outcome import Outcome
from rewardlab.rewards.deployed.invocation import Tail

#: The fields of Traffic that count.
COUNTS = ("invocations", "throttled", "refused", "retried", "split", "cold_starts")


@dataclass(frozen=True, slots=True)
class Traffic:
    """Counts of a pool's calls. `refused` batches were throttled more often than the platform retries.

    `batches` are the seconds of invocations that answered for a batch, with the number of its samples. `split` batches
    were too large for one payload. `init_seconds` and `peak_mb` are the largest seen, None where no log told.
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
        """Traffic from its fields as JSON holds them.

        Raises: TypeError or ValueError for what is none.
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
        """This traffic together with what went before it."""
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
        """One more of `what`, a field of Traffic."""
        with self._lock:
            self._counts[what] += 1

    def saw(self, tail: Tail) -> None:
        """What an invocation's log told."""
        with self._lock:
            if tail.init_seconds is not None:
                self._counts["cold_starts"] += 1
                self._init = max(self._init or 0.0, tail.init_seconds)
            if tail.peak_mb is not None:
                self._peak = max(self._peak or 0, tail.peak_mb)

    def scored(self, outcomes: Sequence[Outcome]) -> None:
        """A batch's outcomes, in as many equal shares of one invocation's seconds; not a batch asked one by one."""
        shares = {outcome.seconds for outcome in outcomes}
        if len(shares) == 1 and (share := shares.pop()) > 0:
            with self._lock:
                self._batches.append((len(outcomes), share * len(outcomes)))

    def traffic(self) -> Traffic:
        """The counts so far."""
        with self._lock:
            return Traffic(**self._counts, batches=tuple(self._batches), init_seconds=self._init, peak_mb=self._peak)

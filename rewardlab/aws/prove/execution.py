"""Sends a platform's events to a package in the runtime, and records the answers and their times."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rewardlab.aws.prove.comparison import disagreeing
from rewardlab.aws.prove.runtime import FunctionError, Reply, Response, Runtime
from rewardlab.aws.prove.runtime_process import Configuration
from rewardlab.outcome import Outcome, Reason, Unscored
from rewardlab.packages.unpacked import Package
from rewardlab.platforms import Platform
from rewardlab.rewards.contracts.results import read_results
from rewardlab.rewards.events.event import Key, encode_event, sample_id, sample_parts
from rewardlab.rewards.isolation.pool import Pair

#: How many fresh processes measure the cold start, and how many warm invocations the percentiles of latency need. To
#: get these, batches are sent again, which also shows noise, but for no longer than BUDGET_SECONDS.
PROCESSES, WARM, BUDGET_SECONDS = 3, 20, 10.0
#: The package is asked no further after so many failed invocations, or so many timeouts.
MOST_FAILURES, MOST_TIMEOUTS = 20, 4
TIMED_OUT = "Sandbox.Timedout"
#: Lambda's error types, with the audit's reasons for the same failures.
REASONS: Mapping[str, Reason] = {
    TIMED_OUT: "timed_out",
    "Runtime.ExitError": "crashed",
    "Runtime.OutOfMemory": "crashed",
    "Runtime.MarshalError": "invalid",
    "Function.ResponseSizeTooLarge": "invalid",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """An invocation that failed: type and message in Lambda's words, how many samples, the end of its log."""

    kind: str
    message: str
    samples: int
    log_tail: str


@dataclass(slots=True)
class Execution:
    """What was observed. `outcomes` holds each sample's first outcome; `noisy` are samples with another one later.

    `warm` are the sizes and seconds of answered invocations of a process that had answered before; `first` are the
    seconds of the first invocation of each fresh process. Warm invocations used `cpu_seconds` in `busy_seconds`.
    `failures` are whole batches; samples of a failed batch are asked about alone, and `alone` counts how many of those
    failed.
    """

    outcomes: dict[Key, Outcome] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    alone: int = 0
    timeouts: int = 0
    warm: list[tuple[int, float]] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    init: list[float] = field(default_factory=list)
    init_timeouts: int = 0
    cpu_seconds: float = 0.0
    busy_seconds: float = 0.0
    peak_mb: float = 0.0
    isolated: bool = False
    repeated: set[Key] = field(default_factory=set)
    noisy: set[Key] = field(default_factory=set)
    unloadable: bool = False

    @property
    def spent(self) -> bool:
        """Whether there is no point in asking further."""
        failed = len(self.failures) + self.alone
        return self.unloadable or failed >= MOST_FAILURES or self.timeouts >= MOST_TIMEOUTS

    @property
    def cpu_share(self) -> float:
        """Processor seconds per second of a warm invocation, at most 1; also 1 if too little was measured."""
        tick = 0.01
        return min(1.0, self.cpu_seconds / self.busy_seconds) if self.busy_seconds > 20 * tick else 1.0


class Executor:
    """Runs one package on all samples; call `execute`."""

    def __init__(self, package: Package, configuration: Configuration, platform: Platform, *, root: Path):
        self._package, self._configuration, self._platform, self._root = package, configuration, platform, root
        self.seen = Execution()

    def execute(self, pairs: Sequence[Pair]) -> Execution:
        """Send all samples in the platform's batches, then some again, then the first batch to fresh processes."""
        batches = [pairs[start : start + self._platform.batch_size] for start in self._starts(len(pairs))]
        seen = self.seen
        with self._runtime() as runtime:
            for batch in batches:
                if seen.spent:
                    break
                self._ask(runtime, batch)
            self._repeat(runtime, batches)
            self._take_from(runtime)
        for _ in range(PROCESSES - 1):
            if seen.failures:
                break
            with self._runtime() as runtime:
                self._ask(runtime, batches[0])
                self._take_from(runtime)
        return seen

    def _starts(self, count: int) -> range:
        return range(0, count, self._platform.batch_size)

    def _runtime(self) -> Runtime:
        return Runtime(self._package, self._configuration, root=self._root)

    def _take_from(self, runtime: Runtime) -> None:
        seen = self.seen
        seen.init += runtime.init_seconds
        seen.init_timeouts += runtime.init_timeouts
        seen.peak_mb = max(seen.peak_mb, runtime.peak_mb)
        seen.isolated = runtime.isolated

    def _repeat(self, runtime: Runtime, batches: Sequence[Sequence[Pair]]) -> None:
        full = [batch for batch in batches if len(batch) == len(batches[0])]
        started = time.monotonic()
        for batch in itertools.cycle(full):
            late = self.seen.warm and time.monotonic() - started > BUDGET_SECONDS
            if self.seen.failures or late or len(self.seen.warm) >= WARM:
                return
            self._ask(runtime, batch)

    def _ask(self, runtime: Runtime, batch: Sequence[Pair]) -> None:
        """Send one batch, as the trainer does; if it fails, send each of its samples alone."""
        seen, before = self.seen, runtime.cpu_seconds
        fresh = not runtime.init_seconds
        reply = self._invoke(runtime, batch)
        found = self._read(reply, batch)
        if isinstance(found, Failure):
            seen.failures.append(found)
            self._note_end(reply)
            self._ask_alone(runtime, batch, found)
            return
        if fresh:
            seen.first.append(reply.seconds)
        elif isinstance(reply, Response) and not reply.cold:
            seen.warm.append((len(batch), reply.seconds))
            seen.cpu_seconds += max(0.0, runtime.cpu_seconds - before)
            seen.busy_seconds += reply.seconds
        for (_, generation), outcome in zip(batch, found, strict=True):
            self._keep((generation.prompt_id, generation.index), outcome)

    def _ask_alone(self, runtime: Runtime, batch: Sequence[Pair], failed: Failure) -> None:
        for pair in batch:
            key = (pair[1].prompt_id, pair[1].index)
            if len(batch) == 1:
                self._keep(key, _unscored(failed))
                continue
            if self.seen.spent:
                return
            reply = self._invoke(runtime, [pair])
            found = self._read(reply, [pair])
            if isinstance(found, Failure):
                self.seen.alone += 1
                self._note_end(reply)
                self._keep(key, _unscored(found))
            else:
                self._keep(key, found[0])

    def _note_end(self, reply: Reply) -> None:
        if isinstance(reply, FunctionError):
            self.seen.timeouts += reply.kind == TIMED_OUT
            self.seen.unloadable = self.seen.unloadable or reply.during_init

    def _invoke(self, runtime: Runtime, batch: Sequence[Pair]) -> Reply:
        samples = ((sample_parts(prompt, self._platform), generation) for prompt, generation in batch)
        return runtime.invoke(encode_event(samples))

    def _read(self, reply: Reply, batch: Sequence[Pair]) -> list[Outcome] | Failure:
        if isinstance(reply, FunctionError):
            return Failure(reply.kind, reply.message, len(batch), reply.log_tail)
        try:
            returned = json.loads(reply.body)
        except (ValueError, RecursionError) as error:
            return Failure("RL101", f"the response is no JSON: {error}", len(batch), "")
        ids = [sample_id(generation) for _, generation in batch]
        found = read_results(returned, ids, self._platform, seconds=reply.seconds)
        if isinstance(found, str):
            code, _, told = found.partition(" ")
            return Failure(code, told, len(batch), "")
        return found

    def _keep(self, key: Key, outcome: Outcome) -> None:
        first = self.seen.outcomes.setdefault(key, outcome)
        if first is not outcome:
            self.seen.repeated.add(key)
            if disagreeing([first, outcome]):
                self.seen.noisy.add(key)


def _unscored(failure: Failure) -> Unscored:
    contract: Reason = "invalid" if failure.kind.startswith("RL") else "raised"
    return Unscored(REASONS.get(failure.kind, contract), f"{failure.kind}: {failure.message}", 0.0)


def kinds_of(failures: Sequence[Failure]) -> Iterator[tuple[Failure, int]]:
    """The first failure of each kind, with the number of that kind, the commonest first.

    Failures reported by the runtime itself are of one kind if their messages are equal but for the request's id; errors
    that the function raises are of one kind if their types are equal.
    """
    by_kind: dict[tuple[str, str], list[Failure]] = {}
    for failure in failures:
        words = failure.message.rpartition(" Error: ")[2] if failure.kind.startswith("Runtime.") else ""
        by_kind.setdefault((failure.kind, words), []).append(failure)
    for found in sorted(by_kind.values(), key=len, reverse=True):
        yield found[0], len(found)

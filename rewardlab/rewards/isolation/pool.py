"""Scores generations in isolated workers as they arrive, so that a sample that fails loses only itself."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self, TypeAlias

from rewardlab.errors import RewardError
from rewardlab.outcome import Outcome, Scored, Unscored
from rewardlab.platforms import Platform
from rewardlab.rewards.contracts.results import read_results
from rewardlab.rewards.events.event import Key, Parts, encode_event, sample_id, sample_parts
from rewardlab.rewards.fence.available import fence_notes
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.reply import Answer, EntryFound, Worker
from rewardlab.rewards.isolation.source import RewardSource
from rewardlab.rewards.isolation.workforce import MOST_WAITING, Load, affordable, repaid, worth
from rewardlab.task import Generation, Json, Prompt

Pair: TypeAlias = tuple[Prompt, Generation]
Message: TypeAlias = list[tuple[Key, Outcome]] | EntryFound | Exception

#: A reward that has never answered is given up after this many single samples have timed out.
PATIENCE = 4
#: A reward that answers sometimes is given up after this many single samples, and this share of all samples, have timed
#: out: that is surely more than a training job survives, and each timeout costs the whole limit.
TIMED_OUT, TIMED_OUT_SHARE = 8, 0.03
#: How many samples that timed out are tried again, in all.
REPEATS = 2
KEPT_PROMPTS = 1000
#: Batches for a reward that answers one within FAST_SECONDS may be held back for up to LINGER_SECONDS.
FAST_SECONDS = 0.005
LINGER_SECONDS = 2.0
JOIN_SECONDS = 0.05
#: How often to check, while batches wait, whether starting more workers is worthwhile.
LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _Batch:
    pairs: tuple[Pair, ...]


class Pool(Protocol):
    """Scores a run's generations; a ScoringPool, or a DeployedPool for a Lambda function."""

    entry: EntryFound

    @property
    def lost(self) -> Sequence[Unscored]: ...

    def submit(self, prompt: Prompt, generation: Generation) -> bool: ...

    def flush(self) -> None: ...

    def drain(self) -> list[tuple[Key, Outcome]]: ...

    def wait(self) -> list[tuple[Key, Outcome]]: ...

    def fresh(self) -> Pool: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class ScoringPool:
    """Threads with a worker process each, which take batches from a queue.

    The first worker is started at once, so that code that cannot be loaded is reported before anything is sampled.
    Others are started when batches wait: at most `workers`, or by default as many as are worthwhile (workforce.py), but
    never more than the platform's concurrency. Use as a context manager; leaving it kills the workers.
    `alone` is the error of a second worker that did not start although the first did, for example because a resource
    exists only once; then no further ones are started. Otherwise None.
    Raises: RewardError from the constructor, or from `drain` when a restarted worker no longer loads.
    """

    def __init__(self, source: RewardSource, platform: Platform, *, log: Path, workers: int | None = None):
        self._source, self._platform, self._log = source, platform, log
        self._most = workers
        self._todo: queue.SimpleQueue[_Batch | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._workers: list[WorkerProcess] = []
        self._partial: list[Pair] = []
        self._held: list[_Batch] = []
        self._held_since = 0.0
        self._waiting = 0
        self._state = ScoringState()
        self.alone: str | None = None
        began = time.monotonic()
        self._add_thread()
        first = self._done.get()
        self._start_seconds = time.monotonic() - began
        if isinstance(first, EntryFound):
            self.entry = first
        else:
            self.close()
            assert isinstance(first, Exception), "a worker speaks first of its entry or of its failure"
            raise first

    def submit(self, prompt: Prompt, generation: Generation) -> bool:
        """Queue this generation for scoring. A batch is sent when it is full, or at `flush`; True if one was sent."""
        self._partial.append((prompt, generation))
        if len(self._partial) < self._platform.batch_size:
            return False
        self.flush()
        return True

    def flush(self) -> None:
        """Send the submitted generations even though the batch is not full.

        Batches for a fast reward are held and sent together every LINGER_SECONDS: sending wakes two processes in the
        middle of sampling, which costs more than the scoring itself if the model uses the whole CPU.
        """
        if self._partial:
            if not self._held:
                self._held_since = time.monotonic()
            self._held.append(_Batch(tuple(self._partial)))
            self._partial = []
            if not self._state.fast or time.monotonic() - self._held_since > LINGER_SECONDS:
                self._release()

    def _release(self) -> None:
        held, self._held = self._held, []
        for batch in held:
            self._todo.put(batch)
            self._waiting += 1
        self._grow()

    def _grow(self) -> None:
        """Start workers for waiting batches. A fast reward needs only one; more would only take cores."""
        if self._state.fast or self.alone is not None or self._waiting <= len(self._threads):
            return
        for _ in range(min(self._worth(), self._waiting) - len(self._threads)):
            self._add_thread()

    def _worth(self) -> int:
        """How many workers are worthwhile, by what is known so far.

        An async reward gets no more than one per core: it already awaits a whole batch at once, and its semaphores,
        which limit concurrency, work only within one process.
        """
        if self._most is not None:
            return self._most
        cores = os.cpu_count() or 1
        most = min(MOST_WAITING, self._platform.concurrency, repaid(self._work_seconds(), self._start_seconds))
        wanted = cores if self.entry.is_async else worth(self._computing(), cores=cores, most=most)
        held = len(self._threads)
        return wanted if wanted <= max(cores, held) else max(cores, min(wanted, held + affordable(self._resident_mb())))

    def _work_seconds(self) -> float:
        """The estimated seconds of the waiting batches, each as long as the last one, or as the first one so far."""
        last = self._state.load.last
        return self._waiting * (self._workers[0].lasting if last is None else last)

    def _computing(self) -> float | None:
        """The share of its time that the reward computes, in its last calls or else in the calls still running."""
        if (known := self._state.load.computing) is not None:
            return known
        shares = [worker.computing for worker in self._workers if worker.computing is not None]
        return sum(shares) / len(shares) if shares else None

    def _resident_mb(self) -> float:
        return max(worker.resident_mb for worker in self._workers)

    @property
    def notes(self) -> list[str]:
        """Sentences about the fence around the workers."""
        denied = [one for worker in self._workers for one in worker.denied]
        return fence_notes(self.entry.fence, denied)

    @property
    def size(self) -> int:
        """How many workers were started so far."""
        return len(self._threads)

    def fresh(self) -> ScoringPool:
        """Another pool for the same reward, whose processes have scored nothing yet."""
        return ScoringPool(self._source, self._platform, log=self._log, workers=self._most)

    @property
    def lost(self) -> Sequence[Unscored]:
        """The failures of whole invocations, including those whose samples were all scored when sent one at a time."""
        return tuple(self._state.lost)

    def drain(self) -> list[tuple[Key, Outcome]]:
        """The outcomes that are ready."""
        outcomes: list[tuple[Key, Outcome]] = []
        while not self._done.empty():
            outcomes += self._take(self._done.get())
        return outcomes

    def wait(self) -> list[tuple[Key, Outcome]]:
        """Wait for the next batch's outcomes; empty when every submitted and flushed generation has one."""
        self._release()
        outcomes: list[tuple[Key, Outcome]] = []
        while self._waiting and not outcomes:
            try:
                outcomes = self._take(self._done.get(timeout=LOOK_SECONDS))
            except queue.Empty:
                self._grow()
        return outcomes

    def _take(self, item: Message) -> list[tuple[Key, Outcome]]:
        if isinstance(item, Exception):
            raise item
        if isinstance(item, EntryFound):
            return []
        self._waiting -= 1
        return item

    def close(self) -> None:
        """Stop the threads and kill the workers, even during a call; outcomes that were not drained are dropped."""
        self._state.stop.set()
        for worker in self._workers:
            self._todo.put(None)
            worker.kill()
        for thread, worker in zip(self._threads, self._workers, strict=True):
            while thread.is_alive():  # kill repeatedly: a thread that lost its worker may be starting another
                worker.kill()
                thread.join(JOIN_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _add_thread(self) -> None:
        number = len(self._threads) + 1  # each worker has its own log, so that printed lines do not mix
        log = self._log if number == 1 else self._log.with_stem(f"{self._log.stem}-{number}")
        worker = WorkerProcess(self._source, log=log, returns=self._platform.returns)
        thread = threading.Thread(target=self._work, args=(worker,), name="scoring", daemon=True)
        self._threads.append(thread)
        self._workers.append(worker)
        thread.start()

    def _work(self, worker: WorkerProcess) -> None:
        try:
            if not self._starts(worker):
                return
            while (batch := self._todo.get()) is not None and not self._state.stop.is_set():
                self._done.put(score_batch(worker, batch.pairs, self._platform, self._state))
        except Exception as error:  # noqa: BLE001 - carried to the thread that drains, where it is raised again
            self._done.put(error)
        finally:
            worker.close()

    def _starts(self, worker: WorkerProcess) -> bool:
        """Start the worker; if a later one fails although the first loaded, work on without it and start no more.

        Raises: RewardError if the first worker fails.
        """
        try:
            self._done.put(worker.start())
        except RewardError as error:
            if worker is self._workers[0]:
                raise
            if not self._state.stop.is_set():
                self.alone = str(error)
            return False
        return True


class ScoringState:
    """The state that the workers share.

    It holds whether the reward has ever answered, how many samples were sent, how many of them timed out when sent
    alone, and the encoded part of each prompt's samples.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.answered = False
        self.asked = self.timed_out = 0
        self._repeats = 0
        self.fast = False
        self._was_slow = True
        self.load = Load()
        self.lost: list[Unscored] = []
        self._parts: dict[str, Parts] = {}

    def may_repeat(self) -> bool:
        """Whether a sample that timed out may be tried again: REPEATS times in all, as each may cost a full timeout."""
        self._repeats += 1
        return self._repeats <= REPEATS

    def see(self, seconds: float) -> None:
        """Update from the time of an invocation; a single slow one among fast ones is put down to the machine."""
        slow = seconds >= FAST_SECONDS
        self.fast = not (slow and self._was_slow)
        self._was_slow = slow

    @property
    def spent(self) -> str:
        """Why the reward has been given up; empty if it has not."""
        if not self.answered and self.timed_out >= PATIENCE:
            return f"not tried: the first {PATIENCE} samples all ran out of time"
        if self.timed_out >= max(TIMED_OUT, TIMED_OUT_SHARE * self.asked):
            return f"not tried: {self.timed_out} of {self.asked} samples ran out of time before"
        return ""

    def parts_of(self, prompt: Prompt, platform: Platform) -> Parts:
        """`sample_parts`, cached for the last prompts, since neighbours in a batch share their prompt."""
        parts = self._parts.get(prompt.id)
        if parts is None:
            if len(self._parts) > KEPT_PROMPTS:
                self._parts.clear()
            parts = self._parts[prompt.id] = sample_parts(prompt, platform)
        return parts


def score_batch(
    worker: Worker, pairs: Sequence[Pair], platform: Platform, state: ScoringState
) -> list[tuple[Key, Outcome]]:
    """Score a batch in one invocation; if that fails, sample by sample, so that only those at fault become Unscored."""
    keys = [(generation.prompt_id, generation.index) for _, generation in pairs]
    outcomes = _invoke(worker, pairs, platform, state)
    if isinstance(outcomes, Unscored):
        failed = outcomes
        state.lost.append(failed)
        outcomes = [failed] if len(pairs) == 1 else [_single(worker, pair, platform, state) for pair in pairs]
    return list(zip(keys, outcomes, strict=True))


def _single(worker: Worker, pair: Pair, platform: Platform, state: ScoringState) -> Outcome:
    if state.stop.is_set():
        return Unscored("crashed", "stopped", 0.0)
    outcomes = _invoke(worker, (pair,), platform, state)
    return outcomes if isinstance(outcomes, Unscored) else outcomes[0]


def _row_ids(pairs: Sequence[Pair]) -> list[Json] | None:
    """The rows' own ids if some are not texts; ids that are texts are already contained in the samples' ids."""
    ids = [prompt.row.get("id", prompt.id) for prompt, _ in pairs]
    return None if all(isinstance(one, str) for one in ids) else ids


def _invoke(worker: Worker, pairs: Sequence[Pair], platform: Platform, state: ScoringState) -> list[Outcome] | Unscored:
    """One invocation: an outcome per pair, or one failure for all."""
    if spent := state.spent:
        return Unscored("timed_out", spent, 0.0)
    reply = worker.invoke(
        encode_event((state.parts_of(prompt, platform), generation) for prompt, generation in pairs),
        token_ids=[generation.token_ids for _, generation in pairs],
        row_ids=_row_ids(pairs),
    )
    state.see(reply.seconds)
    if isinstance(reply, Answer):
        if reply.cpu_seconds is not None:
            state.load.see(reply.seconds, reply.cpu_seconds, reply.child_seconds)
        ids = [sample_id(generation) for _, generation in pairs]
        outcomes = read_results(reply.results, ids, platform, seconds=reply.seconds)
        state.asked += len(pairs)
        state.answered = state.answered or any(isinstance(one, Scored) for one in outcomes)
        if isinstance(outcomes, str):
            return Unscored("invalid", outcomes, reply.seconds / len(pairs))
        return outcomes
    if len(pairs) == 1:
        if reply.reason == "timed_out" and state.may_repeat():
            return _invoke(worker, pairs, platform, state)
        state.asked += 1
        state.timed_out += reply.reason == "timed_out"
    return Unscored(reply.reason, reply.detail, reply.seconds / len(pairs))

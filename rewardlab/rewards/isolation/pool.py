"""Scores generations as they come, in isolated workers, so that one bad sample costs one sample."""

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
from rewardlab.rewards.isolation.process import Answer, EntryFound, RewardSource, Worker, WorkerProcess
from rewardlab.rewards.isolation.workforce import MOST_WAITING, Load, affordable, repaid, worth
from rewardlab.task import Generation, Json, Prompt

Pair: TypeAlias = tuple[Prompt, Generation]
Message: TypeAlias = list[tuple[Key, Outcome]] | EntryFound | Exception

#: A reward that has run out of time on this many single samples and has never answered is not waited for again.
PATIENCE = 4
#: One that answers at times is not waited for again once so many single samples, and this share of all, ran out of
#: time: it is then surely above what a training job survives, and each costs the whole timeout.
TIMED_OUT, TIMED_OUT_SHARE = 8, 0.03
#: Samples that ran out of time and are asked again.
REPEATS = 2
KEPT_PROMPTS = 1000
#: A reward that answers a batch within FAST_SECONDS need not be asked at once, but within LINGER_SECONDS.
FAST_SECONDS = 0.005
LINGER_SECONDS = 2.0
JOIN_SECONDS = 0.05
#: How often it is looked, while batches wait, whether more workers are worth their start.
LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _Batch:
    pairs: tuple[Pair, ...]


class Pool(Protocol):
    """What scores a run's generations: ScoringPool, or DeployedPool through a Lambda function."""

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
    """Threads, each with a worker process, that take batches from a queue.

    The first worker is started at once, so that code that cannot be loaded is told before anything is sampled; others
    start when batches wait: at most `workers`, else as many as the reward is worth (workforce.py), in flight never more
    than the platform's trainer has. Use as a context manager; leaving it kills the workers.
    `alone` is why no further worker starts, where the first did: what it needs may be there once only; else None.
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
        """Score this generation soon: a batch leaves when it is full, or at `flush`. Whether one left."""
        self._partial.append((prompt, generation))
        if len(self._partial) < self._platform.batch_size:
            return False
        self.flush()
        return True

    def flush(self) -> None:
        """Let what has been submitted leave, though the batch is not full.

        Batches of a fast reward leave together, every LINGER_SECONDS: each departure wakes two processes in the middle
        of sampling, which on a CPU that the model uses whole costs more than the scoring itself.
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
        """Start workers for batches that wait. One keeps up with a fast reward: more would only take cores."""
        if self._state.fast or self.alone is not None or self._waiting <= len(self._threads):
            return
        for _ in range(min(self._worth(), self._waiting) - len(self._threads)):
            self._add_thread()

    def _worth(self) -> int:
        """How many workers the reward is worth, as far as is known.

        An async one waits for a whole batch at once as it is, and its semaphores, made to bound what is under way at
        once, hold in one process only.
        """
        if self._most is not None:
            return self._most
        cores = os.cpu_count() or 1
        most = min(MOST_WAITING, self._platform.concurrency, repaid(self._work_seconds(), self._start_seconds))
        wanted = cores if self.entry.is_async else worth(self._computing(), cores=cores, most=most)
        held = len(self._threads)
        return wanted if wanted <= max(cores, held) else max(cores, min(wanted, held + affordable(self._resident_mb())))

    def _work_seconds(self) -> float:
        """The seconds of the batches that wait, each as long as the last one was, or as the first has lasted."""
        last = self._state.load.last
        return self._waiting * (self._workers[0].lasting if last is None else last)

    def _computing(self) -> float | None:
        """The share of its time that the reward computes: in its last calls, else in those that have not ended yet."""
        if (known := self._state.load.computing) is not None:
            return known
        shares = [worker.computing for worker in self._workers if worker.computing is not None]
        return sum(shares) / len(shares) if shares else None

    def _resident_mb(self) -> float:
        return max(worker.resident_mb for worker in self._workers)

    @property
    def notes(self) -> list[str]:
        """What is to be told of the fence around the workers, a sentence each."""
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
        """How whole invocations failed, also where each of their samples was scored when it was asked about alone."""
        return tuple(self._state.lost)

    def drain(self) -> list[tuple[Key, Outcome]]:
        """The outcomes that are ready."""
        outcomes: list[tuple[Key, Outcome]] = []
        while not self._done.empty():
            outcomes += self._take(self._done.get())
        return outcomes

    def wait(self) -> list[tuple[Key, Outcome]]:
        """The next batch's outcomes, waited for; empty when every submitted and flushed generation has one."""
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
        """Stop the threads and kill the workers, also in the middle of a call; what was not drained is dropped."""
        self._state.stop.set()
        for worker in self._workers:
            self._todo.put(None)
            worker.kill()
        for thread, worker in zip(self._threads, self._workers, strict=True):
            while thread.is_alive():  # until it ends: a thread that lost its worker may be starting another
                worker.kill()
                thread.join(JOIN_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _add_thread(self) -> None:
        number = len(self._threads) + 1  # a log each, so that what one prints is not another's
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
        """Start it; one beside the first that does not load, where the first did, is done without, as are further ones.

        Raises: RewardError for the first.
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
    """What the workers share: whether the reward has ever answered, how many samples it was asked about and how many of
    them ran out of time when asked about alone, and the encoded part of each prompt's samples.
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
        """Whether a sample that ran out of time is asked again before that is said: once or twice in all, for each may
        cost the whole timeout.
        """
        self._repeats += 1
        return self._repeats <= REPEATS

    def see(self, seconds: float) -> None:
        """Learn from what an invocation took. One slow one among fast ones is the machine's doing."""
        slow = seconds >= FAST_SECONDS
        self.fast = not (slow and self._was_slow)
        self._was_slow = slow

    @property
    def spent(self) -> str:
        """Why the reward is not waited for any more; empty while it is."""
        if not self.answered and self.timed_out >= PATIENCE:
            return f"not tried: the first {PATIENCE} samples all ran out of time"
        if self.timed_out >= max(TIMED_OUT, TIMED_OUT_SHARE * self.asked):
            return f"not tried: {self.timed_out} of {self.asked} samples ran out of time before"
        return ""

    def parts_of(self, prompt: Prompt, platform: Platform) -> Parts:
        """`sample_parts`, kept until the next prompt but many: neighbours in a batch share their prompt."""
        parts = self._parts.get(prompt.id)
        if parts is None:
            if len(self._parts) > KEPT_PROMPTS:
                self._parts.clear()
            parts = self._parts[prompt.id] = sample_parts(prompt, platform)
        return parts


def score_batch(
    worker: Worker, pairs: Sequence[Pair], platform: Platform, state: ScoringState
) -> list[tuple[Key, Outcome]]:
    """Score a batch in one invocation; if that fails, sample by sample, so that only the guilty become Unscored."""
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
    """The rows' own ids where some are numbers; texts stand in the samples' ids as they are."""
    ids = [prompt.row.get("id", prompt.id) for prompt, _ in pairs]
    return None if all(isinstance(one, str) for one in ids) else ids


def _invoke(worker: Worker, pairs: Sequence[Pair], platform: Platform, state: ScoringState) -> list[Outcome] | Unscored:
    """One invocation: an outcome per pair, or the one failure of all."""
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

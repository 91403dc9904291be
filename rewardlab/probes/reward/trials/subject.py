"""The reward under examination: asked about made-up answers in an isolated worker, through the platform's own event."""

from __future__ import annotations

import json
import math
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from rewardlab.answers.reference.wording import Format
from rewardlab.outcome import Outcome, Scored, Unscored
from rewardlab.platforms import Platform, Shape
from rewardlab.probes.reward.trials.crew import Crew, Meter
from rewardlab.probes.reward.trials.exchange import Exchange, Sample, read_exchange
from rewardlab.rewards.events.event import encode_event, sample_parts
from rewardlab.rewards.isolation.pool import ScoringState, score_batch
from rewardlab.rewards.isolation.reply import Answer, EntryFound, Reply, Worker
from rewardlab.task import Generation, Prompt

#: About how many seconds one probe may take with a slow reward.
PROBE_SECONDS = 5.0
SLOW_SECONDS = 0.5
#: Cases that take longer than this are shared among several workers.
SHARED_SECONDS = 2.0
#: The number of parts that a batch of such cases is split into, if there are several workers, however many.
PARTS = 8


@dataclass(frozen=True, slots=True)
class Case:
    """One answer to ask the reward about: a prompt, the text of the model's turn, and its tokens, None if unknown."""

    prompt: Prompt
    text: str
    token_ids: tuple[int, ...] | None = None


Batch: TypeAlias = Sequence[tuple[Prompt, Generation]]


class OutOfTimeError(Exception):
    """The examination has taken as long as it may: this question is left unasked."""


class PartlyAskedError(OutOfTimeError):
    """A probe could ask only a part of its questions and reported what it found; `asked` says how many of how many."""

    def __init__(self, asked: str) -> None:
        super().__init__(asked)
        self.asked = asked


class StoppedError(Exception):
    """The examination was abandoned, because the audit around it failed or was interrupted."""


class Subject:
    """A reward and how to ask it.

    `prompts` are those to make answers for, few enough that every probe may use them all; `every_prompt` is the whole
    file, for what is true of it as a whole (the most common reference). `reward_range` and `success_at` are what the
    user declared, None where nothing was. `entry.kind` tells the signature. `pace` is the seconds of one sample. After
    `most_seconds` of the reward's own time on each of its workers nothing more is asked: the machine's load, imports
    and restarts are no part of them. Cases of a slow reward are scored by several workers at once.
    Randomness comes from `rng` alone, by `stream`. `patience` is the longest that an invocation of one text may be
    waited for, `timeout` where it is not given. `components` holds the lowest and highest value that each named
    component had for the cases scored so far; `told` what forms of a return its trainer refuses; `formats` those that
    sampled winners are written in, where they are known.
    """

    def __init__(
        self,
        worker: Worker,
        entry: EntryFound,
        prompts: Sequence[Prompt],
        *,
        every_prompt: Sequence[Prompt],
        platform: Platform,
        reward_range: tuple[float, float] | None,
        success_at: float | None,
        timeout: float,
        rng: np.random.Generator,
        pace: float | None = None,
        most_seconds: float = math.inf,
        stop: threading.Event | None = None,
        crew: Crew | None = None,
        patience: float | None = None,
    ) -> None:
        self._meter = Meter(worker)
        self._crew = crew
        self.entry = entry
        self.prompts = prompts
        self.every_prompt = every_prompt
        self.platform = platform
        self.reward_range = reward_range
        self.success_at = success_at
        self.timeout = timeout
        self.patience = max(timeout, patience or timeout)
        self._seed = int(rng.integers(1 << 62))
        self._stop = stop
        self._pace = pace
        self.most_seconds = self._limit = most_seconds
        self._given_up: Unscored | None = None
        self.components: dict[str, tuple[float, float]] = {}
        self.told: dict[str, None] = {}
        self.formats: tuple[Format, ...] = ()

    def _go_on(self) -> None:
        if self._stop is not None and self._stop.is_set():
            raise StoppedError
        if self.spent > self._limit:
            raise OutOfTimeError

    @contextmanager
    def further(self, seconds: float) -> Iterator[None]:
        """Allow so many more seconds of the reward's own time in the body, whatever was spent before it."""
        before, self._limit = self._limit, self.spent + seconds
        try:
            yield
        finally:
            self._limit = before

    def stream(self, name: str) -> np.random.Generator:
        """The caller's own random generator: the same for the same name, in whatever order the probes are asked."""
        return np.random.default_rng([self._seed, zlib.crc32(name.encode())])

    @property
    def spent(self) -> float:
        """The reward's own seconds so far, on each of its workers."""
        return self._meter.spent + (self._crew.spent if self._crew is not None else 0.0)

    @property
    def pace(self) -> float | None:
        """The seconds that one ordinary sample takes; None before any was timed."""
        return self._pace

    def score(self, cases: Sequence[Case], *, batch_size: int | None = None) -> list[Outcome]:
        """The outcome of each case, in their order, in batches of the platform's size (or of `batch_size`).

        A batch that fails is asked again sample by sample, so that only the guilty cases are Unscored.
        """
        if self._given_up:
            return [self._given_up] * len(cases)
        size = batch_size or self.platform.batch_size
        if batch_size is None and self._pace:  # half the time limit: a batch that exceeds it is asked one by one
            size = max(1, min(size, int(self.timeout / 2 / self._pace)))
            if self._is_slow(len(cases)):
                size = min(size, math.ceil(self.platform.batch_size / PARTS))
        batches = [_pairs(cases, start, size) for start in range(0, len(cases), size)]
        at_once = len(batches) > 1 and self._is_slow(len(cases))
        outcomes = self._score_at_once(batches) if at_once else self._score_in_turn(batches)
        for name, value in (part for one in outcomes if isinstance(one, Scored) for part in one.components):
            low, high = self.components.get(name, (value, value))
            self.components[name] = min(low, value), max(high, value)
        return outcomes

    def _is_slow(self, samples: int) -> bool:
        """Whether the reward is so slow that starting several workers pays off for so many samples."""
        return self._crew is not None and samples * (self._pace or 0.0) > SHARED_SECONDS

    def _state(self) -> ScoringState:
        state = ScoringState()
        if self._stop is not None:
            state.stop = self._stop
        return state

    def _score_in_turn(self, batches: Sequence[Batch]) -> list[Outcome]:
        state = self._state()
        outcomes: list[Outcome] = []
        for batch in batches:
            self._go_on()
            outcomes += [outcome for _, outcome in score_batch(self._meter, batch, self.platform, state)]
        return outcomes

    def _score_at_once(self, batches: Sequence[Batch]) -> list[Outcome]:
        """Score the batches, as many at once as there are workers; the time limit is checked between them."""
        assert self._crew is not None, "only a reward with a crew is slow"
        state, crew = self._state(), self._crew
        outcomes: list[Outcome] = []
        for start in range(0, len(batches), crew.size):
            self._go_on()
            for found in crew.map(
                lambda worker, batch: score_batch(worker, batch, self.platform, state),
                batches[start : start + crew.size],
            ):
                outcomes += [outcome for _, outcome in found]
        return outcomes

    def samples(self, cases: Sequence[Case], *, shape: Shape | None = None) -> list[dict[str, Any]]:
        """The platform's event for these cases as objects, to be changed by a probe and sent with `invoke`.

        In its first shape unless `shape` is given. The ids count the cases.
        """
        pairs = [
            (
                sample_parts(case.prompt, self.platform, shape=shape),
                Generation(case.prompt.id, number, case.text, "stop"),
            )
            for number, case in enumerate(cases)
        ]
        samples: list[dict[str, Any]] = json.loads(encode_event(pairs))
        return samples

    def invoke(self, event: Any) -> Reply:
        """Send one event as it is, any JSON value, and wait; an Answer tells whether the event was changed in place."""
        self._go_on()
        reply = self._given_up or self._meter.invoke(json.dumps(event).encode(), watch=True)
        if isinstance(reply, Answer):
            self.told |= dict.fromkeys(reply.told)
        return reply

    def give_up(self, failure: Unscored) -> None:
        """Ask nothing more: ordinary answers already hang or kill, and each further one would cost a timeout."""
        self._given_up = Unscored(failure.reason, f"not tried: ordinary answers end so ({failure.detail})", 0.0)

    def restart(self) -> None:
        """Replace the worker by a fresh one without any memory of earlier questions."""
        self._meter.start()

    def exchange(self, samples: Sequence[Sample], *, within: float | None = None) -> Exchange:
        """Send the samples as one event, and read what comes back.

        `within` bounds this one invocation by other seconds than `timeout`; then it is not asked again if they pass.
        """
        if within is None:
            return read_exchange(samples, self.invoke(samples), self.platform)
        with self._meter.bounded(within, afterwards=self.timeout):
            return read_exchange(samples, self.invoke(samples), self.platform)

    def afford(self, wanted: int, *, invocations: int) -> int:
        """How many samples each of so many invocations may hold, at least 1; fewer for a slower reward."""
        if self._pace is None:
            few = self.samples([Case(prompt, "1") for prompt in self.prompts[:2]])[: self.platform.batch_size]
            # the first call may be slow because it loads something; the second tells
            seconds = [self.invoke(few).seconds]
            if seconds[0] > SLOW_SECONDS:
                seconds.append(self.invoke(few).seconds)
            self._pace = min(seconds) / len(few)
        fitting = PROBE_SECONDS / max(invocations * self._pace, 1e-9)
        return max(1, min(wanted, int(fitting)))


def _pairs(cases: Sequence[Case], start: int, size: int) -> list[tuple[Prompt, Generation]]:
    """The batch of cases that begins at `start`, as generations whose indexes count the cases."""
    return [
        (case.prompt, Generation(case.prompt.id, start + number, case.text, "stop", token_ids=case.token_ids))
        for number, case in enumerate(cases[start : start + size])
    ]

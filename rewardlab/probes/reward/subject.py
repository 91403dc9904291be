"""The reward under examination: asked about made-up answers in an isolated worker, through the platform's own event."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rewardlab.outcome import Outcome, Scored, Unscored
from rewardlab.platforms import Platform, Shape
from rewardlab.probes.reward.exchange import Exchange, Sample, read_exchange
from rewardlab.rewards.event import encode_event, sample_parts
from rewardlab.rewards.pool import ScoringState, score_batch
from rewardlab.rewards.process import Answer, EntryFound, Reply, Worker
from rewardlab.task import Generation, Prompt

#: What one probe may cost with a slow reward, about.
PROBE_SECONDS = 5.0
SLOW_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Case:
    """One answer to ask the reward about: a prompt, and the text of the model's turn."""

    prompt: Prompt
    text: str


class OutOfTimeError(Exception):
    """The examination has taken as long as it may: this question is left unasked."""


class StoppedError(Exception):
    """The examination was abandoned, because the audit around it failed or was interrupted."""


class Subject:
    """A reward and how to ask it.

    `prompts` are those to make answers for, few enough that every probe may use them all; `every_prompt` is the whole
    file, for what is true of it as a whole (the most common reference). `reward_range` and `success_at` are what the
    user declared, None where nothing was. `entry.kind` tells the signature. `pace` is the seconds of one sample; after
    `most_seconds` nothing more is asked. Randomness comes from `rng` alone. `components` holds the lowest and highest
    value that each named component had for the cases scored so far; `told` what forms of a return its trainer refuses.
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
    ) -> None:
        self._worker = worker
        self.entry = entry
        self.prompts = prompts
        self.every_prompt = every_prompt
        self.platform = platform
        self.reward_range = reward_range
        self.success_at = success_at
        self.timeout = timeout
        self.rng = rng
        self._stop = stop
        self._pace = pace
        self.most_seconds = most_seconds
        self._started = time.monotonic()
        self._given_up: Unscored | None = None
        self.components: dict[str, tuple[float, float]] = {}
        self.told: dict[str, None] = {}

    def _go_on(self) -> None:
        if self._stop is not None and self._stop.is_set():
            raise StoppedError
        if time.monotonic() - self._started > self.most_seconds:
            raise OutOfTimeError

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
        state = ScoringState()
        outcomes: list[Outcome] = []
        for start in range(0, len(cases), size):
            self._go_on()
            pairs = [
                (case.prompt, Generation(case.prompt.id, start + number, case.text, "stop"))
                for number, case in enumerate(cases[start : start + size])
            ]
            outcomes += [outcome for _, outcome in score_batch(self._worker, pairs, self.platform, state)]
        for name, value in (part for one in outcomes if isinstance(one, Scored) for part in one.components):
            low, high = self.components.get(name, (value, value))
            self.components[name] = min(low, value), max(high, value)
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
        reply = self._given_up or self._worker.invoke(json.dumps(event).encode(), watch=True)
        if isinstance(reply, Answer):
            self.told |= dict.fromkeys(reply.told)
        return reply

    def give_up(self, failure: Unscored) -> None:
        """Ask no more, for ordinary answers hang or kill already: each further one would cost a timeout."""
        self._given_up = Unscored(failure.reason, f"not tried: ordinary answers end so ({failure.detail})", 0.0)

    def restart(self) -> None:
        """Replace the worker by a fresh one, which remembers nothing of what was asked before."""
        self._worker.start()

    def exchange(self, samples: Sequence[Sample]) -> Exchange:
        """Send the samples as one event, and read what comes back."""
        return read_exchange(samples, self.invoke(samples), self.platform)

    def afford(self, wanted: int, *, invocations: int) -> int:
        """How many samples each of so many invocations may hold, at least 1, so that a slow reward is asked less."""
        if self._pace is None:
            few = self.samples([Case(prompt, "1") for prompt in self.prompts[:2]])[: self.platform.batch_size]
            # A slow first call may have loaded something; the second tells.
            seconds = [self.invoke(few).seconds]
            if seconds[0] > SLOW_SECONDS:
                seconds.append(self.invoke(few).seconds)
            self._pace = min(seconds) / len(few)
        fitting = PROBE_SECONDS / max(invocations * self._pace, 1e-9)
        return max(1, min(wanted, int(fitting)))

"""How long a reward takes for a sample, and how many workers it is worth asking at once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from rewardlab.errors import TokensMissingError
from rewardlab.platforms import Platform
from rewardlab.probes.reward.trials.ordinary import FORMS, right_text
from rewardlab.rewards.events.event import encode_event, sample_parts
from rewardlab.rewards.isolation.reply import Answer, EntryFound, Worker
from rewardlab.task import Generation, Prompt

#: Seconds per sample from which on several workers pay off; how many a reward gets that waits (for a network, a clock).
SLOW_PACE, WAITING_WORKERS = 0.05, 8
#: Samples that are timed together; more of an async reward, whose samples wait at the same time.
FEW, FEW_ASYNC = 2, 8


@dataclass(frozen=True, slots=True)
class Pace:
    """The reward's own seconds for a sample, and how many of them it computes; the rest it waits.

    `most` limits the workers asked at once, if set. `is_async` tells that the samples of one batch wait together.
    """

    seconds: float
    computing: float
    most: int | None = None
    is_async: bool = False

    @property
    def workers(self) -> int:
        """How many workers to ask at once: one for a quick reward, the processor count for one that computes.

        An async reward gets no more processes than there are processors, for what limits its calls, such as a semaphore
        in its module, holds within one process only.
        """
        cores = os.cpu_count() or 1
        waits = self.computing <= self.seconds / 2 and not self.is_async
        wanted = 1 if self.seconds < SLOW_PACE else WAITING_WORKERS if waits else cores
        return min(wanted, self.most or wanted)


def pace_of(
    worker: Worker, entry: EntryFound, prompts: Sequence[Prompt], platform: Platform, *, most: int | None = None
) -> Pace:
    """Time the reward on samples of these prompts, short ones and such as models write; 0 if it reads tokens.

    `most` limits the workers.
    """
    few = prompts[: min(FEW_ASYNC if entry.is_async else FEW, platform.batch_size)]
    short = _event(few, ["1"] * len(few), platform)
    ordinary = _event(few, [right_text(one, max(FORMS, key=len)) for one in few], platform)
    try:
        replies = [worker.invoke(short) for _ in range(2)]  # the first call may import and load
        longer = worker.invoke(ordinary)
    except TokensMissingError:
        return Pace(0.0, 0.0, most, entry.is_async)
    quickest = min(replies, key=lambda reply: reply.seconds)
    slowest = max(quickest, longer, key=lambda reply: reply.seconds if isinstance(reply, Answer) else 0.0)
    computing = slowest.cpu_seconds if isinstance(slowest, Answer) else None
    seconds = slowest.seconds / len(few)
    return Pace(seconds, seconds if computing is None else computing / len(few), most, entry.is_async)


def _event(prompts: Sequence[Prompt], texts: Sequence[str], platform: Platform) -> bytes:
    pairs = zip(prompts, texts, strict=True)
    return encode_event((sample_parts(one, platform), Generation(one.id, 0, text)) for one, text in pairs)

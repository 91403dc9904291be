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

#: A sample that takes longer is worth several workers; a reward that waits (for a network, a clock) gets so many.
SLOW_PACE, WAITING_WORKERS = 0.05, 8
#: Samples that are timed together; more of an async reward, whose samples wait at the same time.
FEW, FEW_ASYNC = 2, 8


@dataclass(frozen=True, slots=True)
class Pace:
    """The reward's own seconds for a sample, and the part of them that it computes, the rest being waited.

    `most` workers may be asked at once, where that was said. `is_async` tells that samples of one batch wait together.
    """

    seconds: float
    computing: float
    most: int | None = None
    is_async: bool = False

    @property
    def workers(self) -> int:
        """How many workers are worth asking at once: one for a quick reward, the processors for one that computes.

        An async reward is not asked in more processes than there are processors: what bounds its calls, a semaphore of
        its module, holds in one process only.
        """
        cores = os.cpu_count() or 1
        waits = self.computing <= self.seconds / 2 and not self.is_async
        wanted = 1 if self.seconds < SLOW_PACE else WAITING_WORKERS if waits else cores
        return min(wanted, self.most or wanted)


def pace_of(
    worker: Worker, entry: EntryFound, prompts: Sequence[Prompt], platform: Platform, *, most: int | None = None
) -> Pace:
    """How long a sample of these prompts takes, short or as models write; 0 where it cannot be asked: it reads tokens.

    `most` bounds the workers.
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

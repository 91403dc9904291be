"""Does the reward leave the event as it was?"""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.findings import Finding
from rewardlab.probes.reward.trials.exchange import shown
from rewardlab.probes.reward.trials.ordinary import ordinary_cases
from rewardlab.probes.reward.trials.subject import Subject
from rewardlab.rewards.isolation.reply import Answer


def ask(subject: Subject) -> Iterator[Finding]:
    """RL109, a warning: Lambda reads the event anew for a retry, a trainer that calls the code itself does not."""
    count = subject.afford(min(16, subject.platform.batch_size), invocations=1)
    samples = subject.samples(ordinary_cases(subject, count))
    reply = subject.invoke(samples)
    if isinstance(reply, Answer) and reply.mutated:
        alone = next((one for one in samples if _mutates(subject, one)), samples[0])
        yield Finding("RL109", "warning", {"samples": len(samples), "example": shown(alone)})


def _mutates(subject: Subject, sample: dict[str, object]) -> bool:
    reply = subject.invoke([sample])
    return isinstance(reply, Answer) and bool(reply.mutated)

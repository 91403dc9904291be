"""One event and the reply to it, read as the platform reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from rewardlab.outcome import Outcome, Scored, Unscored
from rewardlab.platforms import Platform
from rewardlab.rewards.contracts.contract import Violation, violations
from rewardlab.rewards.contracts.results import read_results
from rewardlab.rewards.events.sample import response_of
from rewardlab.rewards.isolation.reply import Answer, Reply
from rewardlab.task import Json

Sample: TypeAlias = dict[str, Any]

#: Two scores this close, relative to the larger, differ by the order of a sum and no more.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Exchange:
    """The samples of one event, the reply, and an outcome per sample in their order.

    `failure` is set where the invocation failed as a whole; every outcome is then that failure.
    """

    samples: tuple[Sample, ...]
    reply: Reply
    outcomes: tuple[Outcome, ...]
    failure: Unscored | None
    platform: Platform

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(sample["id"] for sample in self.samples)

    @property
    def scores(self) -> dict[str, float | None]:
        """Each sample's score by its id; None where it has none."""
        return {
            identifier: outcome.score if isinstance(outcome, Scored) else None
            for identifier, outcome in zip(self.ids, self.outcomes, strict=True)
        }

    @property
    def is_scored(self) -> bool:
        """Whether every sample has a score."""
        return all(isinstance(outcome, Scored) for outcome in self.outcomes)

    def defects(self, reward_range: tuple[float, float] | None = None) -> tuple[Violation, ...]:
        """The return's contract violations; without samples that raised or abstained, if the code is no Lambda."""
        if not isinstance(self.reply, Answer):
            return ()
        spoken = {
            identifier
            for identifier, outcome in zip(self.ids, self.outcomes, strict=True)
            if isinstance(outcome, Unscored) and outcome.reason != "invalid"
        }
        found = violations(self.reply.results, self.ids, self.platform, reward_range)
        return tuple(one for one in found if one.sample is None or one.sample not in spoken)


def read_exchange(samples: Sequence[Sample], reply: Reply, platform: Platform) -> Exchange:
    """Read the reply to the samples: an outcome for each."""
    failure: Unscored
    if isinstance(reply, Answer):
        read = read_results(reply.results, [sample["id"] for sample in samples], platform, seconds=reply.seconds)
        if not isinstance(read, str):
            return Exchange(tuple(samples), reply, tuple(read), None, platform)
        failure = Unscored("invalid", read, reply.seconds)
    else:
        failure = reply
    return Exchange(tuple(samples), reply, (failure,) * len(samples), failure, platform)


def same(one: float | None, other: float | None) -> bool:
    """Whether two scores are equal but for rounding; None, no score, is equal to itself only."""
    if one is None or other is None:
        return one is other
    return abs(one - other) <= ROUNDING * max(abs(one), abs(other), ROUNDING)


def shown(value: Json, most: int = 300) -> str:
    """A value as JSON on one line, its long texts cut, in at most about `most` characters.

    A text rather than the value itself, for it may hold NaN or a lone surrogate, which a report's JSON may not.
    """
    text = json.dumps(_cut(value), default=repr)
    return text if len(text) <= most else f"{text[:most]} ... ({len(text)} characters)"


def brief(sample: Sample) -> str:
    """A sample's id and the response in it: the rest is the user's own row. As `shown` where it holds no response."""
    try:
        return shown({"id": sample["id"], "answer": response_of(sample)})
    except (KeyError, IndexError, TypeError, AttributeError):
        return shown(sample)


def _cut(value: Json) -> Json:
    if isinstance(value, str) and len(value) > 80:
        return f"{value[:60]} ... ({len(value):,} characters)"
    if isinstance(value, Mapping):
        return {key: _cut(part) for key, part in value.items()}
    return [_cut(part) for part in value[:4]] if isinstance(value, list) else value

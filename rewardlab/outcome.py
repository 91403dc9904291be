"""The outcome of a reward call for one generation: `Scored` or `Unscored`. A failure is never a zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Reason: TypeAlias = Literal["raised", "timed_out", "crashed", "invalid", "abstained"]
REASONS: tuple[Reason, ...] = ("raised", "timed_out", "crashed", "invalid", "abstained")


@dataclass(frozen=True, slots=True)
class Scored:
    """A finite score, its named components as the reward reported them, and the seconds it took.

    The seconds are the invocation's, divided by the samples it held: on Lambda a batch is billed and timed as one.
    """

    score: float
    components: tuple[tuple[str, float], ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Unscored:
    """No score, why not, and what the reward said (an exception's last line, the offending value)."""

    reason: Reason
    detail: str
    seconds: float


Outcome: TypeAlias = Scored | Unscored

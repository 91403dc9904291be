"""Compares the function's scores with the audit's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rewardlab.outcome import Outcome, Scored, Unscored
from rewardlab.rewards.code.handler import MARK
from rewardlab.rewards.events.event import Key

#: Scores this near to each other count as the same: a sum in another order differs so much.
NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """A generation that the two scored differently."""

    key: Key
    audit: Outcome
    function: Outcome


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many samples agree, and the differences in the order of the samples."""

    equal: int
    close: int
    both_unscored: int
    differences: tuple[Difference, ...]

    @property
    def compared(self) -> int:
        """How many samples were compared."""
        return self.equal + self.close + self.both_unscored + len(self.differences)


def compare(function: Mapping[Key, Outcome], audit: Mapping[Key, Outcome]) -> Comparison:
    """Compare the outcomes of the samples that both have, in the function's order.

    The score that the package gives for a failed sample (`--on-failure`) counts as no score.
    """
    counts = dict.fromkeys(("equal", "close", "both_unscored"), 0)
    differences = []
    for key, outcome in function.items():
        if key not in audit:
            continue
        how = _relation(_unmarked(outcome), audit[key])
        if how is None:
            differences.append(Difference(key, audit[key], _unmarked(outcome)))
        else:
            counts[how] += 1
    return Comparison(**counts, differences=tuple(differences))


def disagreeing(outcomes: Sequence[Outcome]) -> bool:
    """Whether one sample got different outcomes at different times."""
    return any(_relation(outcome, outcomes[0]) is None for outcome in outcomes[1:])


def _relation(one: Outcome, other: Outcome) -> str | None:
    if isinstance(one, Unscored) and isinstance(other, Unscored):
        return "both_unscored"
    if isinstance(one, Unscored) or isinstance(other, Unscored):
        return None
    if one.score == other.score:
        return "equal"
    return "close" if abs(one.score - other.score) <= NEAR else None


def _unmarked(outcome: Outcome) -> Outcome:
    if isinstance(outcome, Scored) and any(name == MARK for name, _ in outcome.components):
        return Unscored("raised", f"the package gave {outcome.score:g} in place of a score", outcome.seconds)
    return outcome

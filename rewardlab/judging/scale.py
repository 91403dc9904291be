"""What a judge may answer: the labels it writes, the numbers they stand for, and their level of measurement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["score", "label", "boolean", "pairwise"]
Level: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio"]
KINDS: tuple[Kind, ...] = ("score", "label", "boolean", "pairwise")
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")


@dataclass(frozen=True, slots=True)
class Scale:
    """A judge's scale.

    `labels` as the judge writes them, `values` their numbers in the same order: boolean 0 and 1; pairwise 0 for the
    first response, 1 for the second, 0.5 for a tie, so that a value is the preference for the second. A continuous
    score has no labels; its two values are the ends of its range, and any number between is a verdict.
    `success_at`: a verdict at or above it counts as right. None where nothing is right or wrong: a preference, and
    labels without values, whose numbers are codes that name them and nothing else.
    """

    kind: Kind
    level: Level
    labels: tuple[str, ...]
    values: tuple[float, ...]
    success_at: float | None

    @property
    def is_continuous(self) -> bool:
        """Whether any number of the range is a verdict."""
        return not self.labels

    @property
    def is_coded(self) -> bool:
        """Whether the values are codes that only name the labels: no mean or expected value of them makes sense."""
        return self.kind == "label" and self.success_at is None

    @property
    def low(self) -> float:
        """The lowest value."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The highest value."""
        return max(self.values)

    def is_success(self, value: float) -> bool | None:
        """Whether a verdict of this value counts as right; None where nothing is right or wrong."""
        return None if self.success_at is None else value >= self.success_at

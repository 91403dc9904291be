"""Counts the looks at a run while it grew: each verdict is one, and each makes the next one's level higher."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from rewardlab.stats.looks import level_of_look


@dataclass(frozen=True, slots=True)
class Look:
    """A verdict, by the data that it was given on: prompts with a generation, and generations."""

    prompts: int
    generations: int

    def __post_init__(self) -> None:
        """Raises: ValueError for counts that no run has."""
        if not all(type(count) is int and count >= 0 for count in (self.prompts, self.generations)):
            raise ValueError(f"{self.prompts!r} prompts and {self.generations!r} generations are no look")


def look_at(generations: pa.Table) -> Look:
    """A look at these generations."""
    return Look(pc.count_distinct(generations["prompt_id"]).as_py(), generations.num_rows)


def looks_with(seen: Sequence[Look], now: Look) -> tuple[Look, ...]:
    """The earlier looks at no more data than now, and the one taken now, which counts once.

    Reading the same generations again is no further look, whatever is asked of them and whoever scored them.
    """
    kept = tuple(look for look in seen if look.prompts <= now.prompts and look.generations <= now.generations)
    return kept if now in kept else (*kept, now)


def level_at(looks: Sequence[Look]) -> float:
    """The level of the intervals at the last of these looks."""
    return level_of_look(_information(looks))


def level_of_next(looks: Sequence[Look], growth: float) -> float:
    """The level of the intervals at one more look, at `growth` times the data of the last of these."""
    information = _information(looks)
    return level_of_look([*information, information[-1] * max(growth, 1.0)])


def _information(looks: Sequence[Look]) -> list[float]:
    """The information at each look, 1 at the first: it grows with the prompts, or with the generations if faster.

    Overstated information makes looks seem less alike, and the later verdicts surer than they need be.
    """
    information = [1.0]
    for before, after in itertools.pairwise(looks):
        prompts, generations = after.prompts / max(before.prompts, 1), after.generations / max(before.generations, 1)
        information.append(information[-1] * max(prompts, generations, 1.0))
    return information

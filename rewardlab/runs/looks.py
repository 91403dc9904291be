"""How often the numbers of a run were looked at while it grew, and how sure the next verdict must be for that."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from rewardlab.stats.looks import level_of_look


@dataclass(frozen=True, slots=True)
class Look:
    """A verdict that was given on so much: prompts with a generation, and generations."""

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
    """The looks up to the one that is taken now: one more where it is at more than every earlier one.

    Reading the same generations again is no further look, whatever is asked of them and whoever scored them.
    """
    kept = tuple(look for look in seen if look.prompts <= now.prompts and look.generations <= now.generations)
    return kept if now in kept else (*kept, now)


def level_at(looks: Sequence[Look]) -> float:
    """The level of the intervals at the last of these looks."""
    return level_of_look(_information(looks))


def level_of_next(looks: Sequence[Look], growth: float) -> float:
    """The level at one look more, at so many times what the last of these was at."""
    information = _information(looks)
    return level_of_look([*information, information[-1] * max(growth, 1.0)])


def _information(looks: Sequence[Look]) -> list[float]:
    """What each look was at: as prompts grow, or generations where these grow faster.

    To take information for more than it is makes looks seem less alike, and the later ones surer than they need be.
    """
    information = [1.0]
    for before, after in itertools.pairwise(looks):
        prompts, generations = after.prompts / max(before.prompts, 1), after.generations / max(before.generations, 1)
        information.append(information[-1] * max(prompts, generations, 1.0))
    return information

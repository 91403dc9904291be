"""Which sampled texts give the reference as their answer, and how often they give another prompt's by chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from rewardlab.answers import Bools
from rewardlab.findings import shortened
from rewardlab.probes.reward.answers import labels_of
from rewardlab.probes.run.diagnosis.answer import Kind, Said, Sought, gives, said, sought
from rewardlab.probes.run.diagnosis.names import Names, folded
from rewardlab.probes.run.diagnosis.texts import Texts
from rewardlab.probes.run.question import Question

TRIES = 8
NameBook: TypeAlias = Mapping[Kind, Names]


@dataclass(frozen=True, slots=True)
class Readings:
    """What each text of `Texts` says, what its prompt seeks (None where the reference is no answer), and two tables:
    whether it gives the reference, and whether it gives a reference drawn from another prompt of the same kind."""

    said: Sequence[Said]
    sought: Sequence[Sought | None]
    names: NameBook
    right: Bools
    chance: Bools
    tried: Bools
    controlled: Bools


def read_answers(question: Question, texts: Texts) -> Readings:
    """The readings of all texts; of a row without a usable reference none."""
    labels = labels_of(question.prompts)
    wanted = {row: found for row, prompt in texts.prompts.items() if (found := sought(prompt, labels)) is not None}
    names = _names(list(wanted.values()))
    drawn = _drawn(wanted, np.random.default_rng(question.seed))
    spoken = [said(text) for text in texts.text]
    here = [wanted.get(int(row)) for row in texts.row]
    there = [drawn.get(int(row)) for row in texts.row]
    return Readings(
        spoken,
        here,
        names,
        texts.where(
            [one is not None and gives(text, one, names[one.kind]) for text, one in zip(spoken, here, strict=True)]
        ),
        texts.where(
            [one is not None and gives(text, one, names[one.kind]) for text, one in zip(spoken, there, strict=True)]
        ),
        texts.where([one is not None for one in here]),
        texts.where([one is not None for one in there]),
    )


def _names(wanted: Sequence[Sought]) -> NameBook:
    return {
        kind: Names(frozenset(folded(text) for one in wanted if one.kind == kind for text in one.texts) - {""})
        for kind in {one.kind for one in wanted}
    }


def _drawn(wanted: Mapping[int, Sought], rng: np.random.Generator) -> dict[int, Sought]:
    """For each row, what another row of the same kind seeks, where one that differs is met in a few draws."""
    rows = list(wanted)
    found: dict[int, Sought] = {}
    for row, mine in wanted.items():
        for place in rng.integers(0, len(rows), TRIES):
            other = wanted[rows[int(place)]]
            if other.differs(mine):
                # What the prompt itself says counts against it as against its own.
                found[row] = Sought(other.texts, other.kind, mine.prompt)
                break
    return found


def reference_of(one: Sought) -> str:
    """The likeliest text of a right answer, as evidence shows it."""
    return shortened(one.texts[0])

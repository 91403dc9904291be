"""Which sampled texts give the reference as their answer, and how often they give another prompt's by chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from rewardlab.answers.reading.answer import Said, Sought, gives, said, sought
from rewardlab.answers.reading.otherwise import NameBook, Notations
from rewardlab.answers.reference.accepted import labels_of
from rewardlab.answers.reference.readings import is_flat, unwrapped
from rewardlab.answers.values.items import are_parts
from rewardlab.answers.values.names import Names, folded
from rewardlab.findings import shortened
from rewardlab.probes.run.diagnosis.texts import Texts
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Bools
from rewardlab.task import Json

TRIES = 8
#: Whether a text gives what is sought.
Gives: TypeAlias = Callable[[Said, Sought, Names], bool]


@dataclass(frozen=True, slots=True)
class Readings:
    """What each text of `Texts` says, what its prompt seeks (None where the reference is no answer), and two tables:
    whether it gives the reference, and whether it gives a reference drawn from another prompt of the same kind.

    `plain` marks those of `right` that give it in the reference's own notation.
    """

    said: Sequence[Said]
    sought: Sequence[Sought | None]
    names: NameBook
    right: Bools
    plain: Bools
    chance: Bools
    tried: Bools
    controlled: Bools


def read_answers(question: Question, texts: Texts) -> Readings:
    """The readings of all texts; of a row without a usable reference none."""
    wanted = _wanted(question, texts)
    names = _names(list(wanted.values()))
    notations = Notations.of(list(wanted.values()), names)
    drawn = _drawn(wanted, np.random.default_rng(question.seed))
    different = {text: said(text) for text in dict.fromkeys(texts.text)}
    spoken = [different[text] for text in texts.text]
    here = [wanted.get(int(row)) for row in texts.row]
    there = [drawn.get(int(row)) for row in texts.row]

    cells = list(zip(texts.row.tolist(), texts.same.tolist(), strict=True))

    def table(gives: Gives, asked: Sequence[Sought | None]) -> Bools:
        known: dict[tuple[int, int], bool] = {}  # a small model gives one prompt the same text many times
        for cell, text, one in zip(cells, spoken, asked, strict=True):
            if cell not in known:
                known[cell] = one is not None and gives(text, one, names[one.kind])
        return texts.where([known[cell] for cell in cells])

    right = table(notations.gives, here)
    return Readings(
        spoken,
        here,
        names,
        right=right,
        plain=right & table(gives, here),
        chance=table(notations.gives, there),
        tried=texts.where([one is not None for one in here]),
        controlled=texts.where([one is not None for one in there]),
    )


def _wanted(question: Question, texts: Texts) -> dict[int, Sought]:
    """What each row seeks; for a list whose items are only parts of the answer, no item alone counts."""
    labels = labels_of(question.prompts)
    lists = {row: items for row, prompt in texts.prompts.items() if len(items := _items(prompt.reference)) > 1}
    parts = lists if are_parts(list(lists.values())) else {}
    found = {row: sought(prompt, labels, parts=parts.get(row, ())) for row, prompt in texts.prompts.items()}
    return {row: one for row, one in found.items() if one is not None}


def _items(reference: Json) -> list[str]:
    value = unwrapped(reference)
    return [folded(str(one)) for one in value] if isinstance(value, list) and is_flat(value) else []


def _names(wanted: Sequence[Sought]) -> NameBook:
    return {
        kind: Names(frozenset(folded(text) for one in wanted if one.kind == kind for text in one.texts) - {""})
        for kind in {one.kind for one in wanted}
    }


def _drawn(wanted: Mapping[int, Sought], rng: np.random.Generator) -> dict[int, Sought]:
    """For each row, what another row of the same kind, drawn at random, seeks, if a few draws find one that differs."""
    rows = list(wanted)
    found: dict[int, Sought] = {}
    for row, mine in wanted.items():
        for place in rng.integers(0, len(rows), TRIES):
            other = wanted[rows[int(place)]]
            if other.differs(mine):
                # The prompt's own text counts against this answer as against the right one.
                found[row] = Sought(other.texts, other.kind, mine.prompt)
                break
    return found


def reference_of(one: Sought) -> str:
    """The likeliest text of a right answer, as evidence shows it."""
    return shortened(one.texts[0])

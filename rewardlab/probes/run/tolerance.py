"""How many of the answers that succeed are numbers that differ from the reference in a digit that it has?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rewardlab.answers.reading.reader import Reader
from rewardlab.answers.reference.accepted import number
from rewardlab.findings import Finding
from rewardlab.probes.run.diagnosis.weight import percent
from rewardlab.probes.run.exchanged import DISPUTED
from rewardlab.probes.run.question import Question
from rewardlab.probes.run.winners import Winners

#: The share of successful answers that is worth a finding, and the shares between which the accuracy depends on whether
#: the tolerance is meant. Above them the model hardly ever hits the reference: it estimates, and has no last digit.
TOLD, DECISIVE = 0.05, (1 / 3, 3 / 4)
REMEDY = (
    "The reward takes numbers that differ from the reference in a digit that it has. If the answer is measured or "
    "rounded on the way, that is meant: say so in the prompt (within 1 %). If it is exact, compare it to its last "
    "decimal: as it stands these count as right."
)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A generation that succeeds with a number that departs from the reference, and by which part of it."""

    row: int
    column: int
    apart: float


def ask(question: Question) -> Iterator[Finding]:
    """RL407, a warning, if this model's samples use a tolerance of the reward that nothing shows to be a fault.

    Answers that read as wrong, since they are computed from the prompt or asked for to a number of decimals, are left
    out: `exchanged` reports them.
    """
    if not question.prompts or question.measured.labelled is not None:
        return
    known = {(one.row, one.column) for one in question.reads if one.side == "wrong"}
    winners = Winners(question)
    taken = [one for one in _taken(winners) if (one.row, one.column) not in known]
    share = winners.share(taken)
    if share is None or share.estimate < TOLD:
        return
    apart = np.array([one.apart for one in taken])
    evidence = {
        "summary": (
            f"{percent(share.estimate)} of the answers that succeed ({percent(share.low)} to {percent(share.high)}; "
            f"{len(taken):,} of {winners.count:,}) are numbers that differ from the reference in a digit "
            f"that it has: by {percent(float(np.median(apart)))} in the middle, by {percent(float(apart.max()))} at "
            "most"
        ),
        "differ": len(taken),
        "share": share.estimate,
        "low": share.low,
        "high": share.high,
        "examples": winners.examples(taken),
    }
    is_open = share.low > DECISIVE[0] and share.estimate < DECISIVE[1]
    yield Finding("RL407", "warning", evidence | ({DISPUTED: True} if is_open else {}), REMEDY)


def _taken(winners: Winners) -> Iterator[_Taken]:
    question = winners.question
    readers = [Reader(question.prompts, form) for form in dict.fromkeys([question.evidence.form, None])]
    known: dict[tuple[int, str], tuple[str, str] | None] = {}
    for row, column, text in winners.texts():
        if (row, text) not in known:
            found = (one.departs(question.prompts[row], text) for one in readers)
            known[row, text] = next((pair for pair in found if pair), None)
        if (pair := known[row, text]) is not None:
            right, value = (float(number(one) or 0) for one in pair)
            yield _Taken(row, column, abs(value - right) / abs(right) if right else 1.0)

"""How many of the answers that succeed are numbers that differ from the reference in a digit that it has?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rewardlab.findings import Finding
from rewardlab.probes.reward.answers import number
from rewardlab.probes.reward.reader import Reader
from rewardlab.probes.run.diagnosis.weight import percent
from rewardlab.probes.run.exchanged import DISPUTED
from rewardlab.probes.run.question import Question
from rewardlab.stats.interval import Estimate, mean_over_prompts

#: Of the answers that succeed, the share that is worth a word, and the shares between which the accuracy itself rests
#: on whether the tolerance is meant. A model that hardly ever hits the reference estimates: its answer has no last digit.
TOLD, DECISIVE = 0.05, (1 / 3, 3 / 4)
#: Generations that are looked at, whole prompts, evenly over the file.
MOST_READ = 20_000
EXAMPLES = 3
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
    """RL407, a warning, for a tolerance that this model's samples use and that nothing shows to be a fault.

    What is computed from the prompt, or asked for to a number of decimals, is told by the answers that read wrong.
    """
    if not question.prompts or question.measured.labelled is not None:
        return
    known = {(one.row, one.column) for one in question.reads if one.side == "wrong"}
    taken = [one for one in _taken(question) if (one.row, one.column) not in known]
    share = _share(question, taken)
    if share is None or share.estimate < TOLD:
        return
    apart = np.array([one.apart for one in taken])
    evidence = {
        "summary": (
            f"{percent(share.estimate)} of the answers that succeed ({percent(share.low)} to {percent(share.high)}; "
            f"{len(taken):,} of {int(question.right.sum()):,}) are numbers that differ from the reference in a digit "
            f"that it has: by {percent(float(np.median(apart)))} in the middle, by {percent(float(apart.max()))} at "
            "most"
        ),
        "differ": len(taken),
        "share": share.estimate,
        "low": share.low,
        "high": share.high,
        "examples": [
            question.answers.example(one.row, one.column) | {"reference": question.prompts[one.row].reference}
            for one in list({one.row: one for one in taken}.values())[:EXAMPLES]
        ],
    }
    is_open = share.low > DECISIVE[0] and share.estimate < DECISIVE[1]
    yield Finding("RL407", "warning", evidence | ({DISPUTED: True} if is_open else {}), REMEDY)


def _taken(question: Question) -> Iterator[_Taken]:
    answers, prompts = question.answers, question.prompts
    readers = [Reader(prompts, form) for form in dict.fromkeys([question.evidence.form, None])]
    step = max(1, answers.row.size // MOST_READ)
    for row in range(0, len(prompts), step):
        for column in np.flatnonzero(question.right[row] & ~answers.cut[row] & (answers.row[row] >= 0)):
            text = answers.texts[int(answers.row[row, column])].as_py()
            pair = next((found for one in readers if (found := one.departs(prompts[row], text))), None)
            if pair is not None:
                right, value = (float(number(one) or 0) for one in pair)
                yield _Taken(row, int(column), abs(value - right) / abs(right) if right else 1.0)


def _share(question: Question, taken: list[_Taken]) -> Estimate | None:
    """Of the generations that succeed, the share that differ."""
    count: dict[int, int] = defaultdict(int)
    for one in taken:
        count[one.row] += 1
    wins = question.right.sum(axis=1)
    rows = [row for row in range(len(question.prompts)) if wins[row]]
    if not taken or not rows:
        return None
    shares = np.array([count[row] / wins[row] for row in rows], float)
    found = mean_over_prompts(shares, np.array([wins[row] for row in rows], float))
    return found if isinstance(found, Estimate) else None

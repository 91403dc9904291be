"""Sorts generations into classes that come equally near to the reference, for a graded reward pays for nearness."""

from __future__ import annotations

import math
import re
from decimal import Decimal

import numpy as np

from rewardlab.answers.reading.composite import parsed
from rewardlab.answers.reference.accepted import NUMBER, answers_of, number
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Floats

#: The most generations of a run that is read; the characters read from the end of a text.
MOST_READ, TAIL = 50_000, 400
#: Steps to a tenfold distance, and the classes of what lies farther than a hundredfold or holds no number.
STEPS, FARTHEST = 4, 30.0
#: A class of lists by the share of items they have in common with the right one, in tenths.
TENTHS = 10
WORD = re.compile(r"\w+")


def nearness(question: Question) -> Floats:
    """A class for each generation, the same for those equally near to the reference; 0 where that is not known.

    Numbers are classed by their relative distance, four classes a decade; JSON lists by the F1 of their items, with a
    class of their own for texts without a JSON list. A run of more than MOST_READ generations is not read.
    """
    answers = question.answers
    held = np.zeros(answers.score.shape)
    if answers.score.size > MOST_READ:
        return held
    for row, prompt in enumerate(question.prompts):
        found = answers_of(prompt)
        value = number(found[0]) if found else None
        items = prompt.reference if isinstance(prompt.reference, list) else parsed(found[-1]) if found else None
        for column in np.flatnonzero(answers.row[row] >= 0):
            text = str(answers.texts[int(answers.row[row, column])].as_py() or "")
            if value is not None:
                held[row, column] = _of_number(text[-TAIL:], value)
            elif isinstance(items, list):
                held[row, column] = _of_list(text, items)
    return held


def _of_number(text: str, value: Decimal) -> float:
    numbers = NUMBER.findall(text)
    given = number(numbers[-1]) if numbers else None
    if given is None:
        return FARTHEST
    apart = abs(given - value) / max(abs(value), Decimal(1))
    if not apart:
        return 1.0
    return float(np.clip(round(STEPS * math.log10(apart)) + FARTHEST / 2, 2, FARTHEST - 1))


def _of_list(text: str, items: list[object]) -> float:
    given = parsed(text[text.find("[") : text.rfind("]") + 1]) if "[" in text else None
    if not isinstance(given, list):
        return FARTHEST
    held, wanted = ({" ".join(WORD.findall(str(item).casefold())) for item in some} for some in (given, items))
    return 1.0 + round(TENTHS * 2 * len(held & wanted) / max(1, len(held) + len(wanted)))

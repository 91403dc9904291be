"""The span of a text that made it a near miss: the reference in a failing text, or the other value it ends with."""

from __future__ import annotations

import re
from typing import NamedTuple

from rewardlab.answers.reference.accepted import NUMBER, answers_of, number
from rewardlab.task import Prompt

#: Characters read from the end of a text, the longest reference looked for, and how near another number must be.
TAIL, LONGEST, NEAR = 4000, 200, 0.1


class Span(NamedTuple):
    """Where the span begins and ends in the text, and what it is."""

    start: int
    end: int
    why: str


def near_miss(prompt: Prompt, text: str, *, succeeds: bool) -> Span | None:
    """The span that a reader should see first; None where the text has none.

    In a text that fails it is the reference itself, if the text holds it, else a last number that differs from the
    reference by a tenth of it at most. In a text that succeeds it is the reference, where it stands last.
    """
    answers = [answer for answer in answers_of(prompt) if 0 < len(answer) <= LONGEST]
    start = max(0, len(text) - TAIL)
    tail = text[start:]
    folded = tail.casefold()
    for answer in answers:
        if answer.casefold() not in folded:  # far quicker than the pattern, which most texts do not hold
            continue
        found = [*re.finditer(rf"(?<![\w.])(?<!\d,){re.escape(answer)}(?![\w]|[.,]\d)", tail, re.IGNORECASE)]
        if found:
            last = found[-1]
            why = "the reference" if succeeds else "the reference stands here, and the reward does not count it"
            return Span(start + last.start(), start + last.end(), why)
    value = number(answers[0]) if answers else None
    numbers = [*NUMBER.finditer(tail)]
    if succeeds or value is None or not numbers:
        return None
    last = numbers[-1]
    given = number(last[0])
    if given is None or abs(given - value) > abs(value) * type(value)(str(NEAR)):
        return None
    return Span(start + last.start(), start + last.end(), f"within a tenth of the reference {answers[0]}")

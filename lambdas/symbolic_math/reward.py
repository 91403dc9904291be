"""Symbolic math: 1.0 when the boxed answer is equal to the reference as mathematics, by math-verify; else 0.0.

Equal are 2/4, 0.5 and \\frac{1}{2}; x^2-1 and (x-1)(x+1); {1, 2} and {2, 1}; x > 2 and (2, \\infty); x = 9 and 9.
"""

import functools
import logging
import re
import signal
import threading

try:
    from math_verify import parse, verify
except ImportError as error:
    raise ImportError("math-verify is missing: pip install -r requirements.txt, or package this folder") from error

#: CPU seconds for reading one answer and comparing it. An answer that takes longer (9^{9^{9^9}}) is not a final one.
SECONDS = 2.0
#: Longer or deeper texts are no answers; the parser takes seconds for each level of brackets.
LONGEST, DEEPEST = 300, 12
#: Digits after the point that must agree where one side is a decimal.
DECIMALS = 6
BOX = "\\boxed{"
FILLER = re.compile(r"[\W_]|\b(?:or|and|maybe|perhaps|the|final|answer|is)\b", re.IGNORECASE)

# It warns once that its own time limit is off; the one below takes its place.
logging.getLogger("math_verify").setLevel(logging.CRITICAL)


class OutOfTimeError(BaseException):
    """Above Exception, so that no handler inside sympy takes it for a failed simplification."""


def score(completion, reference):
    """1.0 for a right final answer, else 0.0.

    Raises: ValueError for a reference that math-verify cannot read; RuntimeError outside the main thread.
    """
    if isinstance(reference, bool) or not isinstance(reference, (str, int, float)):
        raise ValueError(f"reference {reference!r} is no text; expected LaTeX: \\frac{{1}}{{2}}")  # noqa: TRY004 - bad data
    expected = bare(str(reference))
    if not read(expected):
        raise ValueError(f"math-verify cannot read the reference {reference!r} within {SECONDS:g} s; expected LaTeX")
    answers = final_answers(completion)
    return float(bool(answers) and all(equal(expected, answer) for answer in answers))


# A group's responses often give one and the same answer.
@functools.lru_cache(maxsize=4096)
def equal(expected, answer):
    """Whether the answer is readable, in time, and the same as the reference."""
    left, right = list(read(expected)), list(read(answer))
    try:
        return bool(right) and limited(verify)(
            left, right, float_rounding=DECIMALS, allow_set_relation_comp=True, timeout_seconds=None
        )
    except OutOfTimeError:
        return False


@functools.lru_cache(maxsize=4096)
def read(text):
    """The text as math-verify reads it, boxed so that it is taken whole; empty when it cannot be read in time."""
    depth = deepest = 0
    for character in text[: LONGEST + 1]:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    if not text or len(text) > LONGEST or deepest > DEEPEST or depth:
        return ()
    try:
        return tuple(limited(parse)(f"{BOX}{text}}}", parsing_timeout=None))
    except OutOfTimeError:
        return ()


def limited(call):
    """The function, ended with OutOfTimeError after SECONDS of CPU time.

    math-verify's own limit is of time by the clock: on a busy machine it would make right answers wrong.
    """

    def within(*arguments, **options):
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError(
                "the time limit is a signal, which only the main thread gets: score there, as Lambda does"
            )
        before = signal.signal(signal.SIGVTALRM, end)
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        try:
            return call(*arguments, **options)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)

    return within


def end(*_):
    raise OutOfTimeError


def final_answers(text):
    """The last boxed answer and those side by side with it; without a box the response itself, if it is one line."""
    text = text.rpartition("</think>")[2]
    if "<think>" in text:
        return []
    boxes = list(boxed(text[-50_000:]))
    if not boxes:
        return [bare(text)] if "\n" not in text.strip() else []
    offered = boxes[-1:]
    for box in reversed(boxes[:-1]):
        between = text[-50_000:][box[1] : offered[-1][0]]
        if len(between) > 60 or FILLER.sub("", between):
            break
        offered.append(box)
    return [bare(answer) for _, _, answer in offered]


def boxed(text):
    """Every closed box as (start, end, what is in it)."""
    start = text.find(BOX)
    while start >= 0:
        inside, depth = start + len(BOX), 1
        for place in range(inside, min(len(text), inside + LONGEST + 2)):
            depth += (text[place] == "{") - (text[place] == "}")
            if not depth:
                yield start, place + 1, text[inside:place]
                break
        start = text.find(BOX, inside)


def bare(text):
    """The answer without what wraps it."""
    return text.strip(" \t\r\n*`\"'$").removesuffix(".").strip()

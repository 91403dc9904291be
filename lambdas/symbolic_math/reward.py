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
#: Numbers that differ by less than this part of the larger are one, where one of them is a decimal.
NEAR = 5e-6
BOX = "\\boxed{"
#: 1\\,000, 1 000, 1{,}000, 1_000: digits in threes, set off by anything but a comma, which math-verify reads itself.
GROUPED = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:(?:\\[,!; ]|\{,\}|[ _'\u2019\u00a0\u2009\u202f])[0-9]{3})+(?![0-9])")
COMMAS = re.compile(r"\s*[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?\s*")
EXPONENT = re.compile(r"(?<![\w.\\])([0-9]+(?:\.[0-9]+)?)[eE]([-+]?[0-9]{1,3})(?![\w.])")
MIXED = re.compile(r"(?<![\w.^/])([0-9]+) +([0-9]+) ?/ ?([0-9]+)(?![\w.])")
PERCENT = re.compile(r"\s*\\?%")
#: What a set is described with: {x | x > 2}.
RULE = re.compile(r"[|:<>=]|\\(?:mid|in|leq?|geq?|lt|gt|neq?|colon|vert)\b")
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
    expected = written(str(reference))
    if not read(expected):
        raise ValueError(f"math-verify cannot read the reference {reference!r} within {SECONDS:g} s; expected LaTeX")
    answers = [written(answer) for answer in final_answers(completion)]
    return float(bool(answers) and all(equal(expected, answer) for answer in answers))


# A group's responses often give one and the same answer.
@functools.lru_cache(maxsize=4096)
def equal(expected, answer):
    """Whether the answer is readable, in time, and the same as the reference."""
    shapes = shape(expected), shape(answer)
    if shapes in {("set", "pair"), ("pair", "set")}:
        return False
    if shapes == ("pair", "list"):
        answer = f"({answer})"
    elif shapes == ("list", "pair"):
        expected = f"({expected})"
    if PERCENT.search(answer) and not PERCENT.search(expected):
        # "What percentage?" is answered by 12 and by 12 %; "12 %" is 0.12 and never 12.
        return same(expected, PERCENT.sub("", answer)) or same(expected, hundredth(answer))
    return same(expected if PERCENT.search(answer) else hundredth(expected), answer)


def same(expected, answer):
    """Whether math-verify takes the two for equal, and numbers agree in their leading digits too."""
    left, right = list(read(expected)), list(read(answer))
    try:
        return (
            bool(left and right)
            and limited(verify)(
                left, right, float_rounding=DECIMALS, allow_set_relation_comp=True, timeout_seconds=None
            )
            and limited(near)(left[0], right[0])
        )
    except OutOfTimeError:
        return False


def near(one, other):
    """Whether two numbers are within NEAR of each other, as a part of the larger: all small ones round to 0.

    What is no number is left to math-verify.
    """
    if not (getattr(one, "is_number", False) and getattr(other, "is_number", False)):
        return True
    try:
        left, right = complex(one.evalf()), complex(other.evalf())
    except (TypeError, ValueError, OverflowError):
        return True
    return abs(left - right) <= NEAR * max(abs(left), abs(right))


def written(text):
    """The answer as math-verify reads it rightly: thousands closed up, 1e3 as a power of ten, 1 1/2 as one number."""
    text = GROUPED.sub(lambda match: match[0][0] + re.sub(r"[^0-9]", "", match[0][1:]), bare(text))
    text = EXPONENT.sub(r"\1\\times 10^{\2}", text)
    return MIXED.sub(r"\1\\frac{\2}{\3}", text)


def hundredth(text):
    """A percentage as the number that it is."""
    return PERCENT.sub(r"\\times \\frac{1}{100}", text)


def shape(text):
    """set for {1, 2}, pair for (1, 2) and intervals, list for 1, 2; empty for the rest and for sets with a rule."""
    text = re.sub(r"\\(?:left|right)\b|\\(?=[{}])", "", text).strip()
    if text.startswith("{") and text.endswith("}"):
        return "" if RULE.search(text) else "set"
    whole = text[1:-1] if text[:1] in {"(", "["} and text[-1:] in {")", "]"} else text
    if not has_comma(whole) or RULE.search(text):
        return ""
    return "list" if whole is text else "pair"


def has_comma(text):
    """Whether a comma stands outside of all brackets, which close in their order."""
    depth, found = 0, False
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if depth < 0:
            return False
        found = found or (character == "," and not depth)
    return found and not COMMAS.fullmatch(text)


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

"""The table of what each trainer accepts from a reward function and what it refuses, with the version checked.

Standard library only: this file runs in the isolated worker. Each line was run against the library, or read in its
code, at that version. The audit accepts what the trainer accepts, and reports what it refuses.
"""

from __future__ import annotations

from dataclasses import dataclass

#: The versions for which the lines below hold.
TRL, VERL, RUNTIME = "trl 1.16.0", "verl 0.9.1", "awslambdaric 4.2.2"
OPENAI = "OpenAI's documentation, 2026-08"
#: The trainer of each kind of reward; for other kinds no trainer is listed.
TRAINERS = {"trl": TRL, "verl": VERL, "openai": OPENAI, "lambda": RUNTIME}


@dataclass(frozen=True)
class Line:
    """One form of a call or a return value, whether the trainer accepts it, and what it does with it."""

    trainer: str
    form: str
    taken: bool
    told: str


TABLE = (
    Line(TRL, "list", taken=True, told="one number a completion"),
    Line(TRL, "generator", taken=True, told="read to its end"),
    Line(TRL, "array", taken=True, told="numpy's arrays and tensors of one dimension"),
    Line(TRL, "bool", taken=True, told="True is 1.0"),
    Line(TRL, "number", taken=True, told="numpy's and torch's scalars, Decimal and Fraction too"),
    Line(TRL, "none", taken=True, told="left out; a completion for which all functions say None has no advantage"),
    Line(TRL, "nan", taken=True, told="as None"),
    Line(TRL, "wrong_count", taken=False, told="another number of values than completions, one included: ValueError"),
    Line(TRL, "dict", taken=False, told="its keys would become the rewards"),
    Line(TRL, "text", taken=False, told="ValueError"),
    Line(TRL, "tuple", taken=False, told="a tuple or a list for one completion: RuntimeError"),
    Line(TRL, "unawaited", taken=False, told="a coroutine from an ordinary function is not awaited: TypeError"),
    Line(
        TRL, "fewer_arguments", taken=False, told="all of its arguments and every column are passed by name: TypeError"
    ),
    Line(VERL, "number", taken=True, told="a float, an int, a bool; numpy's and torch's scalars"),
    Line(VERL, "dict", taken=True, told="its `score`; the other keys are logged"),
    Line(VERL, "none", taken=False, told="a batch with a None in it has no rm_scores: KeyError"),
    Line(VERL, "nan", taken=True, told="one makes its whole group NaN"),
    Line(
        VERL,
        "tuple",
        taken=False,
        told="the first item counts in verl's own files alone; from a custom_reward_function it is no number",
    ),
    Line(VERL, "text", taken=False, told="TypeError"),
    Line(
        VERL,
        "unawaited",
        taken=False,
        told="a coroutine from an ordinary function, or from an object's async __call__, is not awaited",
    ),
    Line(
        VERL,
        "fewer_arguments",
        taken=False,
        told="a custom_reward_function is called with data_source, solution_str, ground_truth and extra_info by name; "
        "only verl's own files are called with two of them",
    ),
    Line(OPENAI, "number", taken=True, told="a float"),
    Line(OPENAI, "tuple", taken=False, told="a grader returns a float"),
    Line(OPENAI, "none", taken=False, told="a grader returns a float"),
    Line(RUNTIME, "decimal", taken=True, told="written as a number; a NaN as NaN"),
    Line(RUNTIME, "namedtuple", taken=True, told="written as an object"),
    Line(RUNTIME, "float64", taken=True, told="numpy's float64 is a float"),
    Line(RUNTIME, "float32", taken=False, told="numpy's other scalars are no JSON: Runtime.MarshalError"),
)


def line(kind: str, form: str) -> Line | None:
    """The line for a form and the trainer of this kind of reward; None if the table has none."""
    return next((one for one in TABLE if one.trainer == TRAINERS.get(kind) and one.form == form), None)


def refusal(kind: str, form: str, what: str) -> str | None:
    """A sentence: `what` the reward does, and that its trainer refuses it; None if the trainer does not."""
    found = line(kind, form)
    return None if found is None or found.taken else f"{what}, which {found.trainer} refuses: {found.told}"

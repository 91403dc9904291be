"""The lines and the table of a history, as text and its outline show them."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.formats.evidence.values import percent
from rewardlab.formats.outline import Rows
from rewardlab.formats.verdicts import WORDS
from rewardlab.reports.history import Audited, HistoryReport
from rewardlab.reports.section import Interval

HEADER = ("run", "begun", "verdict", "prompts", "accuracy", "informative", "alpha", "changed", "blockers")


def headline(report: HistoryReport) -> str:
    """How many runs, and their verdicts from the oldest to the newest, each once in a row."""
    verdicts = [WORDS[one.verdict] for one in report.runs]
    turns = [one for place, one in enumerate(verdicts) if place == 0 or verdicts[place - 1] != one]
    count = len(report.runs)
    return f"{count} {'run' if count == 1 else 'runs'}" + (f": {', then '.join(turns)}" if turns else "")


def lead(report: HistoryReport) -> Iterator[str]:
    """The runs that are left out, with the reason."""
    yield from (f"{one.run}: {one.why}" for one in report.skipped)


def table(report: HistoryReport) -> Rows:
    """A row for each run, the oldest first."""
    befores = (None, *report.runs)
    rows = tuple(_row(one, before) for one, before in zip(report.runs, befores, strict=False))
    return Rows("runs", HEADER, rows)


def _row(run: Audited, before: Audited | None) -> tuple[str, ...]:
    alpha = "" if run.alpha is None else _numbers(run.alpha)
    return (
        run.run,
        run.created[:16].replace("T", " "),
        WORDS[run.verdict],
        f"{run.prompts:,}",
        _shares(run.accuracy),
        _shares(run.informative),
        alpha,
        "" if before is None else _changed(run, before),
        ", ".join(run.blockers),
    )


def _changed(run: Audited, before: Audited) -> str:
    """What differs from the run before: the model, the reward's code or file, the number of prompts."""
    told = []
    if run.model != before.model:
        told.append("model")
    if run.reward_sha256 != before.reward_sha256:
        told.append("reward")
    if run.prompts != before.prompts:
        told.append("prompts")
    return ", ".join(told)


def _shares(quantity: Interval) -> str:
    if quantity.estimate is None:
        return "undefined"
    low, high = (percent(end).removesuffix(" %") for end in (quantity.low, quantity.high))
    return f"{percent(quantity.estimate)} ({low} to {high})"


def _numbers(quantity: Interval) -> str:
    if quantity.estimate is None or quantity.low is None or quantity.high is None:
        return "undefined"
    return f"{quantity.estimate:.2f} ({quantity.low:.2f} to {quantity.high:.2f})"

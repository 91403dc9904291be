"""What the trials come to: one row for each peer, and the table of docs/bank.md."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from bench.peers.trial import Trial

HEADER = (
    "| tool | caught by its gate | false alarms of its gate | caught by anything it says | false alarms of anything | "
    "no answer in time | died | not applicable | seconds, median |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
)


@dataclass(frozen=True, slots=True)
class Row:
    """Counts over one peer's trials. A reward that hung or died is applicable, and was not caught.

    `gate` counts rewards with a flag at error level, `any` those with one at either level. `seconds` is the median over
    the rewards that it judged, None when there is none.
    """

    peer: str
    version: str
    planted: int
    caught_gate: int
    caught_any: int
    clean: int
    alarms_gate: int
    alarms_any: int
    hung: int
    died: int
    not_applicable: int
    seconds: float | None


def row(peer: str, version: str, trials: Sequence[Trial]) -> Row:
    """The row of one peer's `trials`."""
    taken = [trial for trial in trials if trial.outcome != "not_applicable"]
    planted = [trial for trial in taken if trial.path.startswith("planted/")]
    clean = [trial for trial in taken if trial.path.startswith("clean/")]
    seconds = [trial.seconds for trial in taken if trial.outcome == "judged"]
    return Row(
        peer=peer,
        version=version,
        planted=len(planted),
        caught_gate=sum(bool(trial.errors) for trial in planted),
        caught_any=sum(bool(trial.errors or trial.warnings) for trial in planted),
        clean=len(clean),
        alarms_gate=sum(bool(trial.errors) for trial in clean),
        alarms_any=sum(bool(trial.errors or trial.warnings) for trial in clean),
        hung=sum(trial.outcome == "hung" for trial in taken),
        died=sum(trial.outcome == "died" for trial in taken),
        not_applicable=len(trials) - len(taken),
        seconds=statistics.median(seconds) if seconds else None,
    )


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a table."""
    return HEADER + "".join(f"{_line(one)}\n" for one in rows)


def _line(one: Row) -> str:
    cells = (
        f"{one.peer} {one.version}",
        f"{one.caught_gate} of {one.planted}",
        f"{one.alarms_gate} of {one.clean}",
        f"{one.caught_any} of {one.planted}",
        f"{one.alarms_any} of {one.clean}",
        str(one.hung),
        str(one.died),
        str(one.not_applicable),
        "none judged" if one.seconds is None else f"{one.seconds:.2f}",
    )
    return f"| {' | '.join(cells)} |"

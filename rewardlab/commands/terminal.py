"""Progress on standard error, for a person at a terminal."""

from __future__ import annotations

import os
import sys
import time

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from rewardlab import progress

REDRAW_SECONDS = 0.1


class TerminalProgress:
    """Bars of what is sampled, scored and judged, with rates and time left; notes stand above them."""

    def __init__(self) -> None:
        # A descriptor of our own: while a model loads, standard error goes to a log.
        self._console = Console(file=os.fdopen(os.dup(2), "w"), stderr=True)
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._drawn = 0.0

    def loading(self, model: str) -> None:
        self._console.print(f"loading {model} ...", style="dim", highlight=False, soft_wrap=True)

    def begin(self, *, to_sample: int = 0, to_score: int = 0, to_judge: int = 0) -> None:
        self._bars = Progress(
            TextColumn("{task.description:>8}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
        totals = {"sampled": to_sample, "scored": to_score, "judged": to_judge}
        self._tasks = {name: self._bars.add_task(name, total=total, rate="") for name, total in totals.items() if total}
        self._bars.start()

    def update(self, *, sampled: int = 0, scored: int = 0, judged: int = 0) -> None:
        if self._bars is None or time.monotonic() - self._drawn < REDRAW_SECONDS:
            return
        self._drawn = time.monotonic()
        for name, done in (("sampled", sampled), ("scored", scored), ("judged", judged)):
            if name in self._tasks:
                task = self._bars.tasks[self._tasks[name]]
                rate = f"{done / task.elapsed:,.0f}/s" if task.elapsed else ""
                self._bars.update(self._tasks[name], completed=done, rate=rate)

    def end(self) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def note(self, text: str) -> None:
        self._console.print(f"note: {text}", style="dim", highlight=False, soft_wrap=True)


class NotesOnly(progress.Silent):
    """No bars, but the notes: what a log of a pipeline should hold."""

    def note(self, text: str) -> None:
        click.echo(f"rewardlab: note: {text}", err=True)


def progress_for(*, quiet: bool) -> progress.Progress:
    """Bars at a terminal, notes alone in a pipeline, nothing when quiet."""
    if quiet:
        return progress.Silent()
    return TerminalProgress() if sys.stderr.isatty() else NotesOnly()

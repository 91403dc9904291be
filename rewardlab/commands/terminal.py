"""Progress on standard error, for a person at a terminal."""

from __future__ import annotations

import os
import sys
import threading
import time

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.status import Status
from rich.text import Text

from rewardlab import progress
from rewardlab.visible import visible

REDRAW_SECONDS = 0.1
#: Seconds between two lines about a model that is still loading, if the output is no terminal.
LINE_SECONDS = 15.0
#: A load that took fewer seconds is not reported when it is over.
WORTH_TELLING = 1.0


class Load:
    """The progress of loading a model: its stages, and the seconds that each takes by the wall clock."""

    def __init__(self, model: str) -> None:
        self.model = visible(model)
        self._started = time.monotonic()
        self._begun: list[tuple[str, float]] = []

    def begin(self, stage: str) -> None:
        """Begin a stage and end the one before it; a stage that is under way goes on."""
        if not self._begun or self._begun[-1][0] != stage:
            self._begun.append((stage, time.monotonic()))

    @property
    def seconds(self) -> float:
        """How long it has been loading."""
        return time.monotonic() - self._started

    def line(self) -> str:
        """What it is doing now, and how long it has been loading."""
        doing = f": {self._begun[-1][0]}" if self._begun else ""
        return f"loading {self.model}{doing}, {self.seconds:.0f} s"

    def summary(self) -> str:
        """How long it took, and each of its stages."""
        ends = [moment for _, moment in self._begun[1:]] + [time.monotonic()]
        parts = [f"{name} {end - begun:.0f} s" for (name, begun), end in zip(self._begun, ends, strict=False)]
        shown = f" ({', '.join(parts)})" if self._begun else ""
        return f"loaded {self.model} in {self.seconds:.0f} s{shown}"


class TerminalProgress:
    """Bars of what is sampled, scored and judged, with rates and time left; notes stand above them."""

    def __init__(self) -> None:
        # A descriptor of our own: while a model loads, standard error goes to a log.
        self._console = Console(file=os.fdopen(os.dup(2), "w"), stderr=True)
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._drawn = 0.0
        self._load: Load | None = None
        self._status: Status | None = None

    def loading(self, model: str) -> None:
        self._load = Load(model)
        self._status = self._console.status(_Elapsed(self._load), refresh_per_second=2)
        self._status.start()

    def stage(self, name: str) -> None:
        if self._load is not None:
            self._load.begin(name)

    def loaded(self) -> None:
        if self._load is None or self._status is None:
            return
        self._status.stop()
        if self._load.seconds >= WORTH_TELLING:
            self._console.print(self._load.summary(), style="dim", highlight=False, soft_wrap=True, markup=False)
        self._load = self._status = None

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
        self._console.print(f"note: {visible(text)}", style="dim", highlight=False, soft_wrap=True, markup=False)


class _Elapsed:
    """The line about a load, with the seconds at the moment when it is drawn."""

    def __init__(self, load: Load) -> None:
        self._load = load

    def __rich__(self) -> Text:
        return Text(self._load.line(), "dim")


class NotesOnly(progress.Silent):
    """No bars, but the notes, and a line now and then while a model loads: what a log of a pipeline should hold."""

    def __init__(self, every: float = LINE_SECONDS) -> None:
        self._every = every
        self._load: Load | None = None
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def loading(self, model: str) -> None:
        self._load = Load(model)
        self._over.clear()
        self._thread = threading.Thread(target=self._tell, args=(self._load, os.dup(2)), daemon=True)
        self._thread.start()

    def stage(self, name: str) -> None:
        if self._load is not None:
            self._load.begin(name)

    def loaded(self) -> None:
        if self._thread is not None:
            self._over.set()
            self._thread.join()
            self._load = self._thread = None

    def _tell(self, load: Load, descriptor: int) -> None:
        """Write to the original standard error, `descriptor`: while a model loads, standard error goes to a log."""
        with os.fdopen(descriptor, "w") as file:
            told = False
            while not self._over.wait(self._every):
                told = True
                print(f"rewardlab: {load.line()}", file=file, flush=True)
            if told:
                print(f"rewardlab: {load.summary()}", file=file, flush=True)

    def note(self, text: str) -> None:
        click.echo(f"rewardlab: note: {visible(text)}", err=True)


def progress_for(*, quiet: bool) -> progress.Progress:
    """Bars at a terminal, notes alone in a pipeline, nothing when quiet."""
    if quiet:
        return progress.Silent()
    return TerminalProgress() if sys.stderr.isatty() else NotesOnly()

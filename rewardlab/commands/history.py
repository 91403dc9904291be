"""The command `rewardlab history runs/`."""

from __future__ import annotations

from pathlib import Path

import click

from rewardlab.commands.options import SHOWING, add_options, deliver
from rewardlab.formats.history import HISTORY_FORMATS
from rewardlab.viewing.history import read_history


@click.command("history")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("runs"))
@add_options(SHOWING)
def command(folder: Path, format_: str | None, output: tuple[Path, ...]) -> int:
    """Show the runs in FOLDER over time: verdicts, the numbers that decided, and what changed from run to run.

    FOLDER is `runs` unless it is said. Exit codes: 0 shown, 2 no run there.
    """
    report = read_history(folder)
    deliver(HISTORY_FORMATS, report, format_, output)
    return report.exit_code

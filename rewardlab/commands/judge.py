"""The command `rewardlab judge RUN --judge NAME_OR_FILE[@MODEL]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rewardlab.auditing.pipeline import run_judge
from rewardlab.commands.arrow import spare_pandas
from rewardlab.commands.options import JUDGING, PANEL, QUIET, REREADING, SHOWING, add_options, given, show
from rewardlab.commands.terminal import progress_for
from rewardlab.settings.loading import parse_options


@click.command("judge")
@click.argument("run", type=click.Path(path_type=Path))
@add_options(REREADING, PANEL, JUDGING, SHOWING, QUIET)
def command(run: Path, format_: str | None, output: tuple[Path, ...], *, quiet: bool, **options: Any) -> int:
    """Add judges to RUN's panel: ask them about its generations, and report on its last reward again.

    What a judge has answered before is not asked again. Settings not given are those of the run. Exit codes as for
    audit.
    """
    spare_pandas()
    values = parse_options(given(**options))
    return show(run_judge(run, values, progress=progress_for(quiet=quiet)), format_, output)

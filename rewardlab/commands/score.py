"""The command `rewardlab score RUN reward2.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rewardlab.auditing.pipeline import run_score
from rewardlab.commands.arrow import spare_pandas
from rewardlab.commands.options import JUDGING, QUIET, REREADING, SCORING, SHOWING, add_options, given, show
from rewardlab.commands.terminal import progress_for
from rewardlab.settings.loading import parse_options


@click.command("score")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("reward", type=click.Path(path_type=Path))
@add_options(REREADING, SCORING, JUDGING, SHOWING, QUIET)
def command(
    run: Path, reward: Path, format_: str | None, output: tuple[Path, ...], *, quiet: bool, **options: Any
) -> int:
    """Score what RUN sampled with REWARD, and report on that reward; nothing is sampled again.

    REWARD is a file, a package (its zip), or a deployed function: its ARN, or lambda:NAME. Settings not given are those
    of the run. Exit codes as for audit.
    """
    spare_pandas()
    values = parse_options(given(**options))
    return show(run_score(run, reward, values, progress=progress_for(quiet=quiet)), format_, output)

"""The command `rewardlab report RUN`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rewardlab.auditing.pipeline import run_report
from rewardlab.commands.arrow import spare_pandas
from rewardlab.commands.options import JUDGING, SHOWING, add_options, given, show
from rewardlab.settings.loading import parse_options


@click.command("report")
@click.argument("run", type=click.Path(path_type=Path))
@add_options(JUDGING, SHOWING)
def command(run: Path, format_: str | None, output: tuple[Path, ...], **options: Any) -> int:
    """Report on RUN's last reward again, in another format or against another band. Exit codes as for audit."""
    spare_pandas()
    return show(run_report(run, parse_options(given(**options))), format_, output)

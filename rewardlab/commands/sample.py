"""`rewardlab sample prompts.jsonl`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rewardlab.commands.options import QUIET, SAMPLING, add_options, given
from rewardlab.commands.terminal import progress_for
from rewardlab.pipeline import run_sample
from rewardlab.settings import load_settings


@click.command("sample")
@click.argument("prompts", type=click.Path(path_type=Path))
@add_options(SAMPLING, QUIET)
def command(prompts: Path, *, quiet: bool, **options: Any) -> int:
    """Sample generations for PROMPTS into a run directory and print its name; `rewardlab score` scores it."""
    settings = load_settings(given(**options), prompts, command_line=True)
    click.echo(run_sample(prompts, settings, progress=progress_for(quiet=quiet)))
    return 0

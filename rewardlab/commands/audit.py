"""The command `rewardlab audit reward.py prompts.jsonl`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rewardlab.auditing.pipeline import run_audit
from rewardlab.commands.arrow import spare_pandas
from rewardlab.commands.options import (
    CONFIG,
    JUDGING,
    PANEL,
    QUIET,
    READING,
    RIGHT,
    SAMPLING,
    SCORING,
    SHOWING,
    add_options,
    given,
    show,
)
from rewardlab.commands.terminal import progress_for
from rewardlab.settings.loading import load_settings


@click.command("audit")
@click.argument("reward", type=click.Path(path_type=Path))
@click.argument("prompts", type=click.Path(path_type=Path), required=False)
@add_options(CONFIG, READING, SAMPLING, SCORING, RIGHT, JUDGING, PANEL, SHOWING, QUIET)
def command(
    reward: Path, prompts: Path | None, format_: str | None, output: tuple[Path, ...], *, quiet: bool, **options: Any
) -> int:
    """Sample generations for PROMPTS, score them with REWARD, and say whether RFT would work.

    PROMPTS is a file, a folder or a pattern of files; left out, the prompts are those of the log that --model
    recorded:LOG names.

    REWARD is a file, a package (its zip), or a deployed function: its ARN, or lambda:NAME. Settings not given come from
    --config, then rewardlab.toml in this folder; then from the one beside PROMPTS, of which only what is harmless is
    taken. Exit codes: 0 GO, 1 NO-GO, 2 could not judge, 4 INCONCLUSIVE.
    """
    spare_pandas()
    settings = load_settings(given(**options), prompts, command_line=True)
    report = run_audit(reward, prompts, settings, progress=progress_for(quiet=quiet))
    return show(report, format_, output)

"""The command `rewardlab check reward.py prompts.jsonl`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rewardlab.auditing.examination import prompts_of, run_check
from rewardlab.commands.options import (
    CONFIG,
    RANGE,
    READING,
    RIGHT,
    SCORING,
    SHOWING,
    add_options,
    deliver,
    given,
)
from rewardlab.commands.terminal import NotesOnly
from rewardlab.errors import RewardlabError, UsageError
from rewardlab.formats.check import CHECK_FORMATS
from rewardlab.packages.packaged import opened
from rewardlab.reports.check import Checks
from rewardlab.settings.loading import load_settings

REWARD_NAME = "reward.py"


@click.command("check")
@click.argument("reward", type=click.Path(path_type=Path))
@click.argument("prompts", type=click.Path(path_type=Path), required=False)
@add_options(CONFIG, READING, SCORING, RANGE, RIGHT, SHOWING)
@click.option("--seed", metavar="N", help="Seed of the choice of prompts.  [0]")
def command(reward: Path, prompts: Path | None, format_: str | None, output: tuple[Path, ...], **options: Any) -> int:
    """Test REWARD on made-up answers to PROMPTS: its contract, shortcuts and faults. Needs no model and takes seconds.

    REWARD is a file, a package (its zip), a deployed function (its ARN, or lambda:NAME), or a folder: then every
    reward.py in it is checked. PROMPTS defaults to the prompts.jsonl beside the reward. Exit codes: 0 nothing blocks, 1
    a blocker, 2 could not check, 4 what can block could not be asked: time ran out, or no made-up answer wins.
    """
    paths = _rewards_in(reward)
    reports, failed = [], 0
    for path in paths:
        try:
            where = prompts_of(path, prompts)
            with opened(path, load_settings(given(**options), where, command_line=True)) as held:
                found = run_check(held.reward, where, held.settings, digest=held.digest, progress=NotesOnly())
            reports.append(found.model_copy(update={"reward": str(path)}))
        except RewardlabError as error:
            if len(paths) == 1:
                raise
            click.echo(f"rewardlab: {error}", err=True)  # the other rewards are still checked
            failed += 1
    checks = Checks.of(reports)
    deliver(CHECK_FORMATS, checks, format_, output)
    return UsageError.exit_code if failed else checks.exit_code


def _rewards_in(path: Path) -> list[Path]:
    """The reward file, or every reward.py in the folder.

    Raises: UsageError for a folder without one.
    """
    if not path.is_dir():
        return [path]
    found = sorted(path.rglob(REWARD_NAME))
    if not found:
        raise UsageError(f"no {REWARD_NAME} in this folder", where=str(path), do="name the file")
    return found

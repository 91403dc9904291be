"""The command `rewardlab init --for trl FOLDER`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from rewardlab.starters import STARTERS, write_starter
from rewardlab.visible import visible


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("reward"))
@click.option(
    "--for",
    "trainer",
    metavar="TRAINER",
    default="",
    help=f"What trains on it: {', '.join(STARTERS)}.",
    shell_complete=lambda _context, _option, begun: [name for name in STARTERS if name.startswith(begun)],
)
def command(folder: Path, trainer: str) -> int:
    """Write a reward to start from into FOLDER: its code, prompts with right answers, settings and a CI file.

    The reward audits cleanly as it stands. Put your own task in its place step by step: the audit tells what breaks.
    FOLDER is `reward` unless it is said; files that exist are never overwritten.
    """
    for path in write_starter(trainer, folder):
        click.echo(f"wrote {visible(str(path))}")
    where = "" if folder == Path() else f"cd {visible(shlex.quote(str(folder)))}\n"
    click.echo(f"\n{where}rewardlab check reward.py prompts.jsonl\nrewardlab audit reward.py prompts.jsonl")
    return 0

"""The command `rewardlab verify DIR reward2.py`."""

from __future__ import annotations

from pathlib import Path

import click

from rewardlab.commands.options import SHOWING, add_options, deliver
from rewardlab.formats.verification import VERIFY_FORMATS
from rewardlab.viewing.verification import verify


@click.command("verify")
@click.argument("repro", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("reward", type=click.Path(path_type=Path))
@click.option("--entry", metavar="NAME", help="The function, if REWARD defines several.  [the reproduction's]")
@add_options(SHOWING)
def command(repro: Path, reward: Path, entry: str | None, format_: str | None, output: tuple[Path, ...]) -> int:
    """Ask REWARD about the finding that `rewardlab show --repro DIR` wrote, in the isolated worker.

    Exit codes: 0 mended, 1 not mended, 2 bad input, 4 could not judge: an answer has no score, or the finding is about
    many answers together.
    """
    report = verify(repro, reward, entry=entry)
    deliver(VERIFY_FORMATS, report, format_, output)
    return report.exit_code

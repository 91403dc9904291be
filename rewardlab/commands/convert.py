"""`rewardlab convert IN OUT`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rewardlab.commands.options import QUIET, READING, add_options, given
from rewardlab.errors import UsageError
from rewardlab.readers.conversion import convert, lines_of
from rewardlab.settings.loading import load_settings


@click.command("convert")
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--to", type=click.Choice(["prompts", "generations"]), help="What to write.  [what IN holds]")
@click.option(
    "--prompts",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The prompts whose ids the generations get.  [those that IN holds]",
)
@add_options(READING, QUIET)
def command(source: Path, target: Path, *, to: Any, prompts: Path | None, quiet: bool, **options: Any) -> int:
    """Write IN, a file, a folder or a pattern of any format that is read, to OUT as prompts.jsonl or generations.jsonl.

    What was kept and what was lost goes to standard error.
    """
    reading = load_settings(given(**options), None, command_line=True).file_reading
    found = convert(source, reading, to=to, prompts=prompts)
    if target.exists() and source.exists() and target.samefile(source):
        raise UsageError("is the file that is read", where=str(target), do="name another file")
    try:
        with target.open("w", encoding="utf-8") as file:
            file.writelines(lines_of(found.rows))
    except OSError as error:
        raise UsageError(f"cannot be written ({error.strerror})", where=str(target), do="name another file") from None
    if not quiet:
        for note in found.notes:
            click.echo(f"rewardlab: {note}", err=True)
    click.echo(target)
    return 0

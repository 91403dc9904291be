"""The command `rewardlab show RUN [PROMPT [INDEX]]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rewardlab.commands.arrow import spare_pandas
from rewardlab.commands.options import deliver
from rewardlab.errors import UsageError
from rewardlab.formats.show import SHOW_FORMATS
from rewardlab.viewing.reproduction import RUN, reproduce
from rewardlab.viewing.selection import FLAT
from rewardlab.viewing.show import Wanted, show


@click.command("show")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("prompt", required=False)
@click.argument("index", type=click.IntRange(min=0), required=False)
@click.option("--finding", metavar="CODE", help="One finding, with the generations and made-up answers that it names.")
@click.option("--worst", is_flag=True, help="The groups with the lowest mean scores.")
@click.option("--parting", is_flag=True, help="Groups on which judges part, or the reward from labels or judges.")
@click.option("--flat", type=click.Choice(list(FLAT)), help="Groups whose scores do not differ, by the reason.")
@click.option("--near-misses", is_flag=True, help="Generations whose text reads otherwise than they are scored.")
@click.option(
    "--repro",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="With --finding: write the reward, the event and the expected scores into DIR, to run with plain Python.",
)
@click.option("--most", type=click.IntRange(min=1), default=5, show_default=True, metavar="N", help="Groups shown.")
@click.option("--format", "format_", type=click.Choice(list(SHOW_FORMATS)), help="How it is shown.  [text]")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where it goes, .txt or .json.  [standard output]",
)
def command(  # noqa: PLR0917 - click calls it by keyword
    run: Path,
    prompt: str | None,
    index: int | None,
    finding: str | None,
    worst: bool,  # noqa: FBT001 - click calls it by keyword
    parting: bool,  # noqa: FBT001
    flat: Any,
    near_misses: bool,  # noqa: FBT001
    repro: Path | None,
    most: int,
    format_: str | None,
    output: Path | None,
) -> int:
    """Look into RUN: its findings with their generations; with PROMPT its group, with INDEX one generation whole.

    A group is sorted by score, and shows components, why a generation has no score, the judges' verdicts with their
    reasons, labels and the reference. Exit codes: 0 shown, 2 no such run, prompt or finding.
    """
    spare_pandas()
    chosen = {"PROMPT": prompt, "--finding": finding, "--worst": worst, "--parting": parting, "--flat": flat,
              "--near-misses": near_misses}  # fmt: skip
    if len(given := [name for name, value in chosen.items() if value]) > 1:
        raise UsageError(f"{given[0]} and {given[1]} select different things", where=given[1], expected="one of them")
    selection = "worst" if worst else "parting" if parting else None
    code = None if finding is None else finding.strip().upper()
    if repro is not None:
        if code is None:
            raise UsageError("needs the finding to reproduce", where="--repro", do="name it with --finding CODE")
        count = reproduce(run, code, repro)
        click.echo(f"{repro}: {count} samples of {code}; python {repro / RUN}, or rewardlab verify {repro} REWARD")
        return 0
    report = show(run, Wanted(prompt, index, code, selection, flat, near_misses, most))
    deliver(SHOW_FORMATS, report, format_, () if output is None else (output,))
    return report.exit_code

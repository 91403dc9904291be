"""The command `rewardlab sample prompts.jsonl`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rewardlab.auditing.pipeline import run_sample
from rewardlab.auditing.resume import DEFAULT_GENERATIONS
from rewardlab.commands.arrow import spare_pandas
from rewardlab.commands.options import CONFIG, QUIET, READING, SAMPLING, add_options, given
from rewardlab.commands.terminal import progress_for
from rewardlab.engines.bedrock_batch import check_destination, instructions, read_batch, write_batch, write_recorded
from rewardlab.engines.converse import form_of
from rewardlab.errors import UsageError
from rewardlab.readers.prompts import read_prompts
from rewardlab.settings.audit import Settings
from rewardlab.settings.loading import load_settings
from rewardlab.settings.sampling import drawn_as, with_system

#: The fewest records that a batch job may have, by AWS's default quota.
FEWEST_RECORDS = 100


@click.command("sample")
@click.argument("prompts", type=click.Path(path_type=Path))
@add_options(CONFIG, READING, SAMPLING)
@click.option(
    "--batch",
    metavar="S3_OR_FOLDER",
    help="Write the input of a Bedrock batch job into a folder (--out, or ./batch) and say how to start it.",
)
@click.option(
    "--batch-output",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE_OR_FOLDER",
    help="Turn the output of that job into generations that --model recorded:FILE reads. Repeat.",
)
@add_options(QUIET)
def command(prompts: Path, *, batch: str | None, batch_output: tuple[Path, ...], quiet: bool, **options: Any) -> int:
    """Sample generations for PROMPTS into a run directory and print its name; `rewardlab score` scores it."""
    spare_pandas()
    if batch_output:
        return _read_batch(prompts, batch_output, unused=[*given(**options), *(["batch"] if batch else [])])
    settings = load_settings(given(**options), prompts, command_line=True)
    if batch is not None:
        return _write_batch(prompts, settings, batch, quiet=quiet)
    click.echo(run_sample(prompts, settings, progress=progress_for(quiet=quiet)))
    return 0


def _write_batch(prompts: Path, settings: Settings, place: str, *, quiet: bool) -> int:
    spec = settings.model_spec
    if spec.engine != "bedrock":
        raise UsageError(f"{spec} is not on Bedrock", where="--batch", expected="--model bedrock:MODEL_ID")
    in_s3 = place.startswith("s3:")
    if in_s3:
        check_destination(place)
    folder = Path(settings.out or "batch") if in_s3 else Path(place)
    sampling = drawn_as(settings)
    count = settings.num_generations or DEFAULT_GENERATIONS
    rows = with_system(read_prompts(prompts, settings.file_reading), settings.system)
    write_batch(rows, sampling, form_of(spec.model, settings.engine), folder, num_generations=count)
    click.echo(folder)
    if not quiet:
        destination = place if in_s3 else "s3://BUCKET/PREFIX"
        click.echo(instructions(folder, destination, model=spec.model, prompts=str(prompts)), err=True)
    if len(rows) * count < FEWEST_RECORDS:
        click.echo(f"{len(rows) * count} records: most accounts' quota asks for {FEWEST_RECORDS} or more", err=True)
    return 0


def _read_batch(prompts: Path, paths: tuple[Path, ...], *, unused: list[str]) -> int:
    if unused:
        name = unused[0].replace("_", "-")
        raise UsageError(f"--{name} has no sense beside it: the sampling has been done", where="--batch-output")
    output = read_batch(read_prompts(prompts), paths)
    folder = paths[0] if paths[0].is_dir() else paths[0].parent
    recorded = folder / "generations.jsonl"
    write_recorded(output.generations, recorded)
    for reason, count in output.failed.items():
        click.echo(f"{count} records failed and are left out: {reason}", err=True)
    click.echo(recorded)
    return 0

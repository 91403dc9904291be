"""The command `rewardlab prove reward.zip prompts.jsonl --model recorded:FILE`, or with `--run RUN`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from rewardlab.aws.prove.proof import prove
from rewardlab.aws.prove.variables import Role
from rewardlab.commands.options import SHOWING, add_options, deliver
from rewardlab.engines import parse_model
from rewardlab.errors import UsageError
from rewardlab.formats.proof import PROOF_FORMATS
from rewardlab.platforms import LAMBDA

PATH = click.Path(path_type=Path)
EVIDENCE = (
    click.option("--model", metavar="recorded:FILE", help="Recorded generations of PROMPTS."),
    click.option("--run", metavar="RUN", type=PATH, help="A run directory: its generations, and the audit's scores."),
)
CONFIGURATION = (
    click.option("--layer", metavar="FILE.zip", type=PATH, help="The zip that rewardlab package --layer wrote."),
    click.option(
        "--timeout",
        metavar="SECONDS",
        type=click.IntRange(1, LAMBDA.most_seconds),
        help="The function's timeout.  [the run's, else 60]",
    ),
    click.option(
        "--memory",
        metavar="MB",
        type=click.IntRange(LAMBDA.least_memory_mb, LAMBDA.most_memory_mb),
        help="The function's memory.  [the run's, else 512]",
    ),
    click.option("--env", metavar="NAME=VALUE", multiple=True, help="A variable of the function. Repeat."),
    click.option(
        "--credentials",
        is_flag=True,
        help="Hand over this shell's AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and region, as Lambda "
        "hands over the role's.",
    ),
)


@click.command("prove")
@click.argument("package", metavar="REWARD.zip", type=PATH)
@click.argument("prompts", type=PATH, required=False)
@add_options(EVIDENCE, CONFIGURATION, SHOWING)
def command(package: Path, prompts: Path | None, format_: str | None, output: tuple[Path, ...], **options: Any) -> int:
    """Run REWARD.zip in AWS's own Lambda runtime client, here, and compare its scores with the audit's.

    Exit codes: 0 proven, 1 a score differs or an invocation fails, 2 bad input.
    """
    report = prove(
        package,
        prompts=prompts,
        recorded=_recorded(options["model"]),
        run=options["run"],
        layer=options["layer"],
        timeout=options["timeout"],
        memory_mb=options["memory"],
        environment=_variables(options["env"]),
        role=Role.of_shell(os.environ) if options["credentials"] else None,
    )
    deliver(PROOF_FORMATS, report, format_, output)
    return report.exit_code


def _recorded(text: str | None) -> Path | None:
    """Raises: UsageError for a model that would have to be sampled."""
    if text is None:
        return None
    spec = parse_model(text)
    if spec.engine != "recorded":
        raise UsageError(
            f"{text!r} would have to be sampled",
            where="--model",
            expected="recorded:FILE",
            do="or name a run with --run",
        )
    return Path(spec.model)


def _variables(pairs: tuple[str, ...]) -> dict[str, str]:
    """Raises: UsageError for what is no NAME=VALUE."""
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"{pair!r} has no value", where="--env", expected="NAME=VALUE")
        found[name] = value
    return found

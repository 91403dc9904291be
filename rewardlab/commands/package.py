"""The command `rewardlab package reward.py -o reward.zip --platform smtj`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rewardlab.aws.package.bundle import Choices, build
from rewardlab.aws.package.summary import report_of
from rewardlab.commands.options import ENTRY, FENCE, SHOWING, add_options, deliver, given
from rewardlab.errors import UsageError
from rewardlab.formats.packaging import PACKAGE_FORMATS
from rewardlab.packages.target import ARCHITECTURES, DEFAULT_PYTHON, GLIBC, find_target
from rewardlab.platforms import find_platform
from rewardlab.settings.loading import load_settings
from rewardlab.visible import visible

PATH = click.Path(path_type=Path)
SETTINGS = ("platform", "entry", "weights", "reward_kwargs", "reward_env", "reward_network", "reward_files")
CONTRACT = (
    click.option(
        "--platform",
        metavar="PROFILE",
        help="The platform that calls the Lambda: smtj, hyperpod, bedrock, rft-eval, serverless, serverless-oss, "
        "scorer, scorer-oss.  [smtj]",
    ),
    *ENTRY,
    click.option(
        "--on-failure",
        metavar="raise|SCORE",
        default="raise",
        show_default=True,
        help="If the reward cannot score a sample: raise an error for its batch, or give the sample this score.",
    ),
    click.option("--name", metavar="NAME", help="The function's name, checked by the platform's rule."),
    click.option("--run", metavar="RUN", type=PATH, help="A run directory: its verdict goes into the manifest."),
)
CONTENTS = (
    click.option(
        "--requirement",
        "-r",
        "requirements",
        metavar="FILE",
        type=PATH,
        multiple=True,
        help="Dependencies, in place of requirements.txt beside REWARD and of its inline metadata. Repeat.",
    ),
    click.option(
        "--include", metavar="GLOB", multiple=True, help="Data files to package, below REWARD's folder. Repeat."
    ),
    click.option(
        "--python",
        metavar="VERSION",
        default=DEFAULT_PYTHON,
        show_default=True,
        help=f"One of {', '.join(GLIBC)}, or a later one.",
    ),
    click.option(
        "--architecture",
        metavar="NAME",
        default=ARCHITECTURES[0],
        show_default=True,
        help=f"{' or '.join(ARCHITECTURES)}.",
    ),
    click.option("--reward-env", metavar="NAMES", help="Variables that REWARD needs to be loaded, as NAME,NAME."),
    *FENCE,
)
PRODUCTS = (
    click.option("-o", "--out", metavar="FILE.zip", type=PATH, help="The zip.  [REWARD's name, .zip, here]"),
    click.option("--layer", metavar="FILE.zip", type=PATH, help="A second zip that the dependencies go into."),
    click.option("--container", metavar="DIR", type=PATH, help="Write a Dockerfile and its context in place of a zip."),
)


@click.command("package")
@click.argument("reward", type=PATH)
@add_options(CONTRACT, CONTENTS, PRODUCTS, SHOWING)
def command(
    reward: Path, format_: str | None, output: tuple[Path, ...], python: str, architecture: str, **options: Any
) -> int:
    """Build REWARD, what it imports and its dependencies into the zip of a Lambda function.

    The same input gives the same bytes on any machine. Exit codes: 0 packaged, 1 a finding forbids it (RL901; nothing
    is written), 2 bad input.
    """
    audited = given(**{name: options.pop(name) for name in SETTINGS})
    settings = load_settings(audited, reward, command_line=True)
    choices = Choices(
        entry=settings.entry,
        weights=settings.weights,
        arguments=settings.reward_kwargs,
        requirements=options["requirements"],
        include=options["include"],
        layer=options["layer"],
        container=options["container"],
        run=options["run"],
        on_failure=_score(options["on_failure"]),
        name=options["name"],
        environment=settings.reward_env,
        files=settings.reward_paths,
        network=settings.reward_network,
    )
    out = options["out"] or Path(f"{reward.stem}.zip")
    target, platform = find_target(python, architecture), find_platform(settings.platform)
    bundle = build(reward, out, platform=platform, target=target, choices=choices)
    for note in bundle.notes:
        click.echo(f"rewardlab: {visible(note)}", err=True)
    report = report_of(bundle, reward)
    deliver(PACKAGE_FORMATS, report, format_, output)
    return report.exit_code


def _score(text: str) -> float | None:
    """Raises: UsageError for a text that is neither "raise" nor a finite number."""
    if text == "raise":
        return None
    try:
        if abs(score := float(text)) < float("inf"):
            return score
    except ValueError:
        pass
    raise UsageError(f"{text!r} is no score", where="--on-failure", expected="raise, or a finite number")

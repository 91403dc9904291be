"""The command `rewardlab compare RUN_A RUN_B`."""

from __future__ import annotations

from pathlib import Path

import click

from rewardlab.commands.arrow import spare_pandas
from rewardlab.commands.options import SHOWING, add_options, deliver
from rewardlab.formats.comparison import COMPARE_FORMATS
from rewardlab.viewing.comparison import compare


@click.command("compare")
@click.argument("run_a", type=click.Path(path_type=Path))
@click.argument("run_b", type=click.Path(path_type=Path))
@click.option("--fail-on-regression", is_flag=True, help="Exit with 1 if RUN_B is worse.")
@add_options(SHOWING)
def command(
    run_a: Path, run_b: Path, format_: str | None, output: tuple[Path, ...], *, fail_on_regression: bool
) -> int:
    """Compare two runs on the same prompts: two rewards, models, judges, or versions of the prompts.

    What flips comes first, then differences with intervals by prompt, findings gained and lost. RUN_B is worse if its
    verdict falls, if it has a blocker that RUN_A has not, or if its accuracy is surely lower. Exit codes: 0 compared, 1
    worse (with --fail-on-regression), 2 bad input.
    """
    spare_pandas()
    report = compare(run_a, run_b, fail_on_regression=fail_on_regression)
    deliver(COMPARE_FORMATS, report, format_, output)
    return report.exit_code

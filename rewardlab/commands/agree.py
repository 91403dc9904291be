"""The command `rewardlab agree RATINGS`."""

from __future__ import annotations

import csv
from pathlib import Path

import click

from rewardlab.commands.options import SHOWING, add_options, deliver, put
from rewardlab.errors import UsageError
from rewardlab.formats.agreement import AGREE_FORMATS
from rewardlab.ratings.agreement import measure_agreement
from rewardlab.ratings.alpha import MIN_ALPHA
from rewardlab.ratings.explanation import explain_columns
from rewardlab.ratings.naming import Layout, Naming
from rewardlab.ratings.scale import Wanted
from rewardlab.stats.agreement.gwet import Partial
from rewardlab.stats.agreement.resampling import Method


@click.command("agree")
@click.argument("ratings", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--level",
    metavar="nominal|ordinal|interval|ratio",
    help="Level of measurement.  [nominal for labels of no known order, else ordinal]",
)
@click.option("--scale", metavar="LOW,..,HIGH", help="All values of the scale, lowest first: labels or numbers.")
@click.option(
    "--missing", metavar="WORD,...", help="More words that mean that there is no rating, beside NA, NaN, null and -."
)
@click.option(
    "--as-is",
    is_flag=True,
    help="Take cells literally: do not merge spellings, read 8/10 as a number, split a;b or order labels.",
)
@click.option("--by", metavar="COLUMN", help="Also report each slice: the units with one value in this column.")
@click.option(
    "--cluster", metavar="COLUMN", help="The column of what units depend on, such as their prompt.  [the unit]"
)
@click.option("--unit", metavar="COLUMN[,COLUMN]", help="What was rated.  [unit, item, id, ...; else by what differs]")
@click.option("--rater", metavar="COLUMN", help="Who rated, in a long file.  [rater, judge, annotator, ...]")
@click.option("--rating", metavar="COLUMN", help="The rating, in a long file.  [rating, value, score, label, ...]")
@click.option("--raters", metavar="COLUMN,...", help="The raters' columns in a wide file, or the raters of an export.")
@click.option(
    "--layout",
    type=click.Choice(["long", "wide", "counts"]),
    help="A row for each rating, a column for each rater, or counts of each category.  [told by the columns]",
)
@click.option("--columns", is_flag=True, help="Only say what each column is taken for, and why.")
@click.option(
    "--min-alpha", type=float, default=MIN_ALPHA, show_default=True, metavar="A", help="Target for alpha's lower bound."
)
@click.option(
    "--interval",
    type=click.Choice(["jackknife", "bootstrap"]),
    default="jackknife",
    show_default=True,
    help="How alpha's interval is built.",
)
@click.option(
    "--weights",
    type=click.Choice(["quadratic", "linear"]),
    default="quadratic",
    show_default=True,
    help="How AC2 and the weighted kappa weigh the distance of two ratings.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="N", help="Seed of the random numbers."
)
@add_options(SHOWING)
def command(  # noqa: PLR0917 - click calls it by keyword
    ratings: tuple[Path, ...],
    level: str | None,
    scale: str | None,
    missing: str | None,
    as_is: bool,  # noqa: FBT001 - click calls it by keyword
    by: str | None,
    cluster: str | None,
    unit: str | None,
    rater: str | None,
    rating: str | None,
    raters: str | None,
    layout: Layout | None,
    columns: bool,  # noqa: FBT001 - click calls it by keyword
    min_alpha: float,
    interval: Method,
    weights: Partial,
    seed: int,
    format_: str | None,
    output: tuple[Path, ...],
) -> int:
    """How far do raters agree beyond chance? RATINGS is CSV, JSON lines, JSON or Parquet, or an export of
    Label Studio, Argilla, Prodigy, doccano, MT-Bench, promptfoo or Inspect; - is standard input. With several files,
    each holds one rater's ratings, unless a column says who rated.

    A long file has a row for each rating (unit, rater, rating), a wide one a row for each unit and a column for each
    rater; an empty cell is a missing rating. Columns are recognised by their names and cells; --columns shows how. If
    a row holds several raters, name the raters' and the ratings' columns: --rater worker_1,worker_2 --rating
    label_1,label_2.

    Exit codes: 0 agreement suffices (the lower end of alpha's interval reaches --min-alpha), 1 it surely does not (the
    upper end stays under it), 4 undecided, 2 the ratings could not be read or compared. Slices do not change it.
    """
    if not -1 <= min_alpha <= 1:
        raise UsageError(f"{min_alpha} is no value of alpha", where="--min-alpha", expected="a number up to 1")
    naming = Naming(_listed(unit), _listed(rater), _listed(rating), _listed(raters), by, cluster, layout)
    if columns:
        found = explain_columns(ratings, naming)
        put(found.text, output[0] if output else None)
        return 0 if found.clear else 2
    report = measure_agreement(
        ratings,
        naming,
        wanted=Wanted(level, _listed(scale), _listed(missing), as_is),
        min_alpha=min_alpha,
        method=interval,
        partial=weights,
        seed=seed,
    )
    deliver(AGREE_FORMATS, report, format_, output)
    return report.exit_code


def _listed(text: str | None) -> tuple[str, ...]:
    """Names separated by commas; a name with a comma stands in quotes."""
    return () if text is None else tuple(cell.strip() for cell in next(csv.reader([text]), []))

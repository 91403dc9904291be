"""How often alpha's interval covers, and how often it decides wrongly: a table by prevalence and raters."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rewardlab.ratings.alpha import MIN_ALPHA
from rewardlab.stats.agreement.resampling import alpha_with_interval
from rewardlab.stats.agreement.table import Table
from rewardlab.stats.interval import Estimate, Floats, Undefined

RATERS, PREVALENCES = (2, 3, 5), (0.5, 0.2, 0.05, 0.02)


@dataclass(frozen=True, slots=True)
class Covered:
    """Shares of tables: whose interval covers, among those that have one; and of all, what was decided wrongly."""

    model: str
    raters: int
    prevalence: float
    covers: float
    sufficient: float
    insufficient: float
    undefined: float


def drawn(model: str, shape: tuple[int, int], prevalence: float, alpha: float, rng: np.random.Generator) -> Floats:
    """Ratings 0 or 1 of `shape` (units, raters) whose alpha is `alpha` in expectation, and 1 as often as `prevalence`.

    "rater": each rating is the unit's own value with probability sqrt(alpha), else drawn anew. "unit": all raters of a
    unit say its value with probability alpha, else each draws anew: units are clear or a guess.
    """
    units, raters = shape
    own = rng.random((units, 1)) < prevalence
    clear = rng.random((units, raters)) < np.sqrt(alpha) if model == "rater" else rng.random((units, 1)) < alpha
    return np.where(clear, own, rng.random(shape) < prevalence).astype(float)


def rows(*, units: int, repeats: int, seed: int, alpha: float = MIN_ALPHA) -> Iterator[Covered]:
    """The table, a row at a time; the true alpha lies on the threshold, where each decision is wrong."""
    rng = np.random.default_rng(seed)
    for model in ("rater", "unit"):
        for raters in RATERS:
            for prevalence in PREVALENCES:
                ends = [_interval(drawn(model, (units, raters), prevalence, alpha, rng), rng) for _ in range(repeats)]
                known = [one for one in ends if one is not None]
                yield Covered(
                    model,
                    raters,
                    prevalence,
                    sum(one.low <= alpha <= one.high for one in known) / max(1, len(known)),
                    sum(one.low > alpha for one in known) / repeats,
                    sum(one.high < alpha for one in known) / repeats,
                    1 - len(known) / repeats,
                )


def _interval(ratings: Floats, rng: np.random.Generator) -> Estimate | None:
    found = alpha_with_interval(Table.of(ratings), "nominal", rng=rng)
    interval = found if isinstance(found, Undefined) else found.interval
    return interval if isinstance(interval, Estimate) else None


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    print("| noise | raters | prevalence | covers | wrong sufficient | wrong insufficient | no interval |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row in rows(units=asked.units, repeats=asked.repeats, seed=asked.seed):
        shares = (row.covers, row.sufficient, row.insufficient, row.undefined)
        numbers = " | ".join(f"{share:.3f}" for share in shares)
        print(f"| {row.model} | {row.raters} | {row.prevalence:g} | {numbers} |", flush=True)


if __name__ == "__main__":
    main()

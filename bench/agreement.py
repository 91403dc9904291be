"""The bootstrap of alpha against the krippendorff package in a loop over the same resamples, and continuous ratings."""

from __future__ import annotations

from functools import partial

import krippendorff
import numpy as np

from bench.ratio import Ratio, compare, seconds
from rewardlab.stats.agreement.alpha import alpha
from rewardlab.stats.agreement.resampling import alphas_of_draws
from rewardlab.stats.agreement.table import LEVELS, Codes, Level
from rewardlab.stats.interval import Floats

UNITS, JUDGES, POINTS = 10_000, 3, 5
#: Resamples of one run; the package takes milliseconds for each.
RESAMPLES = 100
CONTINUOUS = 100_000


def judged(rng: np.random.Generator) -> Floats:
    """Three judges on a five-point scale who agree more often than not."""
    common = rng.integers(1, POINTS + 1, (UNITS, 1))
    own = rng.integers(1, POINTS + 1, (UNITS, JUDGES))
    return np.where(rng.random((UNITS, JUDGES)) < 0.6, common, own).astype(float)


def measure(*, pairs: int) -> list[Ratio]:
    """One ratio for each level. Raises: AssertionError when a resample's alphas differ by more than 1e-9."""
    rng = np.random.default_rng(0)
    ratings, draws = judged(rng), rng.integers(0, UNITS, (RESAMPLES, UNITS))
    return [_against(ratings, draws, level, pairs=pairs) for level in LEVELS]


def _against(ratings: Floats, draws: Codes, level: Level, *, pairs: int) -> Ratio:
    def theirs() -> Floats:
        return np.array([krippendorff.alpha(ratings[one].T, level_of_measurement=level) for one in draws])

    def ours() -> Floats:
        return alphas_of_draws(ratings, level, draws)

    difference = float(np.abs(theirs() - ours()).max())
    assert difference <= 1e-9, f"{level}: alphas of one resample differ by {difference}"
    name = f"krippendorff in a loop over our bootstrap of alpha, {level}, {RESAMPLES} resamples"
    return compare(name, theirs, ours, pairs=pairs, target="at least 20")


def continuous() -> str:
    """How long alpha of 300,000 continuous ratings takes at each level."""
    rng = np.random.default_rng(0)
    ratings = np.exp(rng.normal(size=(CONTINUOUS, 1)) + rng.normal(size=(CONTINUOUS, JUDGES)))
    times = {level: min(seconds(partial(alpha, ratings, level)) for _ in range(3)) for level in LEVELS}
    shown = ", ".join(f"{level} {taken:.2f} s" for level, taken in times.items())
    return f"alpha of {ratings.size:,} continuous ratings: {shown} (target under 1 s)"

"""The mean success rate over prompts with an interval that assumes nothing about how prompts differ."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from scipy.special import gammaln, xlog1py, xlogy

from rewardlab.stats.choose import choose_ratio
from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Quantity, Undefined
from rewardlab.stats.likeliest import Seen, likeliest
from rewardlab.stats.sums import points_of, tails, unit_of

METHOD = "exact tails under the likeliest mixture of success rates"
#: A limit is at most this far too far out, as a share of its distance from the estimate.
CLOSE = 0.002
MOST_ROUNDS = 40
#: Of a tail, half the chance of the very estimate is left out, though no more than this part of alpha. With whole tails
#: a test errs less than alpha, for estimates come in steps; without the bound it would err more where these are long.
LEFT_OUT = 0.25
#: Rates on the grid: with more generations a prompt tells finer steps apart.
FEW_GENERATIONS, FEW_RATES, MANY_RATES = 16, 33, 65

#: Prompts grouped by equal counts: generations, successes, and the number of such prompts.
Cells: TypeAlias = tuple[tuple[int, int, int], ...]


def mean_of_successes(samples: Floats, successes: Floats, *, draws: int = 1, level: float = LEVEL) -> Quantity:
    """The mean over prompts of the chance that any of `draws` generations succeeds, with its interval.

    Arguments: `samples` and `successes` (prompts,), whole numbers, `samples` 0 or at least `draws`. Prompts without a
    sample are left out; the others weigh alike. One draw gives the accuracy, k draws give pass@k.
    The estimate is the mean of 1 - C(n - c, draws) / C(n, draws). The interval contains every mean that is not rejected
    at (1 - level) / 2 per side. The test of a mean takes the most likely distribution of success rates with that mean.
    Under it the estimate is a sum of independent numbers, and the chance of one at least as far out is computed
    exactly. Half the chance of this very estimate counts (mid-p), or more if the test could otherwise err a quarter
    more often than alpha.
    At the edges: with every value 0 only the rates 0 and 1 are left, which gives [0, 1 - (alpha/2)^(1/prompts)]; with
    every value 1 the mirror image. Undefined with no prompt or one prompt.
    Source: a bootstrap test with the nuisance at its constrained maximum, Davison & Hinkley (1997), Bootstrap Methods,
    4.2, without the sampling; mid-p, Lancaster (1961), JASA 56:223, and Berry & Armitage (1995), Statistician 44:417.
    """
    kept = samples > 0
    prompts = int(np.count_nonzero(kept))
    if prompts < 2:
        return Undefined("no prompt has enough scored generations" if prompts == 0 else "one prompt shows no spread")
    return Estimate(*_interval(cells_of(samples[kept], successes[kept]), draws, level), level, METHOD, prompts)


def cells_of(samples: Floats, successes: Floats) -> Cells:
    """Group the prompts by (generations, successes) and count each group."""
    cells, counts = np.unique(np.stack([samples, successes]), axis=1, return_counts=True)
    return tuple((int(n), int(c), int(count)) for n, c, count in zip(*cells, counts, strict=True))


@lru_cache(maxsize=64)
def _interval(cells: Cells, draws: int, level: float) -> tuple[float, float, float]:
    """The estimate and its limits. Cached, because a run without unscored generations asks for the same three times."""
    counted, alpha = Counted(cells, draws=draws), (1 - level) / 2
    edge = 1 - alpha ** (1 / counted.prompts)
    if counted.mean <= TINY:
        return 0.0, 0.0, edge
    if counted.mean >= 1 - TINY:
        return 1.0, 1 - edge, 1.0
    return counted.mean, *counted.ends(alpha)


class Counted:
    """Prompts grouped by their counts, with the test of their mean; `mean` is the estimate."""

    def __init__(self, cells: Cells, *, draws: int = 1) -> None:
        samples, successes, counts = np.array(cells, float).T
        self.prompts = int(counts.sum())
        self._rates = rates_of(samples.max())
        self._curve: Floats = 1 - (1 - self._rates) ** draws
        self._seen = Seen(chances_of(samples, successes, self._rates), counts[None])
        sizes = np.unique(samples)
        self._numbers = [int(counts[samples == size].sum()) for size in sizes]
        every = [(np.full(int(size) + 1, size), np.arange(size + 1)) for size in sizes]
        values = [_value(tried, right, draws) for tried, right in every]
        self._unit = unit_of(np.concatenate(values))
        self._points = [
            chances_of(tried, right, self._rates).T @ points_of(value, self._unit)
            for (tried, right), value in zip(every, values, strict=True)
        ]
        self._total = float(counts @ _value(samples, successes, draws))
        self.mean = self._total / self.prompts

    def tails(self, means: Floats) -> tuple[Floats, Floats]:
        """For each mean in (0, 1): the chance of an estimate at most this low, and of one at least this high."""
        seen = Seen(self._seen.chances, np.repeat(self._seen.counts, len(means), axis=0))
        weights = likeliest(seen, self._curve, means)
        return tails([weights @ each for each in self._points], self._numbers, self._total * self._unit)

    def tested(self, means: Floats, alpha: float) -> tuple[Floats, Floats]:
        """The tails, as a test at `alpha` compares them with it: less half the chance of this very estimate."""
        at_most, at_least = self.tails(means)
        left_out = np.minimum(np.clip(at_most + at_least - 1, 0.0, None) / 2, LEFT_OUT * alpha)
        return at_most - left_out, at_least - left_out

    def ends(self, alpha: float) -> tuple[float, float]:
        """The least and the greatest mean that no tail under `alpha` rejects."""
        inside, outside = np.full(2, self.mean), np.array([0.0, 1.0])
        # The log of a tail is nearly linear: false position, with every fourth step a bisection in case it stalls.
        heights, depths = np.full(2, np.log(0.5 / alpha)), np.full(2, np.nan)
        for turn in range(MOST_ROUNDS):
            if (np.abs(outside - inside) <= CLOSE * np.abs(outside - self.mean)).all():
                break
            part = np.where(np.isnan(depths), 0.5, np.clip(heights / (heights - depths), 0.02, 0.98))
            tried = inside + (part if turn % 4 else 0.5) * (outside - inside)
            at_most, at_least = self.tested(tried, alpha)
            found = np.log(np.maximum([at_least[0], at_most[1]], 1e-300) / alpha)
            holds = found > 0
            inside, outside = np.where(holds, tried, inside), np.where(holds, outside, tried)
            heights, depths = np.where(holds, found, heights), np.where(holds, depths, found)
        return float(outside[0]), float(outside[1])


def rates_of(generations: float) -> Floats:
    """The success rates a prompt may have: even steps of arcsin(sqrt(p)), where a share has constant variance."""
    size = FEW_RATES if generations <= FEW_GENERATIONS else MANY_RATES
    return np.asarray(np.square(np.sin(np.linspace(0, np.pi / 2, size))))


def _value(samples: Floats, successes: Floats, draws: int) -> Floats:
    return 1 - choose_ratio(samples - successes, samples, draws)


def chances_of(samples: Floats, successes: Floats, rates: Floats) -> Floats:
    """The chance of `successes` out of `samples` at each rate, (cells, rates)."""
    n, c = samples[:, None], successes[:, None]
    ways = gammaln(n + 1) - gammaln(c + 1) - gammaln(n - c + 1)
    return np.asarray(np.exp(ways + xlogy(c, rates) + xlog1py(n - c, -rates)))

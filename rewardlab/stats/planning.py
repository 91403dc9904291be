"""How many prompts it takes to tell a mean success rate from an end of the band, planned from the prompts seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from scipy.special import ndtri

from rewardlab.stats.interval import Floats
from rewardlab.stats.likeliest import Seen, likeliest
from rewardlab.stats.successes import Cells, chances_of, rates_of

POWER = 0.9
#: The number of prompts is found to within this factor.
CLOSE = 1.005
#: Means are kept this far from 0 and 1, where a mixture of rates has no variance.
EDGE = 1e-6

#: Returns the level of the interval for a look at a given number of prompts.
LevelAt: TypeAlias = Callable[[float], float]


class Plan:
    """The prompts seen so far, as the basis for predicting the results of further prompts like them."""

    def __init__(self, cells: Cells) -> None:
        samples, successes, counts = np.array(cells, float).T
        self.prompts = int(counts.sum())
        self.mean = float(counts @ (successes / samples)) / self.prompts
        self._rates = rates_of(samples.max())
        self._seen = Seen(chances_of(samples, successes, self._rates), counts[None])
        sizes = [int(size) for size in np.unique(samples)]
        tried = np.repeat(np.array(sizes, float), [size + 1 for size in sizes])
        right = np.concatenate([np.arange(size + 1.0) for size in sizes])
        self._share = np.concatenate([np.full(n + 1, counts[samples == n].sum() / self.prompts) for n in sizes])
        self._chances, self._values = chances_of(tried, right, self._rates), right / tried
        self._first = np.cumsum([0, *(size + 1 for size in sizes)])[:-1]

    @property
    def error(self) -> float:
        """The standard error of the mean."""
        variance, _ = self._cumulants(self._weights(self._seen, self.mean))
        return float(np.sqrt(variance / self.prompts))

    def prompts_to_tell(self, true: float, edge: float, level_at: LevelAt, *, most: float) -> float:
        """The prompts needed to tell a mean of `true` from `edge` with power 0.9; infinite beyond `most`.

        Identity: the test of the mean `edge` (`rewardlab.stats.successes`) is applied to the data expected from that
        many prompts at the mean `true`. There are enough prompts if nine tenths of such data lie beyond the test's
        critical value. Both quantiles are of a sum, from its first three cumulants (Cornish & Fisher 1938).
        """
        weights = self._weights(self._seen, true)
        shown, moments = (self._chances @ weights) * self._share, self._cumulants(weights)
        up = 1.0 if true > edge else -1.0

        def is_told(prompts: float) -> bool:
            tested = self._weights(Seen(self._chances, prompts * shown[None]), edge)
            alpha = (1 - level_at(prompts)) / 2
            critical = edge + _quantile(self._cumulants(tested), -up * float(ndtri(alpha)), prompts)
            reached = true + _quantile(moments, -up * float(ndtri(POWER)), prompts)
            return up * (reached - critical) >= 0

        low, high = 2.0, most
        if true == edge or not is_told(high):
            return np.inf
        while high > CLOSE * low:
            middle = float(np.sqrt(low * high))
            low, high = (low, middle) if is_told(middle) else (middle, high)
        return high

    def _weights(self, seen: Seen, mean: float) -> Floats:
        return np.asarray(likeliest(seen, self._rates, np.clip(np.array([mean]), EDGE, 1 - EDGE))[0])

    def _cumulants(self, weights: Floats) -> tuple[float, float]:
        """The variance and third cumulant of a prompt's share of successes, given each prompt's number of samples."""
        chances = self._chances @ weights
        means = np.add.reduceat(chances * self._values, self._first)
        off = self._values - np.repeat(means, np.diff([*self._first, len(self._values)]))
        shares = chances * self._share
        return max(float(shares @ np.square(off)), EDGE**2), float(shares @ off**3)


def _quantile(cumulants: tuple[float, float], normal: float, prompts: float) -> float:
    """The distance of the mean over `prompts` from its expectation at the normal quantile `normal`."""
    variance, third = cumulants
    return float(normal * np.sqrt(variance / prompts) + (normal**2 - 1) * third / (6 * variance * prompts))

"""The beta-binomial distribution of successes per prompt: success rates that differ from prompt to prompt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, expit

from rewardlab.stats.interval import Floats

#: Bounds of the fit. A concentration of a million is the binomial for any group a trainer uses.
LOG_CONCENTRATION = (-12.0, 14.0)
LOGIT_MEAN = (-14.0, 14.0)
GRID = 17
PRECISION = 1e-6


@dataclass(frozen=True, slots=True)
class BetaBinomial:
    """Success rates distributed as Beta(a, b); `mean` is a/(a+b), `correlation` within a prompt 1/(a+b+1)."""

    a: float
    b: float

    @property
    def mean(self) -> float:
        return self.a / (self.a + self.b)

    @property
    def correlation(self) -> float:
        return 1 / (self.a + self.b + 1)

    def mixed_share(self, size: int) -> float:
        """The share of groups of `size` that hold both a success and a failure.

        Identity: 1 - B(a+size, b)/B(a, b) - B(a, b+size)/B(a, b).
        """
        base = betaln(self.a, self.b)
        all_right = np.exp(betaln(self.a + size, self.b) - base)
        all_wrong = np.exp(betaln(self.a, self.b + size) - base)
        return float(np.clip(1 - all_right - all_wrong, 0.0, 1.0))


def fit(samples: Floats, successes: Floats, weights: Floats) -> BetaBinomial:
    """The maximum-likelihood fit to cells of `weights` prompts with `successes` of `samples`; all shaped (cells,).

    A grid over the logit of the mean and the logarithm of a + b, which zooms in on its best point. The bounds stand for
    no and for full correlation, so that data at either limit still have a fit.
    Source: Skellam (1948), J. R. Stat. Soc. B 10:257.
    """
    low, high = np.array([LOGIT_MEAN[0], LOG_CONCENTRATION[0]]), np.array([LOGIT_MEAN[1], LOG_CONCENTRATION[1]])
    while (high - low).max() > PRECISION:
        means, concentrations = (np.linspace(low[axis], high[axis], GRID) for axis in (0, 1))
        likelihood = _likelihood(means[:, None], concentrations[None, :], samples, successes, weights)
        best = np.unravel_index(int(np.argmax(likelihood)), likelihood.shape)
        point = np.array([means[best[0]], concentrations[best[1]]])
        reach = 2 * (high - low) / (GRID - 1)
        low, high = np.maximum(point - reach, low), np.minimum(point + reach, high)
    mean, concentration = expit((low[0] + high[0]) / 2), np.exp((low[1] + high[1]) / 2)
    return BetaBinomial(float(mean * concentration), float((1 - mean) * concentration))


def _likelihood(logit_mean: Floats, log_sum: Floats, samples: Floats, successes: Floats, weights: Floats) -> Floats:
    """The log-likelihood up to a constant, at each point of the grid that the first two arguments span."""
    mean, concentration = expit(logit_mean)[..., None], np.exp(log_sum)[..., None]
    a, b = mean * concentration, expit(-logit_mean)[..., None] * concentration
    return np.asarray((betaln(a + successes, b + samples - successes) - betaln(a, b)) @ weights)

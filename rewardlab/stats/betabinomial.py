"""The beta-binomial distribution of successes per prompt: success rates that differ from prompt to prompt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize
from scipy import stats as scipy_stats
from scipy.special import betaln, expit, logit

from rewardlab.stats.interval import LEVEL, Estimate, Floats, Quantity, Undefined

#: Bounds of the fit. A concentration of a million is the binomial for any group a trainer uses.
LOG_CONCENTRATION = (-7.0, 14.0)
LOGIT_MEAN = (-14.0, 14.0)


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


def fit(samples: Floats, successes: Floats, weights: Floats, *, start: BetaBinomial | None = None) -> BetaBinomial:
    """The maximum-likelihood fit to cells of `weights` prompts with `successes` of `samples`; all shaped (cells,).

    The search runs over the logit of the mean and the logarithm of a + b, within bounds that stand for no and for full
    correlation, so that data at either limit still have a fit. Source: Skellam (1948), J. R. Stat. Soc. B 10:257.
    """

    def loss(point: Floats) -> float:
        mean, concentration = expit(point[0]), np.exp(point[1])
        a, b = mean * concentration, (1 - mean) * concentration
        likelihood = betaln(a + successes, b + samples - successes) - betaln(a, b)
        return float(-np.sum(weights * likelihood) / np.sum(weights))

    if start is None:
        share = float(np.sum(weights * successes) / np.sum(weights * samples))
        first = [float(logit(np.clip(share, 1e-4, 1 - 1e-4))), 1.0]
    else:
        first = [float(logit(start.mean)), float(np.log(start.a + start.b))]
    found = optimize.minimize(loss, first, method="L-BFGS-B", bounds=[LOGIT_MEAN, LOG_CONCENTRATION])
    mean, concentration = expit(found.x[0]), np.exp(found.x[1])
    return BetaBinomial(float(mean * concentration), float((1 - mean) * concentration))


def extrapolated_mixed_share(samples: Floats, successes: Floats, size: int, *, level: float = LEVEL) -> Quantity:
    """The share of groups of `size`, larger than was sampled, that would hold a success and a failure.

    Arguments: `samples` and `successes` (prompts,). The interval is a delete-one-prompt jackknife of the logit of the
    fitted share, with a t quantile; prompts with the same counts need one refit only.
    At the edges: undefined with fewer than two prompts, with no prompt of two samples (nothing shows the correlation),
    and when every generation succeeded or every one failed (any correlation fits equally well).
    Source: STATISTICS 3; jackknife Tukey (1958), Ann. Math. Stat. 29:614.
    """
    kept = samples > 0
    samples, successes = samples[kept], successes[kept]
    prompts = len(samples)
    if prompts < 2 or not (samples > 1).any():
        return Undefined("too few scored generations to fit how prompts differ")
    total = successes.sum()
    if total == 0 or total == samples.sum():
        return Undefined("every scored generation " + ("failed" if total == 0 else "succeeded"))
    cells, weights = np.unique(np.stack([samples, successes], axis=1), axis=0, return_counts=True)
    whole = fit(cells[:, 0], cells[:, 1], weights.astype(float))
    left_out = [
        fit(cells[:, 0], cells[:, 1], weights - (np.arange(len(weights)) == cell), start=whole)
        for cell in range(len(weights))
    ]
    share = whole.mixed_share(size)
    logits = logit(np.clip([other.mixed_share(size) for other in left_out], 1e-9, 1 - 1e-9))
    centre = float(np.average(logits, weights=weights))
    error = np.sqrt((prompts - 1) / prompts * np.sum(weights * np.square(logits - centre)))
    half = float(scipy_stats.t.ppf(1 - (1 - level) / 2, prompts - 1) * error)
    middle = float(logit(np.clip(share, 1e-9, 1 - 1e-9)))
    low, high = float(expit(middle - half)), float(expit(middle + half))
    return Estimate(share, low, high, level, "beta-binomial fit, jackknife over prompts", prompts)

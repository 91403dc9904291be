"""Informative groups larger than were sampled: a beta-binomial fit, with an interval that does not believe it."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from rewardlab.stats.betabinomial import fit
from rewardlab.stats.interval import LEVEL, Estimate, Floats, Quantity, Undefined
from rewardlab.stats.mixture import RATES, Mixture


def extrapolated_mixed_share(samples: Floats, successes: Floats, size: int, *, level: float = LEVEL) -> Quantity:
    """The share of groups of `size`, more than was sampled, that would hold a success and a failure.

    Arguments: `samples` and `successes` (prompts,). The estimate is that of the beta-binomial fit. The interval holds
    the share under every distribution of success rates, of any shape, that a likelihood-ratio test does not reject (t
    quantile), and the estimate: the fit's own interval covers as little as a tenth of the time where many prompts are
    never solved (docs/statistics.md), since n generations leave open how rare a rare success is.
    At the edges: undefined with fewer than two prompts, with no prompt of two samples (nothing shows how prompts
    differ), and when every generation succeeded or every one failed.
    Source: the share, STATISTICS 3; the interval, Murphy & van der Vaart (2000), JASA 95:449.
    """
    kept = samples > 0
    samples, successes = samples[kept], successes[kept]
    prompts = len(samples)
    if prompts < 2 or not (samples > 1).any():
        return Undefined("too few scored generations to see how prompts differ")
    total = successes.sum()
    if total in (0, samples.sum()):
        return Undefined("every scored generation " + ("failed" if total == 0 else "succeeded"))
    cells, counts = np.unique(np.stack([samples, successes], axis=1), axis=0, return_counts=True)
    share = fit(cells[:, 0], cells[:, 1], counts.astype(float)).mixed_share(size)
    quantile = float(stdtrit(prompts - 1, 1 - (1 - level) / 2))
    mixture = Mixture(samples, successes, drop=quantile**2 / 2 / prompts)
    mixed = 1 - RATES**size - (1 - RATES) ** size
    low = min(max(-mixture.greatest(-mixed), 0.0), share)
    high = max(min(mixture.greatest(mixed), 1.0), share)
    return Estimate(share, low, high, level, "beta-binomial fit, likelihood ratio over any mixture", prompts)

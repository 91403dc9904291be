"""The share of informative groups at group sizes larger than were sampled, for any distribution of success rates."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from rewardlab.stats.interval import LEVEL, Estimate, Floats, Quantity, Undefined
from rewardlab.stats.mixture import RATES, Mixture

METHOD = "the likeliest mixture of success rates, likelihood ratio over any mixture"


def extrapolated_mixed_share(samples: Floats, successes: Floats, size: int, *, level: float = LEVEL) -> Quantity:
    """The share of groups of `size` that would contain a success and a failure, for a size larger than was sampled.

    Arguments: `samples` and `successes` (prompts,). The estimate is the mean of 1 - p^size - (1 - p)^size under the
    most likely distribution of success rates, which may have any shape. The interval covers that mean under every
    distribution that a likelihood-ratio test does not reject (t quantile), and the estimate itself; it is wide because
    n generations cannot show how rare a rare success is. `units` counts the prompts with at least two samples, since
    one sample shows no difference.
    At the edges: undefined with fewer than two prompts, with no prompt of two samples (nothing shows how prompts
    differ), and when every generation succeeded or every one failed.
    Source: Laird (1978), JASA 73:805; the interval, Murphy & van der Vaart (2000), JASA 95:449.
    """
    kept = samples > 0
    samples, successes = samples[kept], successes[kept]
    prompts = len(samples)
    if prompts < 2 or not (samples > 1).any():
        return Undefined("too few scored generations to see how prompts differ")
    total = successes.sum()
    if total in (0, samples.sum()):
        return Undefined("every scored generation " + ("failed" if total == 0 else "succeeded"))
    quantile = float(stdtrit(prompts - 1, 1 - (1 - level) / 2))
    mixture = Mixture(samples, successes, drop=quantile**2 / 2 / prompts)
    mixed = 1 - RATES**size - (1 - RATES) ** size
    share = float(mixed @ mixture.weights)
    low = min(max(-mixture.greatest(-mixed), 0.0), share)
    high = max(min(mixture.greatest(mixed), 1.0), share)
    return Estimate(share, low, high, level, METHOD, int(np.count_nonzero(samples > 1)))

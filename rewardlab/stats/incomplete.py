"""The mean over prompts of a chance that grows with the draws, where some prompts have too few draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from rewardlab.stats.interval import LEVEL, Estimate, Floats, Quantity, Undefined, mean_over_prompts
from rewardlab.stats.mixture import RATES, Mixture

METHOD = "modified Wilson over prompts; of prompts with fewer scores what those show at least, and a mixture at most"


def mean_with_incomplete(
    values: Floats,
    trials: Floats,
    *,
    incomplete: NDArray[np.bool_],
    samples: Floats,
    successes: Floats,
    curve: Floats,
    level: float = LEVEL,
) -> Quantity:
    """The mean over prompts of a chance that is known for some prompts and only bounded below for `incomplete` ones.

    Arguments, all (prompts,): `values` in [0, 1], for incomplete prompts the chance at the number of draws they have,
    which more draws can only raise; `trials` as in `mean_over_prompts`; `samples` and `successes`, the draws behind the
    values. `curve` holds the chance for each success rate of `RATES`.
    The lower limit is that of the values as they are. The upper limit is the smaller of two: the upper limit with every
    incomplete value set to 1, and the greatest mean of the curve under any distribution of success rates that a
    likelihood-ratio test does not reject. The estimate is the larger of two: the mean of the values, and the mean of
    the curve under the most likely distribution.
    At the edges: as `mean_over_prompts`.
    Source: the bound, monotony in the number of draws; the mixture, `rewardlab.stats.mixture`.
    """
    least = mean_over_prompts(values, trials, level=level)
    if isinstance(least, Undefined) or not incomplete.any():
        return least
    most = mean_over_prompts(np.where(incomplete, 1.0, values), trials, level=level)
    assert isinstance(most, Estimate), "as many prompts as there were"
    quantile = float(stdtrit(len(values) - 1, 1 - (1 - level) / 2))
    mixture = Mixture(samples, successes, drop=quantile**2 / 2 / len(values))
    likeliest = float(curve @ mixture.weights)
    high = max(min(most.high, mixture.greatest(curve)), least.high)
    return Estimate(min(max(least.estimate, likeliest), high), least.low, high, level, METHOD, len(values))


def chance_of_mixed(size: int) -> Floats:
    """For each rate p of `RATES`, the chance that `size` draws contain both outcomes: 1 - p^G - (1 - p)^G."""
    return np.asarray(1 - RATES**size - (1 - RATES) ** size)


def chance_of_another(size: int) -> Floats:
    """For each rate p of `RATES` of the commonest outcome, the chance that `size` draws contain another: 1 - p^G."""
    return np.asarray(1 - RATES**size)


def chance_of_any(size: int) -> Floats:
    """For each rate p of `RATES`, the chance that `size` draws contain a success: 1 - (1 - p)^k."""
    return np.asarray(1 - (1 - RATES) ** size)

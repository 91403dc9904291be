"""A mean over prompts of a chance that grows with the draws, where some prompts have fewer draws than are asked for."""

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
    """The mean over prompts of a chance that is known for some and bounded from below for the `incomplete` ones.

    Arguments, all (prompts,): `values` in [0, 1], for incomplete prompts the chance at as many draws as they have,
    which more draws can only raise; `trials` as `mean_over_prompts` takes them; `samples` and `successes` the draws
    behind them. `curve` holds the chance for each success rate of `RATES`.
    The low end is that of the values as they stand. The high end is the lesser of two: that of the values with every
    incomplete one that may still grow set to 1, and the greatest mean of the curve over the distributions of success
    rates that a likelihood-ratio test does not reject. The estimate is the mean of the values, or of the curve over the
    likeliest distribution where that is more.
    At the edges: as `mean_over_prompts`.
    Source: the bound by monotony, in the number of draws; the mixture, `rewardlab.stats.mixture`.
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
    """For each rate p of `RATES`, the chance that `size` draws hold a success and a failure: 1 - p^G - (1 - p)^G."""
    return np.asarray(1 - RATES**size - (1 - RATES) ** size)


def chance_of_another(size: int) -> Floats:
    """For each rate p of `RATES` of the commonest outcome, the chance that `size` draws hold another: 1 - p^G."""
    return np.asarray(1 - RATES**size)


def chance_of_any(size: int) -> Floats:
    """For each rate p of `RATES`, the chance that `size` draws hold a success: 1 - (1 - p)^k."""
    return np.asarray(1 - (1 - RATES) ** size)

"""The share of groups whose scores differ by more than the reward's own noise, which would merely break ties."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rewardlab.stats.interval import LEVEL, Floats, Quantity, Undefined, mean_over_prompts
from rewardlab.stats.noise import generation_means
from rewardlab.stats.spread import SAME_SCORE

#: The chance that a group of equal generations counts as differing, in each of the two comparisons.
FALSE_INFORMATIVE = 0.05
DRAWS = 2000
OWN_DRAWS = 200


def informative_beyond_noise(scores: Floats, *, rng: np.random.Generator, level: float = LEVEL) -> Quantity:
    """The share of prompts whose generations differ by more than the reward's own noise, with its interval.

    Arguments: `scores` (prompts, generations, m), NaN where a scoring failed. Without noise the result is the share of
    groups whose scores are not all equal. With noise a group counts if the range of its generations' mean scores
    exceeds two 95 % quantiles of the range that as many equal generations would show: one under the pooled noise of all
    prompts, one under the prompt's own noise.
    The noise is resampled, not assumed normal: half the difference of two repeats of one generation, with a random
    sign, is distributed as the noise of their mean if the noise is symmetric; it has the right variance in any case,
    and it keeps discrete steps. (A judge that occasionally flips between 0 and 1 moves a mean of two by a half or not
    at all; a normal range would call most single flips a difference.) For a mean of m repeats, the differences of
    ceil(m / 2) pairs are summed and divided by m, which is slightly too wide for odd m. The prompt's own noise (its own
    differences with random signs) is needed because a judge that wavers only on a few prompts would exceed the pooled
    quantile there. A prompt with at least two scored generations is one unit; the interval is modified Wilson.
    At the edges: undefined when no generation was scored twice, and with fewer than two such prompts.
    Source: the sign-flip distribution, Winkler et al. (2014), NeuroImage 92:381; the rule is ours.
    """
    scored_first = np.argsort(~np.isfinite(scores), axis=2, kind="stable")
    scores = np.take_along_axis(np.where(np.isfinite(scores), scores, np.nan), scored_first, axis=2)
    means = generation_means(scores)
    kept = np.isfinite(means).sum(axis=1) >= 2
    means = means[kept]
    repeats = np.isfinite(scores).sum(axis=2)[kept]
    pairs = _pair_differences(scores)
    if not np.isfinite(pairs).any():
        return Undefined("no generation was scored twice")
    ranges = np.nanmax(means, axis=1) - np.nanmin(means, axis=1)
    hits = ranges > SAME_SCORE
    pool = pairs[np.isfinite(pairs)]
    if np.abs(pool).max() > SAME_SCORE:
        hits &= ranges > _pooled_quantiles(repeats, pool, rng=rng) + SAME_SCORE
        hits[hits] = ranges[hits] > _own_quantiles(pairs[kept][hits], repeats[hits], rng=rng) + SAME_SCORE
    return mean_over_prompts(hits.astype(float), np.ones(len(hits)), level=level)


def _pair_differences(scores: Floats) -> Floats:
    """Differences of disjoint pairs of repeats, (prompts, generations, pairs); an odd last repeat pairs with the first.

    NaN where a generation has no such pair. `scores` must hold each generation's scored repeats first.
    """
    odd = scores.shape[2] % 2
    padded = np.pad(scores, ((0, 0), (0, 0), (0, odd)), constant_values=np.nan)
    one, other = padded[:, :, 0::2], padded[:, :, 1::2].copy()
    alone = np.isfinite(one) & ~np.isfinite(other)
    alone[:, :, 0] = False
    return np.asarray(one - np.where(alone, padded[:, :, :1], other))


def _noise_range(differences: Floats, repeats: NDArray[np.int64]) -> Floats:
    """The range over generations of their noise: signed pair differences, summed and divided by the repeats."""
    pair = np.arange(differences.shape[-1])
    sums = np.where(2 * pair < repeats[..., None], differences, 0.0).sum(axis=-1)
    noise = sums / np.maximum(repeats, 1)
    scored = repeats > 0
    highest, lowest = np.where(scored, noise, -np.inf).max(axis=-1), np.where(scored, noise, np.inf).min(axis=-1)
    return np.asarray(highest - lowest)


def _quantile(ranges: Floats) -> Floats:
    return np.asarray(np.quantile(ranges, 1 - FALSE_INFORMATIVE, axis=0, method="inverted_cdf"))


def _pooled_quantiles(repeats: NDArray[np.int64], pool: Floats, *, rng: np.random.Generator) -> Floats:
    """Each prompt's quantile under the pooled noise; prompts with the same numbers of repeats share one simulation."""
    patterns, which = np.unique(np.sort(repeats, axis=1), axis=0, return_inverse=True)
    quantiles = np.empty(len(patterns))
    for index, pattern in enumerate(patterns):
        shape = (DRAWS, len(pattern), (int(pattern.max()) + 1) // 2)
        drawn = rng.choice(pool, shape) * rng.choice([-1.0, 1.0], shape)
        quantiles[index] = _quantile(_noise_range(drawn, pattern))
    return quantiles[which.reshape(-1)]


def _own_quantiles(pairs: Floats, repeats: NDArray[np.int64], *, rng: np.random.Generator) -> Floats:
    """Each prompt's quantile under the noise of its own repeats."""
    own = np.nan_to_num(pairs)
    draws = [_noise_range(own * rng.choice([-1.0, 1.0], own.shape), repeats) for _ in range(OWN_DRAWS)]
    return _quantile(np.stack(draws))

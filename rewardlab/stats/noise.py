"""A reward's measurement noise, from generations scored repeatedly, compared with the differences between them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rewardlab.stats.cluster import jackknife_error, t_quantile
from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Quantity, Undefined, mean_over_prompts
from rewardlab.stats.spread import SAME_SCORE


@dataclass(frozen=True, slots=True)
class Noise:
    """Variance components of generations that are scored m times and nested in prompts.

    `noise_variance` is MSW, the mean square of repeats of one generation; `signal_variance` is max(0, (MSB - MSW) / k),
    the variance between generations of one prompt. `reliability` is ICC(1) = (MSB - MSW) / (MSB + (k - 1) MSW), the
    share of one scoring's within-prompt variance that a second scoring would reproduce; its interval is over prompts.
    `unchanged` is the share of generations whose repeats are all equal. `rescored` counts generations scored at least
    twice.
    """

    noise_variance: float
    signal_variance: float
    icc: float
    reliability: Quantity
    unchanged: Quantity
    rescored: int

    @property
    def signal_to_noise(self) -> float:
        """Signal variance over noise variance; infinite for a reward whose repeats are all equal."""
        return self.signal_variance / self.noise_variance if self.noise_variance else math.inf

    @property
    def standard_error_of_measurement(self) -> float:
        """sqrt(MSW), in units of the score."""
        return math.sqrt(self.noise_variance)

    @property
    def detectable_difference(self) -> float:
        """1.96 sqrt(2) SEM: at 95 %, two single scores that differ by less cannot be told apart (for normal noise)."""
        return 1.96 * math.sqrt(2) * self.standard_error_of_measurement

    def rescorings(self, reliability: float = 0.95) -> float:
        """How many scorings to average for `reliability` (Spearman-Brown), at least 1; infinite without signal."""
        if self.icc <= 0:
            return math.inf
        needed = reliability * (1 - self.icc) / (self.icc * (1 - reliability))
        return max(1, math.ceil(needed - TINY))


def noise_of(scores: Floats, *, level: float = LEVEL) -> Noise | Undefined:
    """The variance components of `scores` (prompts, generations, m); NaN where a scoring failed, counts may differ.

    Identity: MSW from repeats around their generation, MSB from generations around their prompt, and k = (M - sum over
    prompts of sum_g m_g^2 / M_p) / degrees of MSB, which is m for equal counts. The interval of the reliability is a
    jackknife over prompts on the scale of log F = log(MSB / MSW), with t.
    At the edges: undefined when no generation was scored twice, no prompt has two generations, or no score differs
    within a prompt. The reliability's interval is undefined with one prompt, when leaving out a prompt leaves no spread
    or changes nothing, and when no repeat differs (the ICC is 1; `unchanged` then has an interval).
    Source: STATISTICS 3; nested analysis of variance, Searle, Casella & McCulloch (1992), ch. 3; ICC, Shrout & Fleiss
    (1979), Psychol. Bull. 86:420; jackknife of variance components, Arvesen (1969), Ann. Math. Stat. 40:2076.
    """
    counts = np.isfinite(scores).sum(axis=2)
    squares = _squares(scores)
    totals = squares.sum(axis=0)
    if totals[1] < 1:
        return Undefined("no generation was scored twice")
    if totals[3] < 1:
        return Undefined("no prompt has two scored generations")
    if totals[0] == 0 and totals[2] == 0:
        return Undefined("no score differs within a prompt")
    noise, between, size = _mean_squares(totals)
    if between + (size - 1) * noise <= 0:
        return Undefined("no generation was scored twice beside another of its prompt")
    return Noise(
        noise_variance=float(noise),
        signal_variance=max(0.0, float((between - noise) / size)),
        icc=float((between - noise) / (between + (size - 1) * noise)),
        reliability=_reliability(squares, level=level),
        unchanged=_unchanged(scores, counts, level=level),
        rescored=int((counts > 1).sum()),
    )


def generation_means(scores: Floats) -> Floats:
    """The mean score of each generation, (prompts, generations); NaN where none was scored."""
    counts = np.isfinite(scores).sum(axis=2)
    totals = np.where(np.isfinite(scores), scores, 0.0).sum(axis=2)
    means: Floats = np.divide(totals, counts, out=np.full(counts.shape, np.nan), where=counts > 0)
    return means


def _squares(scores: Floats) -> Floats:
    """Per prompt (prompts, 5): sum of squares and degrees within generations, then between them; the numerator of k."""
    kept = np.isfinite(scores)
    counts = kept.sum(axis=2)
    means = generation_means(scores)
    deviations = np.where(kept, scores - means[:, :, None], 0.0)
    deviations[np.abs(deviations) <= SAME_SCORE] = 0.0
    total = counts.sum(axis=1)
    centre = np.nansum(counts * means, axis=1) / np.maximum(total, 1)
    apart = np.where(counts > 0, means - centre[:, None], 0.0)
    apart[np.abs(apart) <= SAME_SCORE] = 0.0
    generations = (counts > 0).sum(axis=1)
    return np.stack(
        [
            np.square(deviations).sum(axis=(1, 2)),
            (total - generations).astype(float),
            (counts * np.square(apart)).sum(axis=1),
            np.maximum(generations - 1, 0).astype(float),
            total - np.square(counts).sum(axis=1) / np.maximum(total, 1),
        ],
        axis=1,
    )


def _mean_squares(totals: Floats) -> tuple[Floats, Floats, Floats]:
    """MSW, MSB and k from sums (..., 5)."""
    within, degrees, between, apart, size = np.moveaxis(totals, -1, 0)
    return within / degrees, between / apart, size / apart


def _reliability(squares: Floats, *, level: float) -> Quantity:
    squares = squares[squares[:, 1] + squares[:, 3] > 0]
    prompts = len(squares)
    if prompts < 2:
        return Undefined("one prompt shows no spread")
    totals = squares.sum(axis=0)
    rest = totals - squares
    if totals[0] == 0:
        return Undefined("no repeat differs: the reward has shown no noise")
    if (rest[:, 1] < 1).any() or (rest[:, 3] < 1).any() or (rest[:, [0, 2]] <= TINY * totals[[0, 2]]).any():
        return Undefined("one prompt alone shows the noise or the differences")
    noise, between, _ = _mean_squares(rest)
    error = jackknife_error(np.log(between / noise))
    if error <= TINY:
        return Undefined("the prompts are all alike: no spread to build an interval on")
    noise, between, size = _mean_squares(totals)
    ratios = between / noise * np.exp(np.array([0.0, -1.0, 1.0]) * t_quantile(prompts - 1, level) * error)
    value, low, high = (ratios - 1) / (ratios + size - 1)
    return Estimate(float(value), float(low), float(high), level, "jackknife over prompts on log F, t", prompts)


def _unchanged(scores: Floats, counts: Floats, *, level: float) -> Quantity:
    """The share of generations whose repeats are all equal: a mean over prompts with a generation scored twice."""
    twice = counts > 1
    highest = np.where(np.isfinite(scores), scores, -np.inf).max(axis=2)
    lowest = np.where(np.isfinite(scores), scores, np.inf).min(axis=2)
    same = twice & (highest - np.where(twice, lowest, 0.0) <= SAME_SCORE)
    rescored = twice.sum(axis=1)
    some = rescored > 0
    return mean_over_prompts(same.sum(axis=1)[some] / rescored[some], rescored[some].astype(float), level=level)

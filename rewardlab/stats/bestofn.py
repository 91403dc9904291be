"""Best-of-n: how the label of the highest-scored of n generations changes as n grows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rewardlab.stats.choose import choose_ratio
from rewardlab.stats.cluster import Tested, mean_of_prompts
from rewardlab.stats.interval import LEVEL, TINY, Floats, Quantity, Undefined, mean_over_prompts
from rewardlab.stats.spread import levels_of


@dataclass(frozen=True, slots=True)
class Pressure:
    """The mean label of the highest-scored of n generations.

    `divergence` is ln n - (n - 1)/n nats, the KL divergence of best-of-n from the model: exact where scores never tie,
    an upper bound where they do.
    Source: Stiennon et al. (2020), arXiv:2009.01325; Beirami et al. (2024), arXiv:2401.01879.
    """

    n: int
    label: Quantity

    @property
    def divergence(self) -> float:
        return math.log(self.n) - (self.n - 1) / self.n


@dataclass(frozen=True, slots=True)
class BestOfN:
    """The mean labels for growing n, on the same prompts throughout.

    `peak` is the n with the highest mean label. `gain` is the mean label at the largest n less that at n = 1; below
    zero, the score selects generations that the labels call worse. `fall` is the mean label at the largest n less that
    at the peak, paired within prompts; its interval and p-value are corrected for choosing the peak from the data.
    """

    points: tuple[Pressure, ...]
    peak: int
    gain: Tested | Undefined
    fall: Tested | Undefined


def label_of_best(scores: Floats, labels: Floats, n: int) -> Floats:
    """For each prompt, the expected label of the highest-scored of n generations drawn without replacement.

    Arguments: `scores` and `labels` (prompts, generations); NaN in either leaves the generation out. Generations that
    tie for the highest score are picked with equal chance. The result is NaN where fewer than n generations are left.
    Identity: of N generations, let t have a given score and b a lower one. That score is the highest of n draws with
    chance [C(b + t, n) - C(b, n)] / C(N, n), and the expected label is then the mean label of the t generations.
    Unbiased for best-of-n of fresh draws.
    Source: Nakano et al. (2021), arXiv:2112.09332, for distinct scores; the ties are ours.
    """
    kept = np.isfinite(scores) & np.isfinite(labels)
    _, codes = levels_of(np.where(kept, scores, np.nan))
    total = kept.sum(axis=1, keepdims=True).astype(float)
    others = np.where(kept, codes, np.iinfo(np.int64).max)[:, None, :]
    below = (others < codes[:, :, None]).sum(axis=2).astype(float)
    reached = np.where(kept, (others <= codes[:, :, None]).sum(axis=2), 1.0)
    chance = choose_ratio(np.minimum(reached, total), total, n) - choose_ratio(np.minimum(below, total), total, n)
    weights = np.where(kept, chance / np.maximum(reached - below, 1.0), 0.0)
    best = np.asarray((weights * np.where(kept, labels, 0.0)).sum(axis=1))
    return np.where(total[:, 0] >= n, best, np.nan)


def best_of_n(scores: Floats, labels: Floats, *, level: float = LEVEL) -> BestOfN | Undefined:
    """Labels of the best of n = 1, 2, 4, ..., N generations, and whether they fall as n grows.

    N is the largest number of generations that at least half of the prompts have; only prompts with N or more are used.
    Intervals over prompts: modified Wilson where the labels lie in [0, 1], else t.
    At the edges: undefined with fewer than two prompts of two generations that have both a score and a label.
    """
    counts = (np.isfinite(scores) & np.isfinite(labels)).sum(axis=1)
    enough = counts[counts >= 2]
    if len(enough) < 2:
        return Undefined("fewer than two prompts have two generations with both a score and a label")
    largest = int(np.sort(enough)[(len(enough) - 1) // 2])
    kept = counts >= largest
    sizes = sorted({2**power for power in range(largest.bit_length())} | {largest})
    values = np.stack([label_of_best(scores[kept], labels[kept], n) for n in sizes])
    seen = labels[kept][np.isfinite(labels[kept])]
    share = bool(seen.min() >= 0 and seen.max() <= 1)
    points = tuple(
        Pressure(n, _mean(row, counts[kept] // n, share=share, level=level))
        for n, row in zip(sizes, values, strict=True)
    )
    means = values.mean(axis=1)
    peak = int(np.argmax(means >= means.max() - TINY))
    bounds = (-1.0, 1.0) if share else None
    return BestOfN(
        points=points,
        peak=sizes[peak],
        gain=mean_of_prompts(values[-1] - values[0], bounds=bounds, level=level),
        fall=mean_of_prompts(values[-1] - values[peak], bounds=bounds, comparisons=len(sizes) - 1, level=level)
        if peak < len(sizes) - 1
        else Undefined("the labels are highest at the largest n"),
    )


def _mean(values: Floats, draws: Floats, *, share: bool, level: float) -> Quantity:
    if share:
        return mean_over_prompts(np.clip(values, 0.0, 1.0), draws, level=level)
    found = mean_of_prompts(values, level=level)
    return found if isinstance(found, Undefined) else found.estimate

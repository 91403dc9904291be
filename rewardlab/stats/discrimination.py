"""How well scores separate right from wrong generations: rates at a threshold, Youden's J, area under the ROC curve."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, stdtr

from rewardlab.stats.cluster import t_quantile
from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Quantity, Undefined
from rewardlab.stats.ratio import difference_of, rate_of
from rewardlab.stats.spread import SAME_SCORE
from rewardlab.stats.weights import WEIGHTED, effective_number, method_of, scaled

#: The variance of the areas is computed as if there were this many more prompts with an area of 0 or 1.
MORE_PROMPTS = 1


@dataclass(frozen=True, slots=True)
class Discrimination:
    """How well a threshold on the score separates label 1 from label 0.

    `informedness` is Youden's J, the true less the false positive rate: 0 for an uninformative score, below 0 for an
    inverted one. `p_value` is one-sided: the chance of a J at least this large when the true J is 0.
    """

    true_positive_rate: Estimate
    false_positive_rate: Estimate
    informedness: Estimate
    p_value: float


def discrimination(
    scores: Floats, labels: Floats, *, threshold: float, weights: Floats | None = None, level: float = LEVEL
) -> Discrimination | Undefined:
    """The rates of scores at or above `threshold` among label 1 and among label 0, and their difference.

    Arguments: `scores` and `labels` (prompts, generations), labels 0, 1 or NaN; NaN in either leaves a generation out.
    Generations weigh alike, or by `weights` (prompts, generations), one over the probability with which each was
    sampled (Hajek's ratios); the prompt is the cluster.
    Identity: each rate is a ratio of sums over prompts, with the linearised variance C/(C-1) sum(influence^2); its
    interval is Wilson's on the effective sample size that this variance implies, t with C - 1 degrees of freedom. J's
    limits combine the distances of the rates' limits by squares, less their covariance (MOVER): they stay in [-1, 1]
    and have a width at J = 1, where a t interval has none. The test uses the influences at J = 0, with the pooled rate
    for both and not centred, so that it is defined there too.
    At the edges: undefined with fewer than two prompts of either label. When no score differs J is 0 and p is 1.
    Source: Newcombe (1998), Stat. Med. 17:873; Zou & Donner (2008), Stat. Med. 27:1693; clustered binary ratios, Rao &
    Scott (1992), Biometrics 48:577; J, Youden (1950), Cancer 3:32.
    """
    kept = np.isfinite(scores) & np.isfinite(labels)
    passed = kept & (np.where(kept, scores, -np.inf) >= threshold - SAME_SCORE)
    right, wrong = kept & (labels == 1), kept & (labels == 0)
    each = scaled(weights, kept)
    hits, sizes = (
        np.stack([(each * (part & group)).sum(axis=1) for group in (right, wrong)]) for part in (passed, kept)
    )
    for group, count in zip(("1", "0"), (sizes > 0).sum(axis=1), strict=True):
        if count < 2:
            return Undefined(f"fewer than two prompts have a scored generation of label {group}")
    totals = sizes.sum(axis=1, keepdims=True)
    rates = hits.sum(axis=1, keepdims=True) / totals
    influence = (hits - rates * sizes) / totals
    sensitivity, fallout = (rate_of(float(rates[k, 0]), influence[k], sizes[k], level=level) for k in range(2))
    null = (hits - hits.sum() / sizes.sum() * sizes) / totals
    labelled = (sizes > 0).any(axis=0)
    difference = difference_of(sensitivity, fallout, influence, prompts=int(labelled.sum()), level=level)
    told = [replace(one, method=method_of(one.method, each)) for one in (sensitivity, fallout, difference)]
    return Discrimination(told[0], told[1], told[2], _upper_tail((null[0] - null[1])[labelled]))


def _upper_tail(influence: Floats) -> float:
    """The one-sided p-value of a sum of independent terms, against a mean of zero."""
    scale = float(np.sqrt(np.square(influence).sum()))
    return 1.0 if scale <= TINY else float(stdtr(len(influence) - 1, -influence.sum() / scale))


def pairwise_accuracy(scores: Floats, labels: Floats, *, pairs: Floats | None = None, level: float = LEVEL) -> Quantity:
    """The chance that a generation of label 1 outscores one of label 0 from the same prompt; ties count half.

    Arguments: as above. Identity: the mean over prompts of each prompt's area under the ROC curve. Prompts weigh alike;
    `units` counts the prompts with both labels, the only ones that contribute. The interval is t's on the scale of the
    log odds, with prompts - 1 degrees of freedom; there the spread of the areas is divided by mean (1 - mean). One
    further prompt with an area of 0 or 1 is added to the spread, since the few prompts with an inverted order may not
    be among those seen.
    `pairs` (prompts, generations, generations), for a sample: one over the probability with which both generations were
    sampled, 0 where they were not. Identity: the weights of the pairs won over the weights of all pairs. Every pair of
    the population then weighs alike, rather than every prompt, since a sample does not show which prompts have both
    labels. The variance is linearised over prompts, counted by Kish's effective number; the interval as above.
    At the edges: undefined when fewer than two prompts have both labels; all won or all lost as in `modified_wilson`.
    Source: Hanley & McNeil (1982), Radiology 143:29, within prompts; the scale, Pepe (2003), The Statistical Evaluation
    of Medical Tests, 5.2; pairs of a sample, Horvitz & Thompson (1952).
    """
    if pairs is not None:
        return _sampled_accuracy(scores, labels, pairs, level=level)
    areas, count = areas_within(scores, labels)
    areas = areas[count > 0]
    if len(areas) < 2:
        return Undefined("fewer than two prompts hold both labels")
    mean = float(areas.mean())
    low, high = interval_of_areas(mean, float(areas.var(ddof=1)), float(len(areas)), level)
    return Estimate(mean, low, high, level, "t over prompts on the log odds of their areas", len(areas))


def interval_of_areas(mean: float, variance: float, prompts: float, level: float) -> tuple[float, float]:
    """The interval of a mean of areas, as `pairwise_accuracy` has it; `variance` is one prompt's."""
    edge = 1 - ((1 - level) / 2) ** (1 / prompts)
    if mean <= TINY or mean >= 1 - TINY:
        return (0.0, edge) if mean <= TINY else (1 - edge, 1.0)
    whole = mean * (1 - mean)
    spread = ((prompts - 1) * variance + MORE_PROMPTS * whole) / (prompts - 1 + MORE_PROMPTS)
    half = t_quantile(max(prompts - 1, 1.0), level) * float(np.sqrt(spread / prompts)) / whole
    return float(expit(logit(mean) - half)), float(expit(logit(mean) + half))


def _sampled_accuracy(scores: Floats, labels: Floats, pairs: Floats, *, level: float) -> Quantity:
    won, mixed = _won(scores, labels)
    sizes = (pairs * mixed).sum(axis=(1, 2))
    both = sizes > 0
    if np.count_nonzero(both) < 2:
        return Undefined("fewer than two prompts hold both labels")
    hits, sizes = (pairs * mixed * won).sum(axis=(1, 2))[both], sizes[both]
    rate = float(hits.sum() / sizes.sum())
    influence = (hits - rate * sizes) / sizes.sum()
    prompts = effective_number(sizes)
    variance = len(sizes) / (len(sizes) - 1) * float(np.square(influence).sum())
    low, high = interval_of_areas(rate, prompts * variance, prompts, level)
    method = WEIGHTED + "pairs alike, t over prompts on the log odds of their areas"
    return Estimate(rate, low, high, level, method, len(sizes))


def _won(scores: Floats, labels: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """For each ordered pair: whether the first scores higher (0.5 at a tie), and whether their labels are 1 and 0.

    Both have shape (prompts, generations, generations).
    """
    right, wrong = (np.isfinite(scores) & (labels == value) for value in (1, 0))
    known = np.nan_to_num(scores)
    lead = known[:, :, None] - known[:, None, :]
    return np.where(np.abs(lead) <= SAME_SCORE, 0.5, lead > 0), right[:, :, None] & wrong[:, None, :]


def areas_within(scores: Floats, labels: Floats) -> tuple[Floats, Floats]:
    """Each prompt's area under the ROC curve (NaN without both labels) and its number of disjoint pairs."""
    won, pairs = _won(scores, labels)
    count = pairs.sum(axis=(1, 2)).astype(float)
    areas = np.divide((won * pairs).sum(axis=(1, 2)), count, out=np.full(count.shape, np.nan), where=count > 0)
    return areas, np.minimum(pairs.any(axis=2).sum(axis=1), pairs.any(axis=1).sum(axis=1)).astype(float)

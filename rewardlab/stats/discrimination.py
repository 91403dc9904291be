"""Scores against known labels: whether what is right scores above what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtr

from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Quantity, Undefined, mean_over_prompts
from rewardlab.stats.ratio import difference_of, rate_of
from rewardlab.stats.spread import SAME_SCORE
from rewardlab.stats.weights import method_of, scaled


@dataclass(frozen=True, slots=True)
class Discrimination:
    """How a threshold on the score tells label 1 from label 0.

    `informedness` is Youden's J, true less false positive rate: 0 for a score that knows nothing, below 0 for one that
    is upside down. `p_value` is one-sided: the chance of such a J, or a greater one, when J is 0.
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
    Rates weigh generations alike, or by `weights` (prompts, generations), one over the probability with which each was
    sampled (Hajek's ratios); the prompt is the cluster.
    Identity: each rate is a ratio of sums over prompts, with the linearised variance C/(C-1) sum(influence^2); its
    interval is Wilson's on the effective sample size that variance implies, t with C - 1 degrees of freedom. J's limits
    square and add the distances of the rates' limits, less their covariance (MOVER), which keeps them in [-1, 1] and
    apart at a J of 1 where a t interval has no width. The test takes the influences at J = 0, both rates the pooled
    one, not centred, so that it too has a width there.
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
    """The one-sided p-value of a positive sum of independent terms whose mean is zero."""
    scale = float(np.sqrt(np.square(influence).sum()))
    return 1.0 if scale <= TINY else float(stdtr(len(influence) - 1, -influence.sum() / scale))


def pairwise_accuracy(
    scores: Floats, labels: Floats, *, weights: Floats | None = None, level: float = LEVEL
) -> Quantity:
    """The chance that of two generations of one prompt, labels 1 and 0, the one of label 1 scores higher; ties half.

    Arguments: as above. Identity: the mean over prompts of each prompt's area under the ROC curve; prompts weigh alike,
    and `units` is how many hold both labels, which is as many as say anything. Modified Wilson over prompts, a prompt
    being worth as many trials as it has disjoint pairs. With weights a pair counts as the product of its two, and each
    label of a prompt is worth Kish's effective number of its generations; prompts still weigh alike, since a prompt's
    weights say how many generations they stand for and not how many prompts.
    At the edges: undefined when fewer than two prompts hold both labels.
    Source: Hanley & McNeil (1982), Radiology 143:29, within prompts.
    """
    areas, pairs = areas_within(scores, labels, weights=weights)
    both = pairs > 0
    if np.count_nonzero(both) < 2:
        return Undefined("fewer than two prompts hold both labels")
    found = mean_over_prompts(areas[both], pairs[both], level=level)
    each = scaled(weights, np.isfinite(scores) & np.isfinite(labels))
    return found if isinstance(found, Undefined) else replace(found, method=method_of(found.method, each))


def areas_within(scores: Floats, labels: Floats, *, weights: Floats | None = None) -> tuple[Floats, Floats]:
    """Each prompt's area under the ROC curve (NaN without both labels), and how many disjoint pairs it holds.

    `weights` (prompts, generations): a pair counts as the product of its two, and the pairs are effective ones.
    """
    known = np.isfinite(scores) & np.isfinite(labels)
    each = scaled(weights, known)
    right, wrong = (each * (labels == value) for value in (1, 0))
    pairs: Floats = right[:, :, None] * wrong[:, None, :]
    filled = np.nan_to_num(scores)
    lead = filled[:, :, None] - filled[:, None, :]
    won = np.where(np.abs(lead) <= SAME_SCORE, 0.5, lead > 0)
    total = pairs.sum(axis=(1, 2))
    areas = np.divide((won * pairs).sum(axis=(1, 2)), total, out=np.full(total.shape, np.nan), where=total > 0)
    return areas, np.minimum(_effective(right), _effective(wrong))


def _effective(weights: Floats) -> Floats:
    """Kish's effective number of the generations of each prompt, (prompts,)."""
    squares = np.square(weights).sum(axis=1)
    return np.asarray(np.divide(weights.sum(axis=1) ** 2, squares, out=np.zeros(len(weights)), where=squares > 0))

"""The alternative annotator test: whether a judge may replace one of several human annotators."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from rewardlab.stats.correction import benjamini_yekutieli
from rewardlab.stats.interval import TINY, Floats, Undefined
from rewardlab.stats.ratio import cluster_codes, cluster_sums
from rewardlab.stats.weights import differ, effective_number, scaled

Scoring: TypeAlias = Literal["accuracy", "rmse"]
#: epsilon, the lead over the judge that an annotator must show because the judge is cheaper, by kind of annotator.
EPSILON = {"expert": 0.2, "skilled": 0.15, "crowd": 0.1}
FEWEST_ITEMS = 30
PASSING = 0.5


@dataclass(frozen=True, slots=True)
class Annotator:
    """One annotator, compared with the judge by agreement with the other annotators.

    `judge_wins` is the share of items on which the judge agrees with the others at least as well as this annotator,
    `annotator_wins` the reverse (ties count for both). `p_value` is one-sided, against a lead of the annotator of
    epsilon or more; NaN where undefined, which rejects nothing. `counted`: there were enough items for the test.
    """

    judge_wins: float
    annotator_wins: float
    p_value: float
    items: int
    counted: bool
    rejected: bool


@dataclass(frozen=True, slots=True)
class AlternativeTest:
    """The result over all annotators. The judge passes from a `winning_rate` of one half.

    `winning_rate` is the share of annotators for whom the test prefers the judge; `advantage` is the mean chance that
    the judge agrees with the others at least as well as the annotator left out.
    """

    winning_rate: float
    advantage: float
    annotators: tuple[Annotator, ...]
    epsilon: float

    @property
    def passes(self) -> bool:
        """Whether the judge may replace the annotators."""
        return self.winning_rate >= PASSING


def alternative_test(
    judge: Floats,
    annotators: Floats,
    *,
    epsilon: float = EPSILON["expert"],
    scoring: Scoring = "accuracy",
    clusters: NDArray[Any] | None = None,
    weights: Floats | None = None,
    rate: float = 0.05,
    fewest_items: int = FEWEST_ITEMS,
) -> AlternativeTest | Undefined:
    """The alternative annotator test of a judge's verdicts (items,) against `annotators` (annotators, items).

    NaN marks a missing verdict or annotation; an item counts for an annotator if that annotator, the judge and at least
    one other annotator rated it. `clusters` (items,): the prompt of each item; the differences of one prompt are
    averaged before the test. `weights` (items,), one over the probability with which each item was sampled: where they
    differ, items are weighted by them, a prompt by the sum over its items, and the test uses Kish's effective number of
    prompts. `rate` is the false discovery rate; annotators with fewer than `fewest_items` are left out.
    Identity: W_judge = 1[S(judge) >= S(annotator)], W_annotator = 1[S(annotator) >= S(judge)], S the agreement with the
    other annotators of the item: the share of equal labels, or minus the root mean square difference. One-sided t test
    of mean(W_annotator - W_judge) < epsilon, Benjamini and Yekutieli over annotators.
    At the edges: undefined with fewer than two annotators, or if none has enough items. When all n differences have the
    same value d: p = ((1 - epsilon) / (1 - d))^n for d < epsilon (at least a share p^(1/n) of all items has difference
    d, the rest at most 1), 1 for d > epsilon, and NaN for d = epsilon, which is not rejected.
    Source: Calderon, Reichart & Dror (2025), ACL, arXiv:2501.10970; the rule for equal differences and the clusters are
    ours.
    """
    if len(annotators) < 2:
        return Undefined("fewer than two annotators: nobody to compare the judge with")
    codes = cluster_codes(clusters, len(judge))
    tested = []
    for left_out, labels in enumerate(annotators):
        others = np.delete(annotators, left_out, axis=0)
        kept = np.isfinite(labels) & np.isfinite(judge) & np.isfinite(others).any(axis=0)
        gap = (_agreement(labels, others, scoring) - _agreement(judge, others, scoring))[kept]
        each = scaled(weights, kept)[kept]
        tested.append(_test(gap, codes[kept], each, epsilon, counted=len(gap) >= max(fewest_items, 1)))
    counted = [one for one in tested if one.counted]
    if not counted:
        return Undefined(f"no annotator shares {max(fewest_items, 1)} items with the judge and another annotator")
    # An undefined p-value rejects nothing, but its test still counts in the correction for multiple tests.
    adjusted = benjamini_yekutieli(np.array([one.p_value if np.isfinite(one.p_value) else 1.0 for one in counted]))
    lost = iter(adjusted <= rate)
    decided = tuple(replace(one, rejected=bool(one.counted and next(lost))) for one in tested)
    return AlternativeTest(
        winning_rate=float(np.mean([one.rejected for one in decided if one.counted])),
        advantage=float(np.mean([one.judge_wins for one in counted])),
        annotators=decided,
        epsilon=epsilon,
    )


def _test(gap: Floats, codes: NDArray[np.intp], weights: Floats, epsilon: float, *, counted: bool) -> Annotator:
    """The annotator whose agreement exceeds the judge's by `gap` (items,); not yet rejected."""
    judge_wins, annotator_wins = (gap <= TINY).astype(float), (gap >= -TINY).astype(float)
    p_value = np.nan
    if counted:
        _, prompts = np.unique(codes, return_inverse=True)
        totals = cluster_sums(weights, prompts)
        means = cluster_sums(weights * (annotator_wins - judge_wins), prompts) / totals
        p_value = _p_value(means, totals if differ(weights) else np.ones(len(totals)), epsilon)
    shares = [float(np.average(wins, weights=weights)) if len(gap) else np.nan for wins in (judge_wins, annotator_wins)]
    return Annotator(shares[0], shares[1], p_value, len(gap), counted, rejected=False)


def _agreement(labels: Floats, others: Floats, scoring: Scoring) -> Floats:
    """How well `labels` (items,) agree with each item's other annotators; arbitrary where an item has no other."""
    known = np.isfinite(others)
    apart = np.where(known, labels - others, 0.0)
    count = np.maximum(known.sum(axis=0), 1)
    if scoring == "accuracy":
        return np.asarray((known & (np.abs(apart) <= TINY)).sum(axis=0) / count)
    return np.asarray(-np.sqrt(np.square(apart).sum(axis=0) / count))


def _p_value(differences: Floats, weights: Floats, epsilon: float) -> float:
    """The one-sided p-value against a weighted mean difference over prompts of epsilon or more."""
    shares, count = weights / weights.sum(), len(differences)
    effective, mean = effective_number(weights), float(shares @ differences)
    if np.ptp(differences) <= TINY:
        if abs(mean - epsilon) <= TINY:
            return np.nan
        return ((1 - epsilon) / (1 - mean)) ** effective if mean < epsilon else 1.0
    error = float(np.sqrt(count / (count - 1) * np.square(shares * (differences - mean)).sum()))
    return float(stdtr(max(effective - 1, 1.0), (mean - epsilon) / error))

"""Dawid and Skene's consensus: the most probable classes of items without known truth, from raters of unequal skill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from rewardlab.stats.interval import Floats, Undefined
from rewardlab.stats.weights import scaled

#: A probability or a count of items below this is treated as zero.
NEVER = 1e-300


@dataclass(frozen=True, slots=True)
class Consensus:
    """The fitted model.

    `priors` (classes,); `confusion` (raters, classes, classes), rows the true class, columns the answer, NaN rows where
    a rater rated no item of that class; `posteriors` (items, classes), NaN rows for items that nobody rated.
    """

    priors: Floats
    confusion: Floats
    posteriors: Floats
    log_likelihood: float
    iterations: int
    converged: bool

    @property
    def labels(self) -> NDArray[np.intp]:
        """The most probable class of each item, the first if several tie; -1 for items that nobody rated."""
        rated = np.isfinite(self.posteriors[:, 0])
        return np.where(rated, np.where(rated[:, None], self.posteriors, 0.0).argmax(axis=1), -1)


def votes_of(ratings: Floats, *, classes: int) -> Floats:
    """Count how often each rater gave each class, coded 0 to classes - 1, to each item: (items, raters, classes).

    `ratings` (items, raters) or (items, raters, times); NaN is no rating.
    Raises ValueError for a rating that is not such a code.
    """
    codes = ratings[..., None] if ratings.ndim == 2 else ratings
    known = np.isfinite(codes)
    if not np.isin(codes[known], np.arange(classes)).all():
        raise ValueError(f"a rating is a class from 0 to {classes - 1}, or NaN")
    return np.asarray((codes[..., None] == np.arange(classes)).sum(axis=2).astype(float))


def dawid_skene(
    votes: Floats,
    *,
    weights: Floats | None = None,
    smoothing: float = 0.0,
    tolerance: float = 1e-10,
    most_iterations: int = 5000,
) -> Consensus | Undefined:
    """The maximum-likelihood consensus of `votes` (items, raters, classes), by EM started from the shares of votes.

    `weights` (items,): one over the probability with which each item was sampled. They are scaled to mean 1 and weight
    the items, which makes the likelihood a pseudo-likelihood. `smoothing` is added to every count of a confusion matrix
    and of the priors; 0 gives the published estimate.
    EM stops when no prior and no entry of a confusion matrix moves by more than `tolerance`. The likelihood is no
    stopping criterion: it may stall, or fall by round-off, long before the parameters converge.
    Identity: E: T_ik proportional to pi_k prod_r prod_l theta_rkl^n_irl. M: theta_rkl = sum_i T_ik n_irl / its sum over
    l, pi_k the mean of T_ik. The log-likelihood is sum_i log sum_k pi_k prod theta^n, without multinomial coefficients.
    This finds a local maximum in which classes mean what the majority meant; the answers of a rater worse than chance
    may count in reverse.
    At the edges: the confusion matrix has a NaN row for a class of which the rater rated no item. Undefined without
    ratings, when only one class was given, and when no item has two ratings.
    Source: Dawid & Skene (1979), Appl. Stat. 28:20, equations 2.3 to 2.5.
    """
    rated = votes.sum(axis=(1, 2)) > 0
    given = votes[rated]
    if not len(given):
        return Undefined("nobody rated anything")
    if np.count_nonzero(given.sum(axis=(0, 1))) < 2:
        return Undefined("every rating is the same class: no variation to learn from")
    if given.sum(axis=(1, 2)).max() < 2:
        return Undefined("no item has two ratings")
    # Items with the same votes share one pattern: a panel of few judges has few patterns, however many items.
    patterns, pattern = np.unique(given.reshape(len(given), -1), axis=0, return_inverse=True)
    often = np.bincount(pattern.ravel(), scaled(weights, rated)[rated])
    shape = votes.shape[1:]
    posteriors = patterns.reshape(-1, *shape).sum(axis=1) / patterns.sum(axis=1)[:, None]
    priors, confusion = _maximise(patterns, often * posteriors.T, shape, smoothing)
    moved, iterations = np.inf, 0
    while moved > tolerance and iterations < most_iterations:
        posteriors, _ = _expect(patterns, priors, confusion)
        before = priors, confusion
        priors, confusion = _maximise(patterns, often * posteriors.T, shape, smoothing)
        moved = max(float(np.abs(priors - before[0]).max()), float(np.abs(confusion - before[1]).max()))
        iterations += 1
    posteriors, likelihoods = _expect(patterns, priors, confusion)
    everyone = np.full((len(votes), shape[1]), np.nan)
    everyone[rated] = posteriors[pattern.ravel()]
    met = (often * posteriors.T @ patterns).reshape(-1, *shape).sum(axis=2).T > NEVER
    return Consensus(
        priors=priors,
        confusion=np.where(met[..., None], confusion, np.nan),
        posteriors=everyone,
        log_likelihood=float(often @ likelihoods),
        iterations=iterations,
        converged=moved <= tolerance,
    )


def _maximise(patterns: Floats, weights: Floats, shape: tuple[int, ...], smoothing: float) -> tuple[Floats, Floats]:
    """The M step: priors and confusion matrices from the expected items per class and pattern, (classes, patterns)."""
    counts = (weights @ patterns).reshape(-1, *shape).swapaxes(0, 1) + smoothing
    totals = counts.sum(axis=2, keepdims=True)
    even = np.full(counts.shape, 1 / shape[1])
    priors = weights.sum(axis=1) + smoothing
    return priors / priors.sum(), np.divide(counts, totals, out=even, where=totals > NEVER)


def _expect(patterns: Floats, priors: Floats, confusion: Floats) -> tuple[Floats, Floats]:
    """The E step: each pattern's class probabilities (patterns, classes) and log-likelihood (patterns,)."""
    # log 0 is cut to a finite number, so that 0 votes times it is 0 and not NaN.
    logs = np.log(np.maximum(confusion, NEVER)).swapaxes(0, 1).reshape(len(priors), -1)
    evidence = np.log(np.maximum(priors, NEVER)) + patterns @ logs.T
    total = logsumexp(evidence, axis=1, keepdims=True)
    return np.exp(evidence - total), total[:, 0]

"""What is most likely true where only raters speak: Dawid and Skene's consensus of raters of unequal skill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, xlogy

from rewardlab.stats.interval import Floats, Undefined


@dataclass(frozen=True, slots=True)
class Consensus:
    """The fit: `priors` (classes,); `confusion` (raters, classes, classes), row the true class, column the answer, NaN
    rows where a rater met no item of that class; `posteriors` (items, classes), NaN rows for items that nobody rated.
    """

    priors: Floats
    confusion: Floats
    posteriors: Floats
    log_likelihood: float
    iterations: int
    converged: bool

    @property
    def labels(self) -> NDArray[np.intp]:
        """The most probable class of each item, the first where several are; -1 for items that nobody rated."""
        rated = np.isfinite(self.posteriors[:, 0])
        return np.where(rated, np.where(rated[:, None], self.posteriors, 0.0).argmax(axis=1), -1)


def votes_of(ratings: Floats, *, classes: int) -> Floats:
    """How often each rater gave each class to each item, (items, raters, classes), of codes 0 to classes - 1.

    `ratings` (items, raters) or (items, raters, times); NaN is no rating.
    Raises ValueError for a rating that is no such code.
    """
    codes = ratings[..., None] if ratings.ndim == 2 else ratings
    known = np.isfinite(codes)
    if not np.isin(codes[known], np.arange(classes)).all():
        raise ValueError(f"a rating is a class from 0 to {classes - 1}, or NaN")
    return np.asarray((codes[..., None] == np.arange(classes)).sum(axis=2).astype(float))


def dawid_skene(
    votes: Floats, *, smoothing: float = 0.0, tolerance: float = 1e-10, most_iterations: int = 5000
) -> Consensus | Undefined:
    """The maximum-likelihood consensus of `votes` (items, raters, classes), by EM from the shares of votes.

    `smoothing` is added to every count of a confusion matrix and of the priors; at 0 it is the published estimate.
    Stops when no prior and no entry of a confusion matrix moves by more than `tolerance`: a bound on the likelihood may
    stall, or fall by round-off, long before the parameters rest.
    Identity: E: T_ik proportional to pi_k prod_r prod_l theta_rkl^n_irl. M: theta_rkl = sum_i T_ik n_irl / its sum over
    l, pi_k the mean of T_ik. The log-likelihood is sum_i log sum_k pi_k prod theta^n, without multinomial coefficients.
    A local maximum: classes mean what the majority meant, and raters worse than chance may be believed in reverse.
    At the edges: a rater who met no item of a class says nothing about it. Undefined without ratings, when only one
    class was given, and when no item has two ratings.
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
    posteriors = given.sum(axis=1) / given.sum(axis=(1, 2))[:, None]
    priors, confusion = _maximise(given, posteriors, smoothing)
    moved, iterations = np.inf, 0
    while moved > tolerance and iterations < most_iterations:
        posteriors, _ = _expect(given, priors, confusion)
        before, (priors, confusion) = (priors, confusion), _maximise(given, posteriors, smoothing)
        moved = max(float(np.abs(priors - before[0]).max()), float(np.abs(confusion - before[1]).max()))
        iterations += 1
    posteriors, log_likelihood = _expect(given, priors, confusion)
    met = np.einsum("ik,irl->rk", posteriors, given) > 0
    everyone = np.full((len(votes), votes.shape[2]), np.nan)
    everyone[rated] = posteriors
    return Consensus(
        priors=priors,
        confusion=np.where(met[..., None], confusion, np.nan),
        posteriors=everyone,
        log_likelihood=log_likelihood,
        iterations=iterations,
        converged=moved <= tolerance,
    )


def _maximise(votes: Floats, posteriors: Floats, smoothing: float) -> tuple[Floats, Floats]:
    """Priors and confusion matrices from what each item probably is."""
    counts = np.einsum("ik,irl->rkl", posteriors, votes) + smoothing
    totals = counts.sum(axis=2, keepdims=True)
    even = np.full(counts.shape, 1 / counts.shape[2])
    priors = posteriors.sum(axis=0) + smoothing
    return priors / priors.sum(), np.divide(counts, totals, out=even, where=totals > 0)


def _expect(votes: Floats, priors: Floats, confusion: Floats) -> tuple[Floats, float]:
    """What each item probably is, (items, classes), and the log-likelihood."""
    with np.errstate(divide="ignore"):
        # xlogy has 0 log 0 = 0: an answer that was not given costs nothing, however improbable.
        evidence = np.log(priors) + xlogy(votes[:, :, None, :], confusion).sum(axis=(1, 3))
    total = logsumexp(evidence, axis=1, keepdims=True)
    return np.exp(evidence - total), float(total.sum())

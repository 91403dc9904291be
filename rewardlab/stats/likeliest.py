"""The maximum-likelihood distribution of success rates with a given mean, for many data sets or means at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rewardlab.stats.interval import Floats

#: A step goes at most the share TOWARDS of the way to a bound; the search ends when less than NEAR log-likelihood can
#: still be gained.
TOWARDS, NEAR = 0.95, 0.01
MOST_STEPS = 60
#: The search starts from the posterior under equal weights, with this share of the weight spread evenly.
SPREAD = 0.2


@dataclass(frozen=True, slots=True)
class Seen:
    """Counts of cells and how likely each cell is under each rate.

    `chances` (cells, rates); `counts` (data sets, cells), observed or expected counts.
    """

    chances: Floats
    counts: Floats


def likeliest(seen: Seen, curve: Floats, means: Floats) -> Floats:
    """The weights (data sets, rates) that maximise each data set's likelihood while `curve` has the mean `means`.

    Arguments: `curve` (rates,), `means` (data sets,), strictly between the least and the greatest of the curve.
    Source: Kiefer & Wolfowitz (1956), Ann. Math. Stat. 27:887; Owen (2001), Empirical Likelihood, 2.9, for the
    constraint; found by a primal-dual interior point, Boyd & Vandenberghe (2004), Convex Optimization, 11.7.
    """
    weights = _start(seen, curve, means)
    slack, prices = 1 / weights, np.zeros((len(means), 2))
    size = weights.shape[1]
    sums = np.stack([np.ones(size), curve])
    wanted = np.stack([np.ones(len(means)), means], axis=1)
    system = np.zeros((len(means), size + 2, size + 2))
    system[:, :size, size:], system[:, size:, :size] = sums.T, sums
    diagonal, shrink = np.arange(size), np.ones((len(means), 1))
    for _ in range(MOST_STEPS):
        cells = weights @ seen.chances.T
        gradient = (seen.counts / cells) @ seen.chances
        share = (np.sqrt(seen.counts) / cells)[:, :, None] * seen.chances
        system[:, :size, :size] = share.transpose(0, 2, 1) @ share
        system[:, diagonal, diagonal] += slack / weights
        target = (weights * slack).mean(axis=1, keepdims=True) * shrink
        off = np.concatenate([gradient - prices @ sums + target / weights, wanted - weights @ sums.T], axis=1)
        step = np.linalg.solve(system, off[:, :, None])[:, :, 0]
        move = step[:, :size]
        turn = target / weights - slack - slack / weights * move
        reach, turned = _reach(move / weights), _reach(turn / slack)
        weights, slack, prices = weights + reach * move, slack + turned * turn, prices + turned * step[:, size:]
        good = np.minimum(reach, turned)
        shrink = np.maximum(np.square(1 - good), 1 - TOWARDS)
        if (weights * slack).sum(axis=1).max() < NEAR and good.min() > TOWARDS - 0.1:
            break
    return weights


def _reach(change: Floats) -> Floats:
    """The share of a step that keeps all values positive, (data sets, 1); `change` is the step relative to them."""
    return np.asarray(np.minimum(1.0, TOWARDS / np.maximum((-change).max(axis=1), 1e-9)))[:, None]


def _start(seen: Seen, curve: Floats, means: Floats) -> Floats:
    """Positive starting weights with the required means, close to the posterior."""
    posterior = seen.counts @ (seen.chances / seen.chances.sum(axis=1, keepdims=True))
    posterior /= posterior.sum(axis=1, keepdims=True)
    weights = (1 - SPREAD) * posterior + SPREAD / posterior.shape[1]
    has, low, high = weights @ curve, int(np.argmin(curve)), int(np.argmax(curve))
    up = means > has
    part = np.where(up, (means - has) / (curve[high] - has), (has - means) / (has - curve[low]))
    weights *= (1 - part)[:, None]
    weights[np.arange(len(means)), np.where(up, high, low)] += part
    return np.asarray(weights)

"""The distribution of success rates over prompts, estimated from counts without assuming its shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from scipy.special import binom

from rewardlab.stats.interval import Floats

#: The success rates a prompt may have: even steps of arcsin(sqrt(p)), the scale on which a binomial share has constant
#: variance.
RATES = np.square(np.sin(np.linspace(0, np.pi / 2, 33)))
#: A search ends when less than this can still be gained: as a share, or as a part of the allowed likelihood drop.
NEAR = 1e-4
LEAST_STEP = 1e-10
MOST_STEPS = 200

#: Maps weights to a value, its gradient and its curvature (the negative Hessian); -inf marks weights out of bounds.
Surface: TypeAlias = Callable[[Floats], tuple[float, Floats, Floats]]


class Mixture:
    """The distributions over `RATES` of prompts' success rates that are compatible with binomial counts.

    Arguments: `samples` and `successes` (prompts,), whole numbers; `drop`: a distribution counts as possible if its
    log-likelihood per prompt is at most this far below the maximum. `weights` is the most likely distribution.
    Source: Kiefer & Wolfowitz (1956), Ann. Math. Stat. 27:887; Lindsay (1983), Ann. Stat. 11:86; found by the barrier
    method, Boyd & Vandenberghe (2004), Convex Optimization, 11.3.
    """

    def __init__(self, samples: Floats, successes: Floats, *, drop: float) -> None:
        base = samples.max() + 1
        cells, counts = np.unique(samples * base + successes, return_counts=True)
        tried, right = np.divmod(cells[:, None], base)
        self._chances: Floats = np.asarray(binom(tried, right) * RATES**right * (1 - RATES) ** (tried - right))
        self._cells: Floats = counts / counts.sum()
        even = np.full(len(RATES), 1 / len(RATES))
        self.weights: Floats = _summit(lambda weight: _scaled(weight, self._likelihood), even, gap=NEAR * drop)
        self._floor = self._likelihood(self.weights)[0] - drop

    def greatest(self, values: Floats) -> float:
        """The greatest mean of `values`, one per rate, over all possible distributions; at most `NEAR` too great."""

        def surface(weight: float) -> Surface:
            def at(weights: Floats) -> tuple[float, Floats, Floats]:
                likelihood, gradient, curvature = self._likelihood(weights)
                room = likelihood - self._floor
                if room <= 0:
                    return -np.inf, gradient, curvature
                slope = gradient / room
                value = weight * float(values @ weights) + np.log(room)
                return value, weight * values + slope, curvature / room + np.outer(slope, slope)

            return at

        return float(values @ _summit(surface, self.weights, gap=NEAR)) + NEAR

    def _likelihood(self, weights: Floats) -> tuple[float, Floats, Floats]:
        seen = self._chances @ weights
        share = self._chances / seen[:, None]
        return float(self._cells @ np.log(seen)), self._cells @ share, share.T @ (self._cells[:, None] * share)


def _scaled(weight: float, surface: Surface) -> Surface:
    def at(weights: Floats) -> tuple[float, Floats, Floats]:
        value, gradient, curvature = surface(weights)
        return weight * value, weight * gradient, weight * curvature

    return at


def _summit(surface: Callable[[float], Surface], weights: Floats, *, gap: float) -> Floats:
    """The distribution that maximises a concave surface, to within `gap`, by the barrier method.

    The barrier keeps every weight positive; the surface's weight against it grows until the barrier no longer matters.
    """
    weight, last = 10.0, (len(weights) + 1) / gap
    while weight < 10 * last:
        weights = _climb(surface(min(weight, last)), weights)
        weight *= 10
    return weights


def _climb(surface: Surface, weights: Floats) -> Floats:
    """Newton's method on a surface plus the sum of log weights, with the sum of weights fixed; every step climbs."""

    def height(at: Floats) -> float:
        return surface(at)[0] + float(np.log(at).sum()) if at.min() > 0 else -np.inf

    size = len(weights)
    system = np.zeros((size + 1, size + 1))
    here = height(weights)
    for _ in range(MOST_STEPS):
        # Steps are relative to the weights: the barrier's curvature is then the identity, well conditioned everywhere.
        _, gradient, curvature = surface(weights)
        uphill = weights * gradient + 1
        system[:size, :size] = weights[:, None] * curvature * weights + np.eye(size)
        system[size, :size] = system[:size, size] = weights
        move = np.linalg.solve(system, np.append(uphill, 0.0))[:size]
        gain, step = float(uphill @ move), 1.0
        if gain < 2 * NEAR:
            return weights
        while (there := height(weights * (1 + step * move))) < here + step * gain / 10:
            step /= 2
            if step < LEAST_STEP:
                return weights
        weights, here = weights * (1 + step * move), there
    return weights

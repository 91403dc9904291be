"""The distribution of a sum over independent prompts: its tails, exact to round-off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rewardlab.stats.interval import TINY, Floats

#: The distribution is computed over a window of DEVIATIONS standard deviations, or FEWEST_POINTS points if that is
#: more: a smaller window would save no time.
FEWEST_POINTS, DEVIATIONS = 1 << 11, 24
#: The finest division of [0, 1], used where the values are not multiples of a coarser step.
FINEST = 128


def unit_of(values: Floats) -> int:
    """The smallest number of steps in [0, 1] that makes all values multiples of a step; at most FINEST."""
    return next((unit for unit in range(1, FINEST) if _off(values, unit) < TINY * unit), FINEST)


def _off(values: Floats, unit: int) -> float:
    return float(np.abs(values * unit - np.rint(values * unit)).max(initial=0.0))


def points_of(values: Floats, unit: int) -> Floats:
    """Spread each value in [0, 1] over its two neighbouring points so that the mean is kept: (values, unit + 1)."""
    place = values * unit
    place = np.where(np.abs(place - np.rint(place)) < TINY * unit, np.rint(place), place)
    below = np.minimum(place.astype(int), unit - 1)
    points, row = np.zeros((len(values), unit + 1)), np.arange(len(values))
    points[row, below], points[row, below + 1] = 1 - (place - below), place - below
    return points


def tails(points: Sequence[Floats], numbers: Sequence[int], total: float) -> tuple[Floats, Floats]:
    """The chances that a sum over prompts is at most `total`, and at least `total`; each (data sets,).

    Arguments: `points`, for each kind of prompt the chances (data sets, unit + 1) of its points; `numbers`, how many
    prompts of each kind; `total`, in points. A total between two points is rounded so that each tail is the larger one.
    Identity: the characteristic function of a sum is the product of its terms' characteristic functions. The
    distribution is computed modulo a window that covers it completely or is far wider than its spread.
    """
    unit = points[0].shape[1] - 1
    places = np.arange(unit + 1)
    means = [one @ places for one in points]
    spreads = [one @ np.square(places) - np.square(mean) for one, mean in zip(points, means, strict=True)]
    whole = unit * sum(numbers) + 1
    deviation = np.sqrt(max(sum(n * float(one.max()) for n, one in zip(numbers, spreads, strict=True)), 0.0))
    window = min(whole, max(FEWEST_POINTS, int(DEVIATIONS * deviation) + 2 * unit))
    size = max(2, 1 << (window - 1).bit_length())
    product = np.ones((len(points[0]), size // 2 + 1), complex)
    for one, count in zip(points, numbers, strict=True):
        product *= _power(np.fft.rfft(one, size, axis=1), count)
    chances = np.clip(np.fft.irfft(product, size, axis=1), 0.0, None)
    middle = np.asarray(sum(count * mean for count, mean in zip(numbers, means, strict=True)))
    start = np.zeros(len(chances), np.int64) if size >= whole else np.rint(middle).astype(np.int64) - size // 2
    reached = np.cumsum(np.take_along_axis(chances, (start[:, None] + np.arange(size)) % size, axis=1), axis=1)
    at_most = _up_to(reached, int(np.ceil(total - TINY * whole)) - start)
    below = _up_to(reached, int(np.floor(total + TINY * whole)) - 1 - start)
    return at_most, np.clip(reached[:, -1] - below, 0.0, 1.0)


def _power(base: NDArray[np.complex128], exponent: int) -> NDArray[np.complex128]:
    """The power by repeated squaring; numpy's own power takes ten times as long."""
    found = np.ones_like(base)
    while exponent:
        if exponent % 2:
            found = found * base
        base, exponent = base * base, exponent // 2
    return found


def _up_to(reached: Floats, place: NDArray[np.int64]) -> Floats:
    """The chance of a point of at most `place`: 0 below the window, the whole chance above it."""
    inside = np.clip(place, 0, reached.shape[1] - 1)
    found = np.take_along_axis(reached, inside[:, None], axis=1)[:, 0]
    return np.asarray(np.where(place < 0, 0.0, np.clip(found, 0.0, 1.0)))

"""Confidence levels for repeated looks at growing data, so that all looks together keep one look's error rate."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from scipy.special import ndtr, ndtri

from rewardlab.stats.interval import Floats

#: TOTAL is the error rate allowed on either side for all looks together. FIRST is the part that the first look spends:
#: four fifths, which widens its interval by 4.8 %. Each later look spends half of the remainder, so that there may be
#: any number of looks.
TOTAL, FIRST = 0.025, 0.02
FIRST_LEVEL = 1 - 2 * FIRST
#: The correlation of two looks' statistics is capped here: a lower value is conservative, and the grid resolves it.
MOST_ALIKE = 0.98
LOWEST, STEP = -8.0, 0.02
PLACES: Floats = np.asarray(np.arange(LOWEST, -LOWEST, STEP) + STEP / 2, np.float64)


def level_of_look(information: Sequence[float]) -> float:
    """The level of the interval at the last of several looks.

    Arguments: `information` at each look, ascending: the number of prompts, or anything else that is proportional to
    1 / variance.
    Identity: look k spends alpha_k = FIRST, then (TOTAL - FIRST) / 2^(k - 1), on either side. Its quantile c_k solves
    P(Z_1 < c_1, ..., Z_{k-1} < c_{k-1}, Z_k >= c_k) = alpha_k for standard normal Z with correlation sqrt(I_j / I_k),
    and the level is 1 - 2 P(Z >= c_k). The level of a look does not depend on later looks.
    Source: Lan & DeMets (1983), Biometrika 70:659, spending by look; the recursion, Armitage, McPherson & Rowe (1969),
    J. R. Stat. Soc. A 132:235.
    """
    if len(information) <= 1:
        return FIRST_LEVEL
    *before, last = (float(one) for one in information)
    return float(1 - 2 * ndtr(-_bound(_undecided(tuple(before)), before[-1], last, len(before))))


def _parts(before: float, now: float) -> tuple[float, float]:
    """A statistic's correlation with the one before, and the standard deviation of its independent part."""
    alike = min(float(np.sqrt(before / now)), MOST_ALIKE)
    return alike, float(np.sqrt(1 - alike**2))


def _bound(density: Floats, before: float, now: float, look: int) -> float:
    """The bound at which the chance of crossing now, without having crossed before, equals this look's alpha."""
    alike, own = _parts(before, now)
    low, high, alpha = 0.0, -LOWEST, (TOTAL - FIRST) / 2**look
    while high - low > STEP / 1000:
        middle = (low + high) / 2
        beyond = float(ndtr((alike * PLACES - middle) / own) @ density) * STEP
        low, high = (middle, high) if beyond > alpha else (low, middle)
    return high


@lru_cache(maxsize=64)
def _undecided(information: tuple[float, ...]) -> Floats:
    """The density, at `PLACES`, of the last statistic where none of the looks crossed its bound."""
    *before, last = information
    if not before:
        return np.where(-ndtri(FIRST) > PLACES, np.exp(-np.square(PLACES) / 2) / np.sqrt(2 * np.pi), 0.0)
    density = _undecided(tuple(before))
    alike, own = _parts(before[-1], last)
    moved = np.exp(-np.square((PLACES[:, None] - alike * PLACES) / own) / 2) / (own * np.sqrt(2 * np.pi))
    bound = _bound(density, before[-1], last, len(before))
    return np.asarray(np.where(bound > PLACES, moved @ density * STEP, 0.0))

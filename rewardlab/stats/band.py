"""Whether an interval lies below, inside or above the target band, and how many prompts it takes to decide."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

from scipy.special import ndtri, stdtrit

from rewardlab.stats.interval import LEVEL, Estimate

Position: TypeAlias = Literal["below", "inside", "above", "undecided"]

#: With fewer prompts the interval's coverage falls short of its level (0.80 at a rate of 2 % and correlation 0.5).
LEAST_PROMPTS = 100
POWER = 0.9


def place(quantity: Estimate, band: tuple[float, float]) -> Position:
    """Where an interval lies against the band: below, inside, above, or undecided when it crosses an end.

    A two-sided 95 % interval gives a false "inside" at most 2.5 % of the time. The three answers partition the line, so
    no correction for multiple tests is needed. Source: Goeman, Solari & Stijnen (2010), Stat. Med. 29:2117.
    """
    low, high = band
    if quantity.high < low:
        return "below"
    if quantity.low > high:
        return "above"
    if quantity.low >= low and quantity.high <= high:
        return "inside"
    return "undecided"


def independent_trials(true: float, edge: float, *, level: float = LEVEL, power: float = POWER) -> float:
    """The independent trials needed to tell a share `true` from `edge` with the given power; infinite if equal.

    Identity: ((z_{1-a} sqrt(L(1-L)) + z_{power} sqrt(p(1-p))) / (p - L))^2 with a = (1 - level) / 2.
    Source: STATISTICS 2.4.
    """
    if true == edge:
        return math.inf
    upper, beta = float(ndtri(1 - (1 - level) / 2)), float(ndtri(power))
    wide = upper * math.sqrt(edge * (1 - edge)) + beta * math.sqrt(true * (1 - true))
    return float((wide / (true - edge)) ** 2)


def prompts_to_decide(
    true: float, edge: float, *, per_prompt: float, level: float = LEVEL, power: float = POWER
) -> float:
    """The prompts needed to tell a mean `true` from `edge`, each prompt worth `per_prompt` independent trials.

    `per_prompt` is generations / design effect, N / (1 + (N - 1) rho). Infinite when `true` is on the edge.
    """
    trials = independent_trials(true, edge, level=level, power=power)
    return math.inf if math.isinf(trials) else math.ceil(trials / per_prompt)


def trials_per_prompt(quantity: Estimate, *, most: float) -> float:
    """The independent trials that each prompt was worth, computed from the width of the interval; in [1, most].

    Identity: the Wilson interval of half width h has h^2 (1 + x)^2 = p (1 - p) x + x^2 / 4 with x = q^2 / effective;
    the positive root in 1/x, times q^2 / prompts, q the t quantile on prompts - 1 degrees of freedom.
    """
    square = ((quantity.high - quantity.low) / 2) ** 2
    linear = quantity.estimate * (1 - quantity.estimate) - 2 * square
    inverse = (linear + math.sqrt(linear**2 + square * (1 - 4 * square))) / (2 * square)
    quantile = float(stdtrit(max(quantity.units - 1, 1), 1 - (1 - quantity.level) / 2))
    return min(max(quantile**2 * inverse / quantity.units, 1.0), most)


def units_to_tell(quantity: Estimate, edge: float, *, power: float = POWER) -> float:
    """The units (prompts) needed to tell a mean from `edge` with the given power; infinite if the estimate equals it.

    For means whose variance is not that of a share. Identity: ((z_{1-a} + z_{power}) sd / (estimate - edge))^2, where
    the standard deviation per unit, sd, is computed from the width of the interval. Source: normal approximation.
    """
    if quantity.estimate == edge:
        return math.inf
    upper = float(ndtri(1 - (1 - quantity.level) / 2))
    deviation = (quantity.high - quantity.low) / (2 * upper) * math.sqrt(quantity.units)
    return math.ceil(((upper + float(ndtri(power))) * deviation / (quantity.estimate - edge)) ** 2)

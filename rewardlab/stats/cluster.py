"""Student's t tests and intervals over prompts, for means that are not shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Undefined
from rewardlab.stats.weights import effective_number, method_of, scaled


@dataclass(frozen=True, slots=True)
class Tested:
    """An estimate with the two-sided p-value of the test against zero."""

    estimate: Estimate
    p_value: float


def t_quantile(degrees: float, level: float) -> float:
    """The two-sided t quantile of an interval of that level."""
    return float(stdtrit(degrees, 1 - (1 - level) / 2))


def t_test(statistic: float, degrees: float) -> float:
    """The two-sided p-value of a t statistic."""
    return float(2 * stdtr(degrees, -abs(statistic)))


def jackknife_error(left_out: Floats) -> float:
    """The standard error of a statistic, from its values with one prompt left out at a time, shaped (prompts,).

    Identity: sqrt((C - 1) / C * sum (value - mean)^2); for a slope it is the cluster-robust error CR3.
    Source: Efron & Stein (1981), Ann. Stat. 9:586.
    """
    return float(np.sqrt((len(left_out) - 1) * left_out.var()))


def mean_of_prompts(
    values: Floats,
    *,
    weights: Floats | None = None,
    bounds: tuple[float, float] | None = None,
    comparisons: int = 1,
    level: float = LEVEL,
) -> Tested | Undefined:
    """The mean over prompts of per-prompt numbers, with its t interval and test against zero.

    Arguments: `values` (prompts,); `bounds`, the values' possible range, if limited; `comparisons`, the number of means
    from which this one was chosen: interval and p-value are Bonferroni-corrected for that many; `weights` (prompts,),
    sampling weights: the standard error is then the root of C/(C - 1) sum (w (value - mean))^2, divided by sum w, and
    prompts are counted by Kish's effective number.
    At the edges: undefined with fewer than two prompts. When all values are equal, at least a share
    (alpha/2)^(1/prompts) of the population's prompts has that value and the others lie within the bounds, which gives
    the interval (undefined without bounds); the p-value is the sign test's.
    """
    prompts = len(values)
    if prompts < 2:
        return Undefined("fewer than two prompts show no spread")
    each = scaled(weights, np.ones(prompts, bool))
    effective, total = effective_number(each), float(each.sum())
    alpha, mean = (1 - level) / comparisons, float(each @ values / total)
    if np.ptp(values) <= TINY * max(1.0, float(np.abs(values).max())):
        if bounds is None:
            return Undefined(f"every prompt has the same value, {mean:.4g}: no spread to build an interval on")
        least = (alpha / 2) ** (1 / effective)
        low, high = (least * mean + (1 - least) * bound for bound in bounds)
        p_value = 2 * 0.5**effective if abs(mean) > TINY else 1.0
        method = "every prompt the same, within bounds"
    else:
        error = float(np.sqrt(prompts / (prompts - 1) * np.square(each * (values - mean)).sum())) / total
        degrees = max(effective - 1, 1.0)
        half = t_quantile(degrees, 1 - alpha) * error
        low, high, p_value = mean - half, mean + half, t_test(mean / error, degrees)
        method = "t over prompts"
        if bounds is not None:
            low, high = max(low, bounds[0]), min(high, bounds[1])
    return Tested(Estimate(mean, low, high, level, method_of(method, each), prompts), min(1.0, comparisons * p_value))

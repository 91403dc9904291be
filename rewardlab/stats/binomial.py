"""The binomial distribution's tail."""

from __future__ import annotations

from scipy.special import bdtr


def chance_of_at_most(count: int, trials: int, rate: float) -> float:
    """The chance of at most `count` hits in `trials` independent trials with hit chance `rate`; 1 for no trials.

    Identity: sum over k from 0 to `count` of C(trials, k) rate^k (1 - rate)^(trials - k).
    """
    return float(bdtr(count, trials, rate)) if count < trials else 1.0

"""Krippendorff's alpha of judged generations: over prompts, and of a run from a sample of it."""

from __future__ import annotations

import numpy as np

from rewardlab.answers import Floats, Indexes
from rewardlab.judging.scale import Level
from rewardlab.stats.agreement.alpha import Drawn, drawn_alpha
from rewardlab.stats.agreement.resampling import alpha_with_interval
from rewardlab.stats.agreement.table import Table
from rewardlab.stats.cluster import jackknife_error, t_quantile
from rewardlab.stats.interval import LEVEL, TINY, Estimate, Quantity, Undefined

#: Rows of weights that are held at a time while prompts are left out.
CHUNK = 200


def alpha_of_table(values: Floats, prompts: Indexes, level: Level, *, seed: int) -> Quantity:
    """Krippendorff's alpha of `values` (units, raters) with its interval over `prompts` (units,).

    `seed` draws the groups of prompts that are left out together where there are too many values to leave out each.
    """
    table = Table.of(values, cluster=prompts)
    found = alpha_with_interval(table, level, rng=np.random.default_rng(seed))
    return found if isinstance(found, Undefined) else found.interval


def alpha_of_sample(values: Floats, prompts: Indexes, level: Level, weights: Floats) -> Quantity:
    """Alpha of a run from a sample of it, each unit counted as the `weights` (units,) of those it stands for.

    Identity: alpha of a table that holds unit u weights[u] times, the weights scaled to a mean of 1; the jackknife
    leaves one prompt out at a time, t with prompts - 1 degrees of freedom, cut at -1 and 1.
    At the edges: undefined as alpha is, with one prompt, and where leaving prompts out changes nothing.
    """
    kept = np.isfinite(values).sum(axis=1) >= 2
    drawn = drawn_alpha(Table.of(values[kept]), level)
    if isinstance(drawn, Undefined):
        return drawn
    scaled = weights[kept] / weights[kept].mean()
    names, codes = np.unique(prompts[kept], return_inverse=True)
    whole: Floats = np.bincount(drawn.kind, scaled, drawn.kinds).astype(float)
    alpha = float(drawn.alphas(whole[None])[0])
    left_out = [
        drawn.alphas(whole - _weights_of(np.arange(start, min(start + CHUNK, len(names))), codes, drawn, scaled))
        for start in range(0, len(names), CHUNK)
    ]
    return _interval(alpha, np.concatenate(left_out))


def _weights_of(chosen: Indexes, prompts: Indexes, drawn: Drawn, weights: Floats) -> Floats:
    """The weight of each kind of unit in each of the chosen prompts, (chosen, kinds)."""
    return np.stack([
        np.bincount(drawn.kind[prompts == prompt], weights[prompts == prompt], drawn.kinds) for prompt in chosen
    ])  # fmt: skip


def _interval(alpha: float, left_out: Floats) -> Quantity:
    """The jackknife's, from alpha with each prompt left out."""
    prompts = len(left_out)
    if prompts < 2 or not np.isfinite([alpha, *left_out]).all():
        return Undefined("all variation lies in one prompt: no interval")
    error = jackknife_error(left_out)
    if error <= TINY:
        return Undefined("leaving any prompt out changes nothing: no spread for an interval")
    half = t_quantile(prompts - 1, LEVEL) * error
    low, high = max(-1.0, alpha - half), min(1.0, alpha + half)
    return Estimate(alpha, low, high, LEVEL, "weighted by the sample, jackknife over prompts, t", prompts)

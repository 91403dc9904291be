"""Paired comparison of a judge's verdicts on plain and altered versions of the same responses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rewardlab.stats.cluster import Tested, mean_of_prompts
from rewardlab.stats.interval import LEVEL, TINY, Quantity, Undefined, share_of_prompts
from rewardlab.stats.preference import sign_test
from rewardlab.stats.ratio import cluster_codes, cluster_means


@dataclass(frozen=True, slots=True)
class Change:
    """How a judge's verdicts moved from the plain to the altered response.

    `mean` is the mean change with its t interval and test, for interval scales. `raised` and `lowered` are the shares
    of prompts whose verdicts went up or down, with exact intervals. `sign_p` is the exact two-sided sign test, which
    needs only an ordinal scale. `prompts` counts the prompts judged both ways.
    """

    mean: Tested | Undefined
    raised: Quantity
    lowered: Quantity
    sign_p: float
    prompts: int


def paired_change(
    before: ArrayLike,
    after: ArrayLike,
    clusters: ArrayLike | None = None,
    *,
    span: float | None = None,
    level: float = LEVEL,
) -> Change | Undefined:
    """The change of verdicts from `before` to `after`, the prompt as the unit.

    Arguments: `before` and `after`, of one shape; a pair with a value that is not finite is left out; `clusters`, of
    the same shape, the prompt of each pair: the changes of one prompt are averaged, prompts weigh alike. Without
    `clusters`, each row of a table (prompts, generations) is a prompt. `span` is the length of the scale, which no
    change exceeds in either direction.
    Identity: mean +- t_(C-1) sd / sqrt(C) of the changes per prompt; the sign test is 2 P(Binomial(C', 1/2) <= fewer)
    over the C' prompts that moved.
    At the edges: undefined without a pair; `mean` is undefined with one prompt, and when every prompt moved alike and
    no `span` is given (with `span`, see `mean_of_prompts` for the interval). p is 1 when nothing moved.
    Source: Student (1908); sign test, Arbuthnott (1710), as in Conover (1999), ch. 3.4.
    """
    before, after = np.asarray(before, float), np.asarray(after, float)
    known = np.isfinite(before) & np.isfinite(after)
    moved = np.where(known, after, np.nan) - np.where(known, before, np.nan)
    if clusters is None and moved.ndim > 1:
        clusters = np.broadcast_to(np.arange(len(moved)).reshape(-1, *[1] * (moved.ndim - 1)), moved.shape)
    codes = cluster_codes(None if clusters is None else np.asarray(clusters).ravel(), moved.size)
    changes = cluster_means(moved.ravel(), codes)
    if len(changes) == 0:
        return Undefined("no response was judged both plain and altered")
    changes = np.where(np.abs(changes) <= TINY, 0.0, changes)
    bounds = None if span is None else (-span, span)
    return Change(
        mean=mean_of_prompts(changes, bounds=bounds, level=level),
        raised=share_of_prompts(changes > 0, level=level),
        lowered=share_of_prompts(changes < 0, level=level),
        sign_p=sign_test(int((changes > 0).sum()), int((changes < 0).sum())),
        prompts=len(changes),
    )

"""Score differences within prompts, the only ones that a group-relative trainer sees, and variance by prompt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rewardlab.stats.choose import choose_ratio
from rewardlab.stats.extrapolation import extrapolated_mixed_share
from rewardlab.stats.incomplete import chance_of_another, chance_of_mixed, mean_with_incomplete
from rewardlab.stats.interval import LEVEL, Floats, Quantity, Undefined

#: Scores this close count as equal: their advantage would vanish beside a trainer's epsilon (TRL adds 1e-4).
SAME_SCORE = 1e-9


def levels_of(table: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """The distinct scores of a group table, ascending, and each cell's index among them (-1 where there is none)."""
    scored = np.isfinite(table)
    scores = table[scored]
    order = np.argsort(scores)
    opens = np.ones(len(order), bool)
    opens[1:] = np.diff(scores[order]) > SAME_SCORE
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.cumsum(opens) - 1
    codes = np.full(table.shape, -1, np.int64)
    codes[scored] = ranks
    return scores[order][opens], codes


def level_counts(table: Floats) -> tuple[Floats, Floats]:
    """For each prompt, how often each of its distinct scores occurs, and how many scores it has.

    Returns `counts` (prompts, generations), where m equal scores give one cell m and the other cells are 0, and
    `totals` (prompts,). Sorting each row keeps this fast even when every score is distinct.
    """
    ordered = np.sort(np.where(np.isfinite(table), table, np.nan), axis=1)  # NaN last
    scored = np.isfinite(ordered)
    opens = np.ones(ordered.shape, bool)
    opens[:, 1:] = ~(np.diff(ordered, axis=1) <= SAME_SCORE)
    starts = np.flatnonzero(opens)
    lengths = np.diff(np.append(starts, ordered.size))
    counts = np.zeros(ordered.size)
    counts[starts] = np.where(scored.ravel()[starts], lengths, 0)
    return counts.reshape(ordered.shape), scored.sum(axis=1).astype(float)


def informative_per_prompt(table: Floats, size: int) -> Floats:
    """For each prompt, the share of its size-`size` subsets of scores that are not all equal; NaN below `size` scores.

    Identity: 1 - sum over levels v of C(m_v, size) / C(n, size), unbiased for the chance that a group of that size
    carries a gradient; with two levels, 1 - [C(c, G) + C(n-c, G)] / C(n, G). Source: STATISTICS 2.1 and 3.
    """
    return _not_all_equal(*level_counts(table), size)


def _not_all_equal(counts: Floats, totals: Floats, size: int) -> Floats:
    equal: Floats = choose_ratio(counts, totals[:, None], size).sum(axis=1)
    return 1 - equal


def informative_groups(table: Floats, size: int, *, level: float = LEVEL) -> Quantity:
    """The share of groups of `size` whose scores are not all equal, with its interval over prompts.

    The share is averaged over all subsets of `size`. A prompt with fewer scores, but at least two, contributes a lower
    bound, since more generations can only add differences (`mean_with_incomplete`). If fewer than two prompts have
    `size` scores and there are two score levels, the share is extrapolated by way of the success rates.
    At the edges: undefined with fewer than two prompts, and when no prompt has two scored generations. Extrapolation is
    undefined with three score levels or more (the share at a smaller size is then a lower bound) and with one level.
    """
    counts, totals = level_counts(table)
    if np.count_nonzero(totals >= size) < 2 <= np.count_nonzero(totals):
        return _extrapolated(table, totals, size, level=level)
    kept = totals >= min(size, 2)
    counts, totals = counts[kept], totals[kept]
    own = np.minimum(totals, size)
    values = np.empty(len(totals))
    for one in np.unique(own):
        mine = own == one
        values[mine] = _not_all_equal(counts[mine], totals[mine], int(one))
    levels, codes = levels_of(table[kept])
    two = len(levels) <= 2
    return mean_with_incomplete(
        values,
        np.maximum(totals // size, 1),
        incomplete=(totals < size) & (values < 1),
        samples=totals,
        successes=np.asarray((codes == len(levels) - 1).sum(axis=1), float) if two else counts.max(axis=1, initial=0),
        curve=chance_of_mixed(size) if two else chance_of_another(size),
        level=level,
    )


def _extrapolated(table: Floats, totals: Floats, size: int, *, level: float) -> Quantity:
    levels, codes = levels_of(table)
    if len(levels) != 2:
        what = "all scores are equal" if len(levels) == 1 else f"{len(levels)} score levels"
        return Undefined(f"{what}: groups beyond the generations sampled are extrapolated for two levels only")
    return extrapolated_mixed_share(totals, (codes == 1).sum(axis=1).astype(float), size, level=level)


@dataclass(frozen=True, slots=True)
class Variance:
    """One-way analysis of variance of scores by prompt.

    `within_sd` is sqrt(MSW), `between_sd` sqrt(max(0, (MSB - MSW) / n0)), `icc` ICC(1) = (MSB - MSW) /
    (MSB + (n0 - 1) MSW), `within_share` SSW / (SSW + SSB): the part of the spread that group-relative training sees.
    """

    within_sd: float
    between_sd: float
    icc: float
    within_share: float


def variance_by_prompt(table: Floats) -> Variance | Undefined:
    """The within- and between-prompt variance of the scores; group sizes may differ.

    Identity: n0 = (N - sum n_i^2 / N) / (prompts - 1), which is n for equal groups.
    At the edges: undefined with fewer than two prompts, with no prompt of two scores, or when all scores are equal.
    Source: Shrout & Fleiss (1979), Psychol. Bull. 86:420; n0 Snedecor & Cochran (1967), 10.16.
    """
    table = np.where(np.isfinite(table), table, np.nan)[np.isfinite(table).any(axis=1)]
    sizes = np.isfinite(table).sum(axis=1)
    prompts, total = len(sizes), int(sizes.sum())
    if prompts < 2 or total == prompts:
        return Undefined("needs two prompts, one of them with two scored generations")
    if np.nanmax(table) - np.nanmin(table) <= SAME_SCORE:
        return Undefined("all scores are equal")
    means = np.nansum(table, axis=1) / sizes
    grand = np.nansum(table) / total
    ss_between = float(np.sum(sizes * np.square(means - grand)))
    ss_within = float(np.nansum(np.square(table - means[:, None])))
    msb, msw = ss_between / (prompts - 1), ss_within / (total - prompts)
    size = (total - np.sum(np.square(sizes)) / total) / (prompts - 1)
    component = max(0.0, (msb - msw) / size)
    return Variance(
        within_sd=float(np.sqrt(msw)),
        between_sd=float(np.sqrt(component)),
        icc=float((msb - msw) / (msb + (size - 1) * msw)),
        within_share=ss_within / (ss_between + ss_within),
    )


def share_at(table: Floats, score: float) -> float | None:
    """The share of scored generations whose score is `score`, None when nothing is scored."""
    scores = table[np.isfinite(table)]
    return float(np.mean(np.abs(scores - score) <= SAME_SCORE)) if len(scores) else None

"""Computes the numbers that decide (accuracy, pass@k, informative groups, ...) from the scores of a run."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rewardlab.measurement.evidence import NOTHING_KNOWN, Evidence
from rewardlab.measurement.success import Success, success_rule
from rewardlab.outcome import REASONS, Reason
from rewardlab.runs.tables import Bools, cells_of
from rewardlab.stats.interval import LEVEL, Estimate, Floats, Quantity, Undefined, share_of_prompts
from rewardlab.stats.passk import mean_pass
from rewardlab.stats.spread import (
    SAME_SCORE,
    Variance,
    informative_groups,
    level_counts,
    levels_of,
    share_at,
    variance_by_prompt,
)
from rewardlab.stats.successes import mean_of_successes
from rewardlab.task import Prompt

Estimator: TypeAlias = Callable[[NDArray[np.bool_], NDArray[np.bool_], float], Quantity]
FlatReason: TypeAlias = Literal["all_right", "all_wrong", "all_truncated", "all_unscored", "constant_reward"]
FLAT_REASONS: tuple[FlatReason, ...] = ("all_right", "all_wrong", "all_truncated", "all_unscored", "constant_reward")
GROUP_SIZES = (2, 4, 8, 16, 32)
UNSCORED_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Bounded:
    """A quantity over the scored generations alone, with unscored ones as failures, and with them as successes."""

    scored: Quantity
    as_failures: Quantity
    as_successes: Quantity


@dataclass(frozen=True, slots=True)
class OpenThreshold:
    """Another success threshold that the evidence does not exclude, and the baseline there."""

    at: float
    accuracy: Quantity
    solved: Quantity


@dataclass(frozen=True, slots=True)
class Invalid:
    """The count of generations, and of their prompts, whose return breaks the contract in one way."""

    generations: int
    prompts: int


@dataclass(frozen=True, slots=True)
class UnscoredExample:
    """A generation the reward gave no score for, to look at."""

    prompt_id: str
    index: int
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """Everything measured on one run with one reward. Shares are of scored generations unless a name says otherwise.

    `invalid` tells the outcomes that are invalid apart by the finding's code. `open` holds the baseline at each success
    threshold that the evidence leaves open beside `success.at`, ascending. `labelled` is the share of right answers by
    labels alone, None without labels. `told` marks the successes where texts tell them and no score does, else None.
    """

    prompts: int
    scored_prompts: int
    num_generations: int
    generations: int
    success: Success
    accuracy: Bounded
    solved: Bounded
    positive: Quantity
    pass_at_k: Mapping[int, Quantity]
    pass_hat_k: Mapping[int, Quantity]
    informative: Mapping[int, Quantity]
    variance: Variance | Undefined
    levels: int
    lowest: float | None
    highest: float | None
    floor_share: float | None
    ceiling_share: float | None
    flat: Mapping[FlatReason, int]
    outcomes: Mapping[str, int]
    unscored_prompts: Mapping[Reason, int]
    invalid: Mapping[str, Invalid]
    examples: Sequence[UnscoredExample]
    truncated: int
    latency_ms: Mapping[str, float] | None
    open: Sequence[OpenThreshold] = ()
    labelled: Quantity | None = None
    told: Bools | None = None


def measure(
    prompts: Sequence[Prompt],
    generations: pa.Table,
    scores: pa.Table,
    *,
    num_generations: int,
    success_at: float | None = None,
    reward_range: tuple[float, float] | None = None,
    evidence: Evidence = NOTHING_KNOWN,
    labels: Floats | None = None,
    told: Bools | None = None,
    level: float = LEVEL,
) -> Measurement:
    """Measure a run.

    Arguments: `generations` and `scores` as the run directory holds them (rewardlab.runs.parts), each prompt_id and
    index once; a score is null where the generation is unscored. `evidence` is what right and wrong answers earned;
    `labels` (prompts, generations) is 1 for right, 0 for wrong, NaN for unknown. `told` (prompts, generations) marks
    the right answers where texts tell them and no score does. `level` is that of every interval.
    """
    table, sampled, cut = _tables(prompts, generations, scores, num_generations)
    success = success_rule(table, success_at=success_at, reward_range=reward_range, evidence=evidence, labels=labels)
    scored = np.isfinite(table)
    if told is not None:
        success = replace(success, source="texts", open=())
    right = success.of(table) if told is None else scored & told
    counts, hits = scored.sum(axis=1).astype(float), right.sum(axis=1).astype(float)
    ks = [k for k in (1, 2, 4, 8, 16, 32, 64, 128) if k <= num_generations]
    levels, _ = levels_of(table)
    variance = variance_by_prompt(table)
    outcomes, unscored_prompts = _outcomes(scores)
    return Measurement(
        prompts=len(prompts),
        scored_prompts=int((counts > 0).sum()),
        num_generations=num_generations,
        generations=generations.num_rows,
        success=success,
        accuracy=_bounded(right, scored, sampled, _accuracy, level),
        solved=_bounded(right, scored, sampled, _solved, level),
        positive=_accuracy(scored & (table > SAME_SCORE), scored, level),
        pass_at_k=_rising({k: mean_pass(counts, hits, k, level=level) for k in ks}),
        pass_hat_k=_falling({k: mean_pass(counts, hits, k, every=True, level=level) for k in ks}),
        informative=_rising({size: informative_groups(table, size, level=level) for size in GROUP_SIZES}),
        variance=variance,
        levels=len(levels),
        lowest=float(levels[0]) if len(levels) else None,
        highest=float(levels[-1]) if len(levels) else None,
        floor_share=share_at(table, success.reward_range[0]),
        ceiling_share=share_at(table, success.reward_range[1]),
        flat={
            name: int(groups.sum())
            for name, groups in flat_groups(table, sampled, cut, right, constant=len(levels) == 1).items()
        },
        outcomes=outcomes,
        unscored_prompts=unscored_prompts,
        invalid=_invalid(scores),
        examples=_examples(scores),
        truncated=int(cut.sum()),
        latency_ms=_latency(scores),
        open=[_at(table, scored, at, level) for at in success.open],
        labelled=None if labels is None else _accuracy(np.asarray(labels == 1), np.isfinite(labels), level),
        told=told,
    )


def _rising(found: Mapping[int, Quantity]) -> dict[int, Quantity]:
    """Make shares by size monotone: a larger group differs wherever a smaller one does.

    Each share, and each end of its interval, is raised to at least that of the smaller size.
    """
    shares: dict[int, Quantity] = {}
    last: Estimate | None = None
    for size, share in sorted(found.items()):
        known = share
        if isinstance(share, Estimate):
            if last is not None:
                estimate, low = max(share.estimate, last.estimate), max(share.low, last.low)
                known = replace(share, estimate=estimate, low=low, high=max(share.high, last.high, estimate))
            assert isinstance(known, Estimate)
            last = known
        shares[size] = known
    return shares


def _falling(found: Mapping[int, Quantity]) -> dict[int, Quantity]:
    """Make shares monotone that can only fall with size: "all k succeed" is "none of k fails"."""
    mirrored = {k: _mirror(one) for k, one in found.items()}
    raised = _rising(mirrored)
    # What did not change is left as it was, to the last bit.
    return {k: one if raised[k] == mirrored[k] else _mirror(raised[k]) for k, one in found.items()}


def _mirror(share: Quantity) -> Quantity:
    if isinstance(share, Undefined):
        return share
    return replace(share, estimate=1 - share.estimate, low=1 - share.high, high=1 - share.low)


def _at(table: Floats, scored: Bools, at: float, level: float) -> OpenThreshold:
    right = np.asarray(scored & (np.where(scored, table, -np.inf) >= at - SAME_SCORE))
    return OpenThreshold(at, _accuracy(right, scored, level), _solved(right, scored, level))


def _tables(
    prompts: Sequence[Prompt], generations: pa.Table, scores: pa.Table, width: int
) -> tuple[Floats, Bools, Bools]:
    """Scores (NaN for none), whether sampled, whether cut off at the token limit: each (prompts, generations)."""
    ids = pa.array([prompt.id for prompt in prompts], pa.string())
    table = np.full((len(prompts), width), np.nan)
    sampled, cut = np.zeros(table.shape, bool), np.zeros(table.shape, bool)
    known, row, column = cells_of(ids, generations, width)
    sampled[row, column] = True
    cut[row, column] = pc.fill_null(pc.equal(generations["finish_reason"], "length"), False).to_numpy()[known]  # noqa: FBT003
    known, row, column = cells_of(ids, scores, width)
    table[row, column] = scores["score"].to_numpy()[known]
    return table, sampled, cut


def _accuracy(right: Bools, counted: Bools, level: float) -> Quantity:
    counts = counted.sum(axis=1).astype(float)
    return mean_of_successes(counts, np.asarray(right & counted).sum(axis=1).astype(float), level=level)


def _solved(right: Bools, counted: Bools, level: float) -> Quantity:
    return share_of_prompts(np.asarray(right[counted.any(axis=1)].any(axis=1)), level=level)


def _bounded(right: Bools, scored: Bools, sampled: Bools, estimate: Estimator, level: float) -> Bounded:
    unscored = sampled & ~scored
    return Bounded(
        estimate(right, scored, level), estimate(right, sampled, level), estimate(right | unscored, sampled, level)
    )


def flat_groups(table: Floats, sampled: Bools, cut: Bools, right: Bools, *, constant: bool) -> dict[FlatReason, Bools]:
    """Which groups' scores do not differ, each under the first reason that holds.

    Arguments: tables (prompts, generations): the scores, what was sampled, cut off and right; `constant` says whether
    every score of the run is the same.
    """
    scored = np.isfinite(table)
    counts, totals = level_counts(table)
    group = sampled.sum(axis=1) > 0
    flat = group & (counts.max(axis=1, initial=0) == totals)
    unscored = flat & (totals == 0)
    truncated = flat & ~unscored & (cut | ~sampled).all(axis=1)
    rest = flat & ~unscored & ~truncated
    every = (right | ~scored).all(axis=1)
    return {
        "all_right": rest & every & (not constant),
        "all_wrong": rest & ~every & (not constant),
        "all_truncated": truncated,
        "all_unscored": unscored,
        "constant_reward": rest & constant,
    }


def _outcomes(scores: pa.Table) -> tuple[dict[str, int], dict[Reason, int]]:
    """How many generations were scored and how many not, by reason; and in how many prompts each reason occurs."""
    unscored = scores.filter(pc.is_valid(scores["reason"]))
    outcomes = {"scored": scores.num_rows - unscored.num_rows}
    prompts: dict[Reason, int] = {}
    for reason in REASONS:
        mine = unscored.filter(pc.equal(unscored["reason"], reason))
        outcomes[reason], prompts[reason] = mine.num_rows, pc.count_distinct(mine["prompt_id"]).as_py()
    return outcomes, prompts


def code_of(detail: str) -> str:
    """The finding's code that the detail of an invalid outcome begins with; RL104 for one that names none."""
    return detail[:5] if re.match(r"RL\d{3} ", detail) else "RL104"


def _invalid(scores: pa.Table) -> dict[str, Invalid]:
    """The invalid outcomes by code, in the order of the codes."""
    rows = scores.filter(pc.fill_null(pc.equal(scores["reason"], "invalid"), False)).select(["prompt_id", "detail"])  # noqa: FBT003
    prompts: dict[str, list[str]] = {}
    for row in rows.to_pylist():
        prompts.setdefault(code_of(row["detail"]), []).append(row["prompt_id"])
    return {code: Invalid(len(ids), len(set(ids))) for code, ids in sorted(prompts.items())}


def _examples(scores: pa.Table) -> list[UnscoredExample]:
    """Up to three unscored generations of each reason, invalid ones of each code, each with another detail."""
    unscored = scores.filter(pc.is_valid(scores["reason"])).select(["prompt_id", "index", "reason", "detail"])
    found: dict[tuple[str, str], UnscoredExample] = {}
    for row in unscored.to_pylist():
        found.setdefault((row["reason"], row["detail"]), UnscoredExample(**row))
    examples = sorted(found.values(), key=_kind)
    grouped = itertools.groupby(examples, key=_kind)
    return [example for _, group in grouped for example in itertools.islice(group, UNSCORED_EXAMPLES)]


def _kind(example: UnscoredExample) -> tuple[int, str]:
    return REASONS.index(example.reason), code_of(example.detail) if example.reason == "invalid" else ""


def _latency(scores: pa.Table) -> dict[str, float] | None:
    """Percentiles of the milliseconds per sample, and per invocation.

    The samples of one invocation are stored in a row, each with an equal share of its seconds: a run of equal values is
    one invocation, and their sum is its time.
    """
    seconds = scores["seconds"].to_numpy()
    if not len(seconds):
        return None
    starts = np.flatnonzero(np.diff(seconds, prepend=np.nan) != 0)
    found = {}
    for name, values in (("", seconds), ("batch_", np.add.reduceat(seconds, starts))):
        for percentile in (50, 90, 99):
            found[f"{name}p{percentile}"] = float(np.percentile(1000 * values, percentile))
    return found

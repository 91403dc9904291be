"""One judge's judgments of a run as tables of (prompts, generations), for the measures and probes of judges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rewardlab.judging.judgments import NOT_ASKED, PLAIN, SWAPPED
from rewardlab.runs.manifest import JudgeRecord
from rewardlab.runs.tables import Bools, Floats, cells_of

EXAMPLES = 3
Numbers: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """A pairwise judge's preferences; every array has one entry per pair, in the order of the prompts.

    `prompt` is the prompt's row, `first` and `second` the indexes of the responses in the order shown. `value` is the
    preference for the second response: 1 for it, 0 for the first, 0.5 for a tie; NaN where it is unreadable. `swapped`
    is the preference for the same response when it was shown first; a consistent judge has equal values. `repeats` is
    (pairs, times): the first column is `value`, the others are answers to the repeated question.
    """

    prompt: Numbers
    first: Numbers
    second: Numbers
    value: Floats
    swapped: Floats
    repeats: Floats


@dataclass(frozen=True, slots=True)
class Usage:
    """What a judge has cost: the questions put to it, its tokens, and money; None where unknown."""

    questions: int
    prompt_tokens: int | None
    completion_tokens: int | None
    cost: float | None
    currency: str


@dataclass(frozen=True, slots=True)
class UnreadExample:
    """A question that gave no verdict, with the reason and what the judge wrote."""

    prompt_id: str
    index: int
    variant: str
    reason: str
    detail: str
    text: str


@dataclass(frozen=True, slots=True)
class Ratings:
    """One judge's ratings; tables are (prompts, generations) unless said otherwise, NaN where there is no number.

    `values` are the verdicts on the plain question. `asked` marks the generations that the judge was shown; one that
    was asked and is NaN gave no verdict. `unread` counts such failures by reason, over all questions, and `examples`
    shows some. `not_asked` counts, by reason, questions that could not be put: no reference, too long for the model.
    `expected` is the mean over the scale weighted by the judge's probabilities. `weights` is one over the generation's
    inclusion probability, 0 where it was not chosen; verdicts from an earlier, larger sample stay in the run but are
    left out here, since their weights are unknown. `repeats` is (prompts, generations, times): the first is `values`,
    the others are answers to the repeated question. `variants` holds the verdicts on altered exhibits, by the variant's
    name, and `variants_asked` marks the generations shown in that variant. `pairs` holds a pairwise judge's
    preferences; its `values` are all NaN, and its variants are stored at the response shown first, as preferences for
    the second.
    """

    judge: JudgeRecord
    values: Floats
    expected: Floats
    asked: Bools
    weights: Floats
    repeats: Floats
    variants: Mapping[str, Floats]
    variants_asked: Mapping[str, Bools]
    pairs: Pairs | None
    unread: Mapping[str, int]
    not_asked: Mapping[str, int]
    examples: tuple[UnreadExample, ...]
    usage: Usage

    @property
    def right(self) -> Floats:
        """The verdicts as right (1) or wrong (0) by the judge's threshold; NaN without a verdict or a threshold."""
        if self.judge.success_at is None:
            return np.full_like(self.values, np.nan)
        return np.where(np.isnan(self.values), np.nan, (self.values >= self.judge.success_at).astype(float))


def ratings_of(
    record: JudgeRecord,
    prompt_ids: Sequence[str],
    judgments: pa.Table,
    *,
    weights: Floats,
) -> Ratings:
    """The tables of one judge, from its judgments as stored in the run directory (JUDGMENT_SCHEMA).

    Arguments: `weights` (prompts, generations) also determines the shape of the tables.
    """
    ids, shape = pa.array(prompt_ids, pa.string()), weights.shape
    outside = np.where(weights > 0, 0.0, np.nan)
    put = judgments.filter(pc.invert(pc.fill_null(pc.is_in(judgments["reason"], pa.array(NOT_ASKED)), False)))  # noqa: FBT003
    plain = put.filter(pc.and_(pc.equal(put["variant"], PLAIN), pc.is_null(put["other"])))
    first = plain.filter(pc.equal(plain["time"], 0))
    variants = sorted(set(pc.unique(put["variant"]).to_pylist()) - {PLAIN, SWAPPED})
    shown = {name: put.filter(pc.equal(put["variant"], name)) for name in variants}
    return Ratings(
        judge=record,
        values=_table(ids, first, "value", shape) + outside,
        expected=_table(ids, first, "expected", shape) + outside,
        asked=_asked(ids, first, shape) & (weights > 0),
        weights=weights,
        repeats=_repeats(ids, plain, shape) + outside[:, :, None],
        variants={name: _table(ids, rows, "value", shape) for name, rows in shown.items()},
        variants_asked={name: _asked(ids, rows, shape) for name, rows in shown.items()},
        pairs=_pairs(ids, put.filter(pc.is_valid(put["other"])), shape[1]) if record.kind == "pairwise" else None,
        unread=_counts(put),
        not_asked=not_asked(judgments),
        examples=_examples(put),
        usage=usage_of(record, judgments),
    )


def usage_of(record: JudgeRecord, judgments: pa.Table) -> Usage:
    """What these judgments have cost; a verdict copied from an identical question costs nothing."""
    put = judgments.filter(pc.is_valid(judgments["seconds"]))
    prompt, completion = (pc.sum(put[name]).as_py() for name in ("prompt_tokens", "completion_tokens"))
    cost = None
    if record.price is not None and prompt is not None and completion is not None:
        cost = (prompt * record.price[0] + completion * record.price[1]) / 1e6
    return Usage(put.num_rows, prompt, completion, cost, record.currency)


def not_asked(judgments: pa.Table) -> dict[str, int]:
    """The number of questions that could not be put, by reason."""
    return _counts(judgments.filter(pc.is_in(judgments["reason"], pa.array(NOT_ASKED))))


def _table(ids: pa.Array, rows: pa.Table, column: str, shape: tuple[int, ...]) -> Floats:
    table = np.full(shape, np.nan)
    known, row, place = cells_of(ids, rows, shape[1])
    table[row, place] = rows[column].to_numpy()[known]
    return table


def _asked(ids: pa.Array, rows: pa.Table, shape: tuple[int, ...]) -> Bools:
    table = np.zeros(shape, bool)
    _, row, place = cells_of(ids, rows, shape[1])
    table[row, place] = True
    return table


def _repeats(ids: pa.Array, plain: pa.Table, shape: tuple[int, ...]) -> Floats:
    times = range(1 + (pc.max(plain["time"]).as_py() or 0))
    return np.stack([_table(ids, plain.filter(pc.equal(plain["time"], t)), "value", shape) for t in times], axis=2)


def _pairs(ids: pa.Array, rows: pa.Table, width: int) -> Pairs:
    """The pairs in the order first shown, each with its verdict in the swapped order and its repeats."""
    known, row, first = cells_of(ids, rows, width)
    found: dict[tuple[int, int, int], dict[int | str, float]] = {}
    columns = (rows[name].to_numpy(zero_copy_only=False)[known] for name in ("other", "value", "variant", "time"))
    for prompt, index, other, value, variant, time in zip(row, first, *columns, strict=True):
        if variant == PLAIN:
            found.setdefault((int(prompt), int(index), int(other)), {})[int(time)] = float(value)
        elif variant == SWAPPED and time == 0:  # the pair's second response was shown first
            found.setdefault((int(prompt), int(other), int(index)), {})[SWAPPED] = 1.0 - float(value)
    keys = sorted(key for key, values in found.items() if 0 in values)
    cells = np.array(keys, np.int64).reshape(-1, 3)
    times = 1 + max((time for key in keys for time in found[key] if isinstance(time, int)), default=0)
    values = [[found[key].get(time, np.nan) for time in range(times)] for key in keys]
    repeats = np.array(values, float).reshape(-1, times)
    swapped = np.array([found[key].get(SWAPPED, np.nan) for key in keys], float)
    return Pairs(cells[:, 0], cells[:, 1], cells[:, 2], repeats[:, 0], swapped, repeats)


def _counts(rows: pa.Table) -> dict[str, int]:
    """The number of rows by reason; rows with a verdict have no reason."""
    counted = pc.value_counts(rows["reason"].drop_null())
    return {entry["values"]: entry["counts"] for entry in sorted(counted.to_pylist(), key=lambda e: str(e["values"]))}


def _examples(rows: pa.Table) -> tuple[UnreadExample, ...]:
    """The first few rows with each reason."""
    unread = rows.filter(pc.is_valid(rows["reason"]))
    found: list[UnreadExample] = []
    for reason in _counts(unread):
        some = unread.filter(pc.equal(unread["reason"], reason)).slice(0, EXAMPLES)
        names = ("prompt_id", "index", "variant", "reason", "detail", "text")
        found += [UnreadExample(**row) for row in some.select(names).to_pylist()]
    return tuple(found)

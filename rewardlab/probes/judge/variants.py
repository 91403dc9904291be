"""Chooses the generations that a judge is shown once more, altered: the data of the probes of bias."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from rewardlab.judging.asking import Ask
from rewardlab.judging.definition import Judge
from rewardlab.judging.design import permanent_numbers
from rewardlab.judging.exhibit import Exhibit
from rewardlab.judging.ratings import Ratings
from rewardlab.probes.judge import injection, padding, reference, style
from rewardlab.runs.tables import Bools, Floats
from rewardlab.task import Prompt

#: Generations shown in each variant, of as many prompts.
PER_VARIANT = 60

TextOf: TypeAlias = Callable[[int, int], str]
Place: TypeAlias = tuple[int, int]


def questions(
    judge: Judge,
    ratings: Ratings,
    prompts: Sequence[Prompt],
    text_of: TextOf,
    *,
    right: Bools | None,
    seed: int,
    per_variant: int = PER_VARIANT,
) -> Iterator[Ask]:
    """What to ask a judge once its plain verdicts are there: altered exhibits, at most one a prompt and variant.

    Arguments: `ratings` with the plain verdicts, and with those on altered exhibits that are there; `text_of(row,
    index)` the text of a generation; `right` (prompts, generations) what the reward calls a success, None when nothing
    was scored; `seed` the run's.
    Half of each variant are successes of the reward where there are as many: a judge shows that it can be talked into a
    higher grade only where there is room above. The judge's own verdict plays no part in that choice: chosen by it, a
    judge with honest errors would seem to move, since what it got wrong the first time it gets right the next.
    (With another prompt's reference only those it calls right are shown: they can only fall.)
    All variants and all judges are shown the same, those that the smallest sample holds first (`permanent_numbers`).
    What was asked before counts, also where it lies outside the sample: a run that is resumed, or judged again with
    another sample, asks only for what is missing.
    """
    order = Order.of(prompts, ratings.values.shape[1], seed)
    if judge.scale.kind == "pairwise":
        yield from _pairs(judge, ratings, prompts, text_of, order=order, most=per_variant)
        return
    shown = np.isfinite(ratings.values)
    for row, index in np.argwhere(shown):
        shown[row, index] = bool(text_of(row, index).strip())
    for variant, alter in _alterations(judge).items():
        for row, index in chosen(shown, right, asked_of(ratings, variant), order, most=per_variant):
            exhibit = Exhibit(prompts[row], text_of(row, index))
            yield Ask(alter(exhibit, judge), prompts[row].id, index, variant=variant)
    if reference.is_shown_by(judge):
        yield from _other_references(ratings, prompts, text_of, order=order, seed=seed, most=per_variant)


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """In which order generations are taken: `within` (prompts, generations) and `rows`, the prompts."""

    within: Floats
    rows: tuple[int, ...]

    @classmethod
    def of(cls, prompts: Sequence[Prompt], width: int, seed: int) -> Order:
        """The order in which samples are drawn."""
        within, between = permanent_numbers([prompt.id for prompt in prompts], width, seed)
        return cls(within, tuple(np.argsort(between, kind="stable").tolist()))


def asked_of(ratings: Ratings, variant: str) -> Bools:
    """Which generations the judge was shown in a variant before, in the sample or not."""
    return ratings.variants_asked.get(variant, np.zeros(ratings.values.shape, bool))


def _alterations(judge: Judge) -> Mapping[str, injection.Alteration]:
    """The alterations for this judge; none asks for the worst verdict if verdicts only name labels."""
    if judge.scale.is_coded:
        return injection.UPWARDS
    return {
        padding.VARIANT: lambda exhibit, _: padding.alter(exhibit),
        style.VARIANT: lambda exhibit, _: style.alter(exhibit),
        **injection.VARIANTS,
    }


def chosen(candidates: Bools, right: Bools | None, asked: Bools, order: Order, *, most: int) -> list[Place]:
    """Places of `candidates`, at most one in a row, half of them `right` where there are enough.

    Those that were `asked` before, which are left out, count: they and the places are `most` in all.
    """
    free = [row for row in order.rows if not asked[row].any()]
    left = max(most - (len(asked) - len(free)), 0)
    if right is None:
        return sorted(_take(candidates, free, order, left))
    kinds = sorted((right, ~right), key=lambda kind: int((candidates & kind).any(axis=1).sum()))
    held = int((asked & kinds[0]).any(axis=1).sum())
    rare = _take(candidates & kinds[0], free, order, min(left, max(most // 2 - held, 0)))
    rest = _without(free, rare)
    common = _take(candidates & kinds[1], rest, order, left - len(rare))
    more = _take(candidates & kinds[0], _without(rest, common), order, left - len(rare) - len(common))
    return sorted(rare + common + more)


def _without(rows: Sequence[int], taken: Sequence[Place]) -> list[int]:
    used = {row for row, _ in taken}
    return [row for row in rows if row not in used]


def _take(candidates: Bools, rows: Sequence[int], order: Order, most: int) -> list[Place]:
    """The first candidate in each of the rows, for the first `most` that have one."""
    some = [row for row in rows if candidates[row].any()][:most]
    return [(row, int(np.argmin(np.where(candidates[row], order.within[row], np.inf)))) for row in some]


def _pairs(
    judge: Judge, ratings: Ratings, prompts: Sequence[Prompt], text_of: TextOf, *, order: Order, most: int
) -> Iterator[Ask]:
    """Pairs whose first response is altered, one of each prompt."""
    pairs = ratings.pairs
    if pairs is None:
        return
    second_of = {
        (int(row), int(first)): int(second)
        for row, first, second, value in zip(pairs.prompt, pairs.first, pairs.second, pairs.value, strict=True)
        if np.isfinite(value)
    }
    candidates = np.zeros(ratings.values.shape, bool)
    for place in second_of:
        candidates[place] = True
    for variant, alter in _alterations(judge).items():
        for row, first in chosen(candidates, None, asked_of(ratings, variant), order, most=most):
            second = second_of[row, first]
            exhibit = Exhibit(prompts[row], text_of(row, first), other=text_of(row, second))
            yield Ask(alter(exhibit, judge), prompts[row].id, first, other=second, variant=variant)


def _other_references(
    ratings: Ratings, prompts: Sequence[Prompt], text_of: TextOf, *, order: Order, seed: int, most: int
) -> Iterator[Ask]:
    """Answers judged right, beside the reference of another prompt."""
    asked = asked_of(ratings, reference.VARIANT)
    left = most - int(asked.any(axis=1).sum())
    for row, index in _take(ratings.right == 1, order.rows, order, len(prompts)):
        if left <= 0 or asked[row].any():
            continue
        response = text_of(row, index)
        other = reference.other_prompt(row, prompts, response, rng=np.random.default_rng([seed, row]))
        if other is not None:
            left -= 1
            exhibit = reference.alter(Exhibit(prompts[row], response), other.reference)
            yield Ask(exhibit, prompts[row].id, index, variant=reference.VARIANT)

"""Which generations a judge is shown once more, altered: what the probes of bias are computed from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np

from rewardlab.answers import Bools, Floats
from rewardlab.judging.asking import Ask
from rewardlab.judging.definition import Judge
from rewardlab.judging.exhibit import Exhibit
from rewardlab.judging.ratings import Ratings
from rewardlab.probes.judge import injection, padding, reference, style
from rewardlab.probes.judge.verdicts import first_pairs
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

    Arguments: `ratings` with the plain verdicts; `text_of(row, index)` the text of a generation; `right`
    (prompts, generations) what the reward calls a success, None when nothing was scored; `seed` the run's.
    Half of each variant are successes of the reward where there are as many: a judge shows that it can be talked into a
    higher grade only where there is room above. The judge's own verdict plays no part in that choice: chosen by it, a
    judge with honest errors would seem to move, since what it got wrong the first time it gets right the next.
    (With another prompt's reference only those it calls right are shown: they can only fall.)
    Every judge is shown the same, and is shown the same again when the run is resumed.
    """
    for number, (variant, alter) in enumerate(_alterations(judge)):
        rng = np.random.default_rng([seed, number])
        if judge.scale.kind == "pairwise":
            yield from _pairs(judge, ratings, prompts, text_of, variant=variant, alter=alter, rng=rng, most=per_variant)
            continue
        shown = np.isfinite(ratings.values)
        for row, index in chosen(shown, right, rng=rng, most=per_variant):
            exhibit = Exhibit(prompts[row], text_of(row, index))
            if exhibit.response.strip():
                yield Ask(alter(exhibit, judge), prompts[row].id, index, variant=variant)
    if reference.is_shown_by(judge):
        yield from _other_references(ratings, prompts, text_of, seed=seed, most=per_variant)


def _alterations(judge: Judge) -> Iterator[tuple[str, injection.Alteration]]:
    if not judge.scale.is_coded:
        yield padding.VARIANT, lambda exhibit, _: padding.alter(exhibit)
        yield style.VARIANT, lambda exhibit, _: style.alter(exhibit)
    yield from injection.VARIANTS.items()


def chosen(candidates: Bools, right: Bools | None, *, rng: np.random.Generator, most: int) -> list[Place]:
    """Places of `candidates`, at most one in a row and `most` in all, half of them `right` where there are enough."""
    order = rng.permutation(len(candidates))
    priority = rng.random(candidates.shape)
    if right is None:
        return _take(candidates & True, order, priority, most)
    kinds = sorted((candidates & right, candidates & ~right), key=lambda kind: int(kind.any(axis=1).sum()))
    rare = _take(kinds[0], order, priority, most // 2)
    used = {row for row, _ in rare}
    rest = [row for row in order if row not in used]
    common = _take(kinds[1], rest, priority, most - len(rare))
    used |= {row for row, _ in common}
    more = _take(kinds[0], [row for row in rest if row not in used], priority, most - len(rare) - len(common))
    return sorted(rare + common + more)


def _take(candidates: Bools, rows: Sequence[int] | np.ndarray, priority: Floats, most: int) -> list[Place]:
    """The candidate of highest priority in each of the rows, for the first `most` that have one."""
    some = [int(row) for row in rows if candidates[row].any()][:most]
    return [(row, int(np.argmax(np.where(candidates[row], priority[row], -1.0)))) for row in some]


def _pairs(
    judge: Judge,
    ratings: Ratings,
    prompts: Sequence[Prompt],
    text_of: TextOf,
    *,
    variant: str,
    alter: injection.Alteration,
    rng: np.random.Generator,
    most: int,
) -> Iterator[Ask]:
    """Pairs whose first response is altered."""
    pairs = list(first_pairs(ratings))
    for place in sorted(rng.permutation(len(pairs))[:most]):
        row, first, second, _ = pairs[place]
        exhibit = Exhibit(prompts[row], text_of(row, first), other=text_of(row, second))
        yield Ask(alter(exhibit, judge), prompts[row].id, first, other=second, variant=variant)


def _other_references(
    ratings: Ratings, prompts: Sequence[Prompt], text_of: TextOf, *, seed: int, most: int
) -> Iterator[Ask]:
    rng = np.random.default_rng([seed, len(injection.VARIANTS) + 2])
    for row, index in chosen(ratings.right == 1, None, rng=rng, most=most):
        response = text_of(row, index)
        other = reference.other_prompt(row, prompts, response, rng=rng)
        if other is not None:
            exhibit = reference.alter(Exhibit(prompts[row], response), other.reference)
            yield Ask(exhibit, prompts[row].id, index, variant=reference.VARIANT)

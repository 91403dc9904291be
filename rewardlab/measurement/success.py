"""Chooses the success threshold from labels or evidence, and lists the thresholds that the evidence leaves open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import numpy as np

from rewardlab.measurement.evidence import NOTHING_KNOWN, Earned, Evidence
from rewardlab.runs.tables import Bools
from rewardlab.stats.interval import Floats, Undefined
from rewardlab.stats.overlap import counting_others, overlapping, possible
from rewardlab.stats.separation import Separation, Side, separate
from rewardlab.stats.spread import SAME_SCORE, levels_of

#: declared: --success-at. labels: what labelled generations earned. answers: what right and wrong answers earned.
#: winners: what wrong answers earned, and every sampled score above it. levels: the sampled scores alone. range: the
#: middle of a declared range. texts: no score parts right answers from wrong ones, and the texts tell which are right.
Source: TypeAlias = Literal["declared", "labels", "answers", "winners", "levels", "range", "texts"]

#: Youden's J that the best threshold must exceed to separate right from wrong answers; less for labels, which may err.
TOLD_APART, TOLD_APART_BY_LABELS = 0.25, 0.1
#: Labelled generations on each side from which on the labels alone decide.
LEAST_LABELLED = 10
#: The fewest prompts with a wrong answer to the prompt's own question that show what such answers earn.
LEAST_TOLD = 10
#: The most open thresholds that are looked at.
MOST_OPEN = 9
#: The share of extreme scores cut off at each end of an undeclared scale.
EXTREME = 0.01
#: The share of exchanged answers that may be right where they are given: where more win, the reward does not read them.
COINCIDENCES = 0.05
DEFAULT_RANGE = (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Success:
    """What counts as success.

    A success is a score of at least `at`, or above it where `strict`. `reward_range` is the declared range, else the
    scale in use: from what wrong answers earn to what right ones do. `right` is the least that right answers earn and
    `wrong` the most that wrong ones do, None where unknown; `counts` is how many answers of each source they rest on.
    `open` holds other thresholds, ascending, that the evidence does not exclude and that count other generations.
    """

    at: float
    reward_range: tuple[float, float]
    declared: bool
    chosen: bool
    strict: bool
    source: Source = "declared"
    right: float | None = None
    wrong: float | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    open: tuple[float, ...] = ()

    def of(self, scores: Floats) -> Bools:
        """Which scores are successes; an unscored one (NaN) is none."""
        known = np.where(np.isfinite(scores), scores, -np.inf)
        return np.asarray(known > self.at + SAME_SCORE if self.strict else known >= self.at - SAME_SCORE)


def success_rule(
    scores: Floats,
    *,
    success_at: float | None = None,
    reward_range: tuple[float, float] | None = None,
    evidence: Evidence = NOTHING_KNOWN,
    labels: Floats | None = None,
) -> Success:
    """The threshold as given; else from labels; else from what right and wrong answers earn; else from the scores.

    Arguments: `scores` (prompts, generations), NaN for none; `labels` of the same shape, 1 right, 0 wrong, NaN unknown.
    The threshold lies between what wrong and what right answers earn. Where sampled scores lie between the two it is
    what right answers earn, and the lower ones stay open; so do those at which right and wrong answers overlap. The
    middle of a range is taken of a declared one only, and only where nothing is known.
    """
    scale = reward_range or _scale(scores, evidence)
    declared = reward_range is not None
    if success_at is not None:
        return Success(success_at, scale, declared, chosen=True, strict=False)
    right, wrong, labelled = _sides(scores, evidence, labels)
    found = separate(right, wrong)
    least = TOLD_APART_BY_LABELS if labelled else TOLD_APART
    if isinstance(found, Separation) and found.informedness > least:
        if labelled:
            counts = {"labelled": len(right.scores) + len(wrong.scores)}
            return _between(scores, found, scale, declared=declared, source="labels", of=counts)
        rule = _between(scores, found, scale, declared=declared, source="answers", of=_counts(evidence))
        more = overlapping(scores, right, wrong)
        if not _wrong_is_told(evidence, wrong, within=len(scores)):
            more = np.union1d(more, possible(scores, right, wrong, found))
        return replace(rule, open=_some(counting_others(scores, np.union1d(rule.open, more), rule.at)))
    top = _top(scores, evidence)
    most = _most_of_exchanged(evidence, top)
    if most is not None and most < top - SAME_SCORE:
        return _above(scores, most, scale, declared=declared, counts=_counts(evidence))
    if declared:
        # In a range with penalties the middle is what such rewards give for neither right nor wrong: it is no success.
        return Success(sum(scale) / 2, scale, declared, chosen=False, strict=scale[0] < 0, source="range")
    return _above(scores, None, scale, declared=declared, counts={} if most is None else _counts(evidence))


def _sides(scores: Floats, evidence: Evidence, labels: Floats | None) -> tuple[Side, Side, bool]:
    """The scores of right and of wrong answers, and whether they are those of labelled generations alone."""
    sides = [_side(scores, labels, value) for value in (1.0, 0.0)]
    if all(len(side.scores) >= LEAST_LABELLED for side in sides):
        return sides[0], sides[1], True
    number = {identifier: place for place, identifier in enumerate(_ids(evidence), start=len(scores))}
    known = [_side_of(earned, number) for earned in (evidence.right, evidence.wrong)]
    joined = [
        Side(np.concatenate([one.scores, other.scores]), np.concatenate([one.prompts, other.prompts]))
        for one, other in zip(sides, known, strict=True)
    ]
    return joined[0], joined[1], False


def _side(scores: Floats, labels: Floats | None, value: float) -> Side:
    if labels is None:
        return Side(np.empty(0), np.empty(0, np.intp))
    rows, columns = np.nonzero(np.isfinite(scores) & (labels == value))
    return Side(scores[rows, columns], rows)


def _ids(evidence: Evidence) -> dict[str, None]:
    return dict.fromkeys(one.prompt_id for one in (*evidence.right, *evidence.wrong))


def _side_of(earned: Sequence[Earned], number: Mapping[str, int]) -> Side:
    return Side(
        np.array([one.score for one in earned], float), np.array([number[one.prompt_id] for one in earned], np.intp)
    )


def _counts(evidence: Evidence) -> dict[str, int]:
    return dict(Counter(one.source for one in (*evidence.right, *evidence.wrong)))


def _most_of_exchanged(evidence: Evidence, top: float) -> float | None:
    """The most that sampled answers earn under prompts they were not written for; None where that was not asked.

    A few may be right there too, like a program that solves two tasks: they are ignored if they earn the `top`.
    """
    earned = [one.score for one in evidence.wrong if one.source in {"exchanged", "other_reference"}]
    if not earned:
        return None
    most, usual = (float(np.quantile(earned, 1 - left_out, method="higher")) for left_out in (EXTREME, COINCIDENCES))
    return most if most < top - SAME_SCORE else usual


def _top(scores: Floats, evidence: Evidence) -> float:
    """The best score seen: what wrong answers reach too is no sign of being right."""
    sampled = scores[np.isfinite(scores)]
    return max([float(sampled.max(initial=-np.inf)), *(one.score for one in evidence.right)])


def _scale(scores: Floats, evidence: Evidence) -> tuple[float, float]:
    """The scale in use: from the lowest scores to the highest or the median right one; rare extremes are cut off."""
    sampled = scores[np.isfinite(scores)]
    every = np.concatenate([sampled, [one.score for one in (*evidence.right, *evidence.wrong)]])
    if not len(every):
        return DEFAULT_RANGE
    low = float(np.quantile(every, EXTREME, method="lower"))
    best = [float(np.quantile(every, 1 - EXTREME, method="higher"))]
    best += [float(np.median([one.score for one in evidence.right]))] if evidence.right else []
    high = max(best)
    return (low, high) if high - low > SAME_SCORE else (min(low, DEFAULT_RANGE[0]), max(high, DEFAULT_RANGE[1]))


def _between(
    scores: Floats,
    found: Separation,
    scale: tuple[float, float],
    *,
    declared: bool,
    source: Source,
    of: Mapping[str, int],
) -> Success:
    bottom = found.wrong if found.wrong is not None else -np.inf
    levels, _ = levels_of(scores)
    inside = levels[(levels > bottom + SAME_SCORE) & (levels < found.right - SAME_SCORE)]
    at = found.right if len(inside) or found.wrong is None else (found.wrong + found.right) / 2
    return Success(
        at,
        scale,
        declared,
        chosen=False,
        strict=False,
        source=source,
        right=found.right,
        wrong=found.wrong,
        counts=of,
        open=_some(inside),
    )


def _wrong_is_told(evidence: Evidence, wrong: Side, *, within: int) -> bool:
    """Whether enough prompts show what a wrong answer to their own question earns.

    An answer to another question, or no answer, may earn far less. `wrong` numbers the run's own prompts, known by
    labels, below `within`.
    """
    told = {one.prompt_id for one in evidence.wrong if one.source in {"misread", "near"}}
    labelled = np.unique(wrong.prompts[wrong.prompts < within])
    return len(told) + len(labelled) >= LEAST_TOLD


def _above(
    scores: Floats, wrong: float | None, scale: tuple[float, float], *, declared: bool, counts: Mapping[str, int]
) -> Success:
    """The rule if nothing shows what right answers earn: they may begin at any sampled score above the wrong ones'."""
    source: Source = "levels" if wrong is None else "winners"
    levels, _ = levels_of(scores)
    floor = wrong if wrong is not None else float(levels[0]) if len(levels) > 1 else -np.inf
    inside = levels[levels > floor + SAME_SCORE] if len(levels) > 1 or wrong is not None else levels[:0]
    if not len(inside):
        top = max(scale[1], DEFAULT_RANGE[1]) if wrong is None or wrong < scale[1] else wrong + 1
        at = (top + (wrong if wrong is not None else DEFAULT_RANGE[0])) / 2
        return Success(at, scale, declared, chosen=False, strict=False, source=source, wrong=wrong, counts=counts)
    top = _common_top(scores, inside)
    lower = inside[inside < top - SAME_SCORE]
    at = top if len(lower) else (floor + top) / 2
    return Success(
        at, scale, declared, chosen=False, strict=False, source=source, wrong=wrong, counts=counts, open=_some(lower)
    )


def _common_top(scores: Floats, levels: Floats) -> float:
    """The highest score that more than a few of the generations above the lowest level reach."""
    sampled = np.sort(scores[np.isfinite(scores) & (scores >= levels[0] - SAME_SCORE)])
    return float(sampled[int((1 - EXTREME) * (len(sampled) - 1))])


def _some(levels: Floats) -> tuple[float, ...]:
    """At most MOST_OPEN of the levels, evenly spread, with the lowest and the highest."""
    if len(levels) <= MOST_OPEN:
        return tuple(float(level) for level in levels)
    return tuple(float(levels[place]) for place in np.linspace(0, len(levels) - 1, MOST_OPEN).astype(int))


def separation_of_labels(scores: Floats, labels: Floats) -> Separation | Undefined:
    """The threshold at which the scores agree best with labels (1 right, 0 wrong, NaN unknown)."""
    return separate(_side(scores, labels, 1.0), _side(scores, labels, 0.0))

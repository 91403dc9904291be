"""Do the judges err independently of each other, or is one of them a copy?"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from rewardlab.findings import Finding, Severity
from rewardlab.judging.ratings import Ratings
from rewardlab.probes.judge.effect import interval_of
from rewardlab.probes.judge.question import Question, places
from rewardlab.probes.judge.sample import stands_for
from rewardlab.probes.judge.truth import Truth, deciding, rests_on_one_person, truth_of
from rewardlab.probes.judge.verdicts import value_text
from rewardlab.probes.run.labels import left_out
from rewardlab.runs.tables import Bools, Floats
from rewardlab.stats.independence import Independence, error_independence
from rewardlab.stats.interval import LEVEL, Undefined

#: Two judges whose errors surely correlate more than this are worth less than one and a third.
PRACTICAL = 0.5
#: The fewest identical verdicts that the truth does not explain and that show two judges to be one.
UNEXPLAINED = 5


def panel_independence(question: Question) -> Independence | Undefined:
    """The error correlation of all judges that call single responses right or wrong, and their effective number."""
    judges, truth = deciding(question.panel), truth_of(question)
    if truth is None:
        return Undefined("no verdict")
    return _independence(judges, truth) if judges else Undefined("no judge calls single responses right or wrong")


def ask(question: Question) -> Iterator[Finding]:
    """RL507, for each two judges whose errors surely move together.

    A blocker for a copy, and against labels; not where those are one person's, whose slips the judges seem to share.
    """
    truth = truth_of(question)
    judges = deciding(question.panel)
    surely: Severity = "warning" if rests_on_one_person(question) else "blocker"
    pairs = list(itertools.combinations(judges, 2))
    for one, other in pairs:
        if is_copy(one, other, truth):
            yield Finding("RL507", surely, _copy_evidence(question, one, other, truth))
            continue
        if truth is None or (truth.source == "consensus" and len(judges) < 3):
            continue
        level = 1 - (1 - LEVEL) / len(pairs)
        found = _independence((one, other), truth, level=level)
        if isinstance(found, Independence) and found.correlation.low > PRACTICAL:
            severity: Severity = surely if truth.source == "labels" else "warning"
            yield Finding("RL507", severity, _evidence(question, one, other, truth, found))


def _independence(judges: tuple[Ratings, ...], truth: Truth, *, level: float = LEVEL) -> Independence | Undefined:
    """The independence of errors in the run, from the generations that all of the judges were to see."""
    weights = stands_for(judges, seen=len(judges))
    names = [ratings.judge.name for ratings in judges]
    right = np.stack([ratings.right for ratings in judges])
    return error_independence(right, truth.right, names=names, weights=weights, level=level)


def is_copy(one: Ratings, other: Ratings, truth: Truth | None) -> bool:
    """Whether two judges gave the same verdict to all they were both asked, and not because both were right.

    All means the plain questions, the repeats and the altered responses. The verdicts must differ from what is usual
    among answers that are equally right often enough: two judges that never err agree without being copies.
    """
    if one.judge.values != other.judge.values or not _alike(one.values, other.values):
        return False
    shared = set(one.variants) & set(other.variants)
    tables = [(one.repeats, other.repeats), *((one.variants[name], other.variants[name]) for name in shared)]
    if not all(_alike(first, second) for first, second in tables if np.shape(first) == np.shape(second)):
        return False
    return unexplained(one.values, truth) >= UNEXPLAINED


def _alike(one: Floats, other: Floats) -> bool:
    """Whether the two are equal wherever both have a verdict."""
    both = np.isfinite(one) & np.isfinite(other)
    return bool((one[both] == other[both]).all())


def unexplained(values: Floats, truth: Truth | None) -> int:
    """How many verdicts differ from the most frequent one for answers that are equally right."""
    known = np.isfinite(values)
    right = np.full(values.shape, np.nan) if truth is None or truth.source == "consensus" else truth.right
    kinds = [known & (right == 1), known & (right == 0), known & np.isnan(right)]
    counts = (np.unique(values[kind], return_counts=True)[1] for kind in kinds if kind.any())
    return sum(int(count.sum() - count.max()) for count in counts)


def _evidence(question: Question, one: Ratings, other: Ratings, truth: Truth, found: Independence) -> dict[str, Any]:
    both_wrong = (one.right == other.right) & (one.right != truth.right) & np.isfinite(truth.right)
    return {
        "judge": one.judge.name,
        "other_judge": other.judge.name,
        **interval_of("error_correlation", found.correlation),
        **{f"effective_judges{end}": value for end, value in _effective(found).items()},
        "generations": found.items,
        "wrong_together": int((both_wrong & np.isfinite(one.right)).sum()),
        "truth": truth.source,
        **(left_out(question.answers) if truth.source == "labels" else {}),
        "examples": _examples(question, one, other, both_wrong & np.isfinite(one.right), truth),
    }


def _effective(found: Independence) -> dict[str, float]:
    if isinstance(found.effective, Undefined):
        return {}
    return {"": found.effective.estimate, "_low": found.effective.low, "_high": found.effective.high}


def _copy_evidence(question: Question, one: Ratings, other: Ratings, truth: Truth | None) -> dict[str, Any]:
    both = np.isfinite(one.values) & np.isfinite(other.values)
    known = both if truth is None else both & np.isfinite(truth.right) & (one.right != truth.right)
    return {
        "judge": one.judge.name,
        "other_judge": other.judge.name,
        "same_verdicts": int(both.sum()),
        "different_verdicts": 0,
        "not_explained_by_truth": unexplained(one.values, truth),
        "truth": "none" if truth is None else truth.source,
        "examples": _examples(question, one, other, known if known.any() else both, truth),
    }


def _examples(
    question: Question, one: Ratings, other: Ratings, mask: Bools, truth: Truth | None
) -> list[dict[str, Any]]:
    return [
        question.example(
            row,
            index,
            before=value_text(one, one.values[row, index]),
            after=value_text(other, other.values[row, index]),
            **({} if truth is None else {"truth": "right" if truth.right[row, index] == 1 else "wrong"}),
        )
        for row, index in places(mask)
    ]

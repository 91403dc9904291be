"""Does a judge tell right from wrong, or does it say nearly the same of everything?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from rewardlab.findings import Finding, Severity
from rewardlab.judging.ratings import Ratings
from rewardlab.probes.judge.question import Question, places
from rewardlab.probes.judge.truth import Truth, deciding, truth_of
from rewardlab.probes.judge.verdicts import beside, only_verdict, value_text
from rewardlab.probes.run.labels import left_out
from rewardlab.stats.discrimination import Discrimination, discrimination
from rewardlab.stats.interval import Undefined

#: A judge is lenient if it surely passes more than this share of wrong answers, severe if it passes less of right ones.
HALF = 0.5
#: Youden's J that surely lies under this is little better than chance.
WEAK = 0.2

Fault: TypeAlias = Literal["constant", "lenient", "severe", "chance"]


@dataclass(frozen=True, slots=True)
class Discernment:
    """A judge's rates against what is known, and what is wrong with them, None where nothing surely is."""

    rates: Discrimination | Undefined
    fault: Fault | None


def discernment(ratings: Ratings, truth: Truth | None) -> Discernment:
    """A judge's rates against the truth, and the fault that they show."""
    if truth is None:
        return Discernment(Undefined("nothing to hold the judge against"), None)
    rates = discrimination(ratings.right, truth.right, threshold=1.0, weights=ratings.weights)
    if isinstance(rates, Undefined):
        return Discernment(rates, None)
    if rates.false_positive_rate.low > HALF:
        return Discernment(rates, "lenient")
    if rates.true_positive_rate.high < HALF:
        return Discernment(rates, "severe")
    return Discernment(rates, "chance" if rates.informedness.high < WEAK else None)


def ask(question: Question) -> Iterator[Finding]:
    """RL512: a blocker against labels. If no judge goes with the reward, it is not their fault: RL405 tells."""
    truth = truth_of(question)
    for ratings in question.panel:
        if same := only_verdict(ratings):
            yield _constant(question, ratings, same, truth)
    judges = [one for one in deciding(question.panel) if only_verdict(one) is None]
    if truth is None or truth.source == "consensus":
        return
    found = {ratings.judge.name: discernment(ratings, truth) for ratings in judges}
    if truth.source == "reward" and len(found) > 1 and all(one.fault for one in found.values()):
        return
    for ratings in judges:
        one = found[ratings.judge.name]
        if one.fault is not None:
            severity: Severity = "blocker" if truth.source == "labels" else "warning"
            yield Finding("RL512", severity, _evidence(question, ratings, truth, one))


def _constant(question: Question, ratings: Ratings, same: str | float, truth: Truth | None) -> Finding:
    """A blocker where labels of what it judged differ, a warning where the reward or another judge sees differences."""
    seen = np.isfinite(ratings.values)
    differs = truth is not None and all((truth.right[seen] == kind).any() for kind in (0, 1))
    others = [one for one in question.panel if one is not ratings]
    severity: Severity = "note"
    if ratings.pairs is not None or differs or any(only_verdict(one) is None for one in others):
        severity = "blocker" if differs and truth is not None and truth.source == "labels" else "warning"
    evidence: dict[str, Any] = {
        "judge": ratings.judge.name,
        "fault": "constant",
        "verdict": same,
        "verdicts": int(seen.sum()) if ratings.pairs is None else len(ratings.pairs.value),
        "truth": "none" if truth is None else truth.source,
    }
    evidence["examples"] = _examples(question, ratings, truth) if truth is not None else []
    evidence["examples"] = evidence["examples"] or _any(question, ratings, same)
    return Finding("RL512", severity, evidence)


def _any(question: Question, ratings: Ratings, same: str | float) -> list[dict[str, Any]]:
    """Some generations of which it said the same."""
    pairs, shown = ratings.pairs, np.isfinite(ratings.values)
    if pairs is not None:
        shown[pairs.prompt, pairs.first] = True
    return [question.example(row, index, **beside(ratings, row, index), verdict=same) for row, index in places(shown)]


def _evidence(question: Question, ratings: Ratings, truth: Truth, found: Discernment) -> dict[str, Any]:
    assert isinstance(found.rates, Discrimination), "a fault is seen in rates"
    rates = found.rates
    return {
        "judge": ratings.judge.name,
        "fault": found.fault,
        "youden_j": rates.informedness.estimate,
        "low": rates.informedness.low,
        "high": rates.informedness.high,
        "true_positive_rate": rates.true_positive_rate.estimate,
        "false_positive_rate": rates.false_positive_rate.estimate,
        "truth": truth.source,
        "verdicts": int((np.isfinite(ratings.right) & np.isfinite(truth.right)).sum()),
        **(left_out(question.answers) if truth.source == "labels" else {}),
        "examples": _examples(question, ratings, truth),
    }


def _examples(question: Question, ratings: Ratings, truth: Truth) -> list[dict[str, Any]]:
    known = np.isfinite(ratings.right) & np.isfinite(truth.right)
    return [
        question.example(
            row,
            index,
            verdict=value_text(ratings, ratings.values[row, index]),
            truth="right" if truth.right[row, index] == 1 else "wrong",
        )
        for row, index in places(known & (ratings.right != truth.right))
    ]

"""Does the reward go with what the panel says?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from rewardlab.findings import Finding, Severity
from rewardlab.judging.ratings import Ratings
from rewardlab.probes.judge.agreement import agreements
from rewardlab.probes.judge.effect import interval_of
from rewardlab.probes.judge.independent import by_model
from rewardlab.probes.judge.question import EXAMPLES, Question
from rewardlab.probes.judge.sample import pairs_stand_for, stands_for
from rewardlab.probes.judge.truth import deciding, majority
from rewardlab.probes.judge.verdicts import span_of, value_text
from rewardlab.runs.tables import Floats
from rewardlab.stats.discrimination import Discrimination, discrimination, pairwise_accuracy
from rewardlab.stats.interval import Estimate, Quantity, Undefined
from rewardlab.stats.spread import SAME_SCORE

#: Youden's J that surely lies under this is little better than chance.
WEAK = 0.2


@dataclass(frozen=True, slots=True)
class RewardAgainstPanel:
    """The reward held against the majority of the panel.

    `rates` are of scores at the success threshold; `area` is the chance that of two answers to one prompt, which the
    majority calls right and wrong, the right one scores higher. `generations` counts those with a score and a majority.
    """

    rates: Discrimination | Undefined
    area: Quantity
    generations: int


def against_panel(question: Question) -> RewardAgainstPanel | Undefined:
    """The reward against the majority of the judges that call single responses right or wrong.

    If only a sample was judged, the results are the run's: the sample is drawn by what the reward calls a success.
    """
    judges = deciding(question.panel)
    if not judges:
        return Undefined("no judge calls single responses right or wrong")
    score, right, success = question.answers.score, majority(judges), question.success
    # `discrimination` counts scores at the threshold, and those within SAME_SCORE of it.
    threshold = success.at + 2 * SAME_SCORE if success.strict else success.at
    weights = stands_for(judges, seen=1)
    pairs = pairs_stand_for(question, weights)
    return RewardAgainstPanel(
        rates=discrimination(score, right, threshold=threshold, weights=weights),
        area=pairs if isinstance(pairs, Undefined) else pairwise_accuracy(score, right, pairs=pairs),
        generations=int((np.isfinite(score) & np.isfinite(right)).sum()),
    )


def ask(question: Question) -> Iterator[Finding]:
    """RL405: scores that surely go little better than chance with the panel, or against it.

    A blocker where the panel itself may be believed: at least two independent judges that surely agree.
    """
    found = against_panel(question)
    if isinstance(found, Undefined) or isinstance(found.rates, Undefined):
        return
    informed = found.rates.informedness
    against = isinstance(found.area, Estimate) and found.area.high < 0.5
    if informed.high >= WEAK and not against:
        return
    severity: Severity = "blocker" if believed(question) else "warning"
    evidence: dict[str, Any] = {
        "against": "the majority of the judges",
        "judges": [ratings.judge.name for ratings in deciding(question.panel)],
        **interval_of("youden_j", informed),
        "true_positive_rate": found.rates.true_positive_rate.estimate,
        "false_positive_rate": found.rates.false_positive_rate.estimate,
    }
    if isinstance(found.area, Estimate):
        area = found.area
        evidence |= {"auc_within_prompts": area.estimate, "auc_low": area.low, "auc_high": area.high}
    yield Finding("RL405", severity, evidence | {"examples": parting(question, most=EXAMPLES)})


def believed(question: Question) -> bool:
    """Whether at least two independent judges surely agree."""
    if len(by_model(deciding(question.panel))) < 2:
        return False
    found = [one.alpha for one in agreements(question) if one.of != "preferences"]
    return bool(found) and all(isinstance(alpha, Estimate) and alpha.low >= question.min_alpha for alpha in found)


def mean_verdict(judges: tuple[Ratings, ...]) -> Floats:
    """The mean verdict of the judges as a share of each one's scale, NaN where none gave one; expected values first."""
    shares = np.stack([(_graded(one) - min(one.judge.values)) / span_of(one) for one in judges])
    given = np.isfinite(shares).sum(axis=0)
    mean = np.divide(np.nansum(shares, axis=0), given, out=np.full(given.shape, np.nan), where=given > 0)
    return np.asarray(mean)


def _graded(ratings: Ratings) -> Floats:
    return np.where(np.isfinite(ratings.expected), ratings.expected, ratings.values)


def parting(question: Question, *, most: int) -> list[dict[str, Any]]:
    """The generations on which reward and panel part most, the widest first, one a prompt: what a person should read.

    The distance is between the score as a share of the reward's range and the mean verdict as a share of the scale.
    """
    judges = deciding(question.panel)
    if not judges:
        return []
    low, high = question.success.reward_range
    score = np.clip((question.answers.score - low) / max(high - low, SAME_SCORE), 0.0, 1.0)
    verdict = mean_verdict(judges)
    apart = np.abs(score - verdict)
    apart = np.where(np.isfinite(apart), apart, -1.0)
    best = np.argmax(apart, axis=1)
    widest = apart[np.arange(len(apart)), best]
    order = [int(row) for row in np.argsort(-widest, kind="stable") if widest[row] > SAME_SCORE][:most]
    return [
        question.answers.example(row, int(best[row]))
        | {"panel": float(verdict[row, best[row]]), "verdicts": _said(judges, row, int(best[row]))}
        for row in order
    ]


def _said(judges: tuple[Ratings, ...], row: int, index: int) -> dict[str, str | float | None]:
    values = {one.judge.name: one.values[row, index] for one in judges}
    return {
        one.judge.name: value_text(one, values[one.judge.name]) if np.isfinite(values[one.judge.name]) else None
        for one in judges
    }

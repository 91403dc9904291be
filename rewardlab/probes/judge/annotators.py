"""May a judge stand in for the people who labelled?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from rewardlab.findings import Finding, Severity
from rewardlab.judging.ratings import Ratings
from rewardlab.probes.judge.question import Question, places
from rewardlab.probes.judge.truth import annotations_right, deciding
from rewardlab.probes.judge.verdicts import is_coded, value_text
from rewardlab.runs.tables import Floats
from rewardlab.stats.alttest import EPSILON, FEWEST_ITEMS, AlternativeTest, Scoring, alternative_test
from rewardlab.stats.interval import Undefined

#: What a judge is let off for being cheaper, where those who labelled are neither experts nor a crowd.
LENIENCE = EPSILON["skilled"]
#: With fewer annotators each one's agreement with the others says little of the annotator: a note.
ENOUGH = 3
UNTESTED = (
    f"Let at least {FEWEST_ITEMS} generations be labelled by each annotator and by another one too: until then nothing "
    "says how the judge compares with people."
)


def comparable(question: Question, ratings: Ratings) -> tuple[Floats, Floats, Scoring] | None:
    """A judge's verdicts, the annotators' labels in the same terms, and how agreement is scored.

    As they stand where people used the judge's own scale of more than two steps; else as right and wrong. Shapes are
    (prompts, generations) and (prompts, generations, annotators). None for a judge that calls nothing right or wrong.
    """
    labels, right = question.annotations, annotations_right(question)
    if labels is None or right is None:
        return None
    used = np.unique(labels[np.isfinite(labels)])
    if len(used) > 2 and set(used) <= set(ratings.judge.values) and not is_coded(ratings):
        return ratings.values, labels, "rmse"
    return None if ratings.judge.success_at is None else (ratings.right, right, "accuracy")


def alternative(question: Question, ratings: Ratings) -> AlternativeTest | Undefined:
    """The alternative annotator test of a judge: prompts are the clusters, weights what a generation stands for."""
    compared = comparable(question, ratings)
    if compared is None or compared[1].shape[2] < 2:
        return Undefined("fewer than two annotators: nobody to compare the judge with")
    verdicts, labels, scoring = compared
    prompts = np.broadcast_to(np.arange(len(verdicts))[:, None], verdicts.shape)
    return alternative_test(
        verdicts.ravel(),
        labels.reshape(-1, labels.shape[2]).T,
        epsilon=LENIENCE,
        scoring=scoring,
        clusters=prompts.ravel(),
        weights=ratings.weights.ravel(),
    )


def ask(question: Question) -> Iterator[Finding]:
    """RL509: a judge that was not shown to agree with the people as well as they agree with each other."""
    if len(question.annotators) < 2:
        return
    for ratings in deciding(question.panel):
        found = alternative(question, ratings)
        if isinstance(found, Undefined):
            yield Finding("RL509", "note", {"judge": ratings.judge.name, "undefined": found.reason}, UNTESTED)
        elif not found.passes:
            severity: Severity = "warning" if len(question.annotators) >= ENOUGH else "note"
            yield Finding("RL509", severity, _evidence(question, ratings, found))


def _evidence(question: Question, ratings: Ratings, found: AlternativeTest) -> dict[str, Any]:
    tested = zip(question.annotators, found.annotators, strict=True)
    return {
        "judge": ratings.judge.name,
        "winning_rate": found.winning_rate,
        "advantage": found.advantage,
        "epsilon": found.epsilon,
        "annotators": [
            {
                "annotator": name or "unnamed",
                "items": one.items,
                "judge_agrees_as_well": one.judge_wins,
                "annotator_agrees_as_well": one.annotator_wins,
                "p_value": one.p_value if np.isfinite(one.p_value) else None,
            }
            for name, one in tested
        ],
        "examples": _examples(question, ratings),
    }


def _examples(question: Question, ratings: Ratings) -> list[dict[str, Any]]:
    """Generations on which all annotators agree against the judge."""
    right = annotations_right(question)
    assert right is not None, "a test was made on labels"
    given = np.isfinite(right).sum(axis=2)
    share = np.divide(np.nansum(right, axis=2), given, out=np.full(given.shape, np.nan), where=given >= 2)
    against = np.isfinite(ratings.right) & ((share == 0) | (share == 1)) & (share != ratings.right)
    return [
        question.example(
            row, index, before=value_text(ratings, ratings.values[row, index]), annotators=float(share[row, index])
        )
        for row, index in places(against)
    ]

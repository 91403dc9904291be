"""Does the reward agree with what is known to be right, and in the right direction?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rewardlab.findings import Finding, Severity
from rewardlab.measurement.success import separation_of_labels
from rewardlab.probes.run.flipped import ALPHA, paid_beyond_mistakes
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Answers, Floats
from rewardlab.stats.discrimination import Discrimination, discrimination, pairwise_accuracy
from rewardlab.stats.interval import Estimate, Quantity, Undefined
from rewardlab.stats.separation import Separation
from rewardlab.stats.spread import SAME_SCORE

#: Youden's J that surely lies under this is little better than chance.
WEAK = 0.2
#: Youden's J of a threshold that tells right from wrong well, and by how much it must exceed another's interval.
GOOD, MARGIN = 0.5, 0.1
EXAMPLES = 2
WRONG_ORDER = (
    "Within prompts, wrong answers score above right ones: no threshold mends that. Look at the generations listed in "
    "the evidence, and fix what the reward likes about the wrong ones."
)
#: Of the answers that are wrong by the labels, more than this share surely succeeds: the reward pays for being wrong.
PAID = 0.2
PAYS_WRONG = (
    "Answers that are wrong by the labels succeed: look at the generations listed in the evidence, and compare what "
    "the reward overlooks in them (the order, a field, a part of the answer)."
)
LABELS_MAY_ERR = (
    "Answers labelled wrong succeed about as often as mistakes of those who labelled explain: read the generations "
    "listed in the evidence, and mend the labels or the reward. Labels of two people for the same answers tell which."
)
UNKNOWN = (
    "This says nothing against the reward: with these labels its agreement cannot be measured. Label right and wrong "
    "generations, of at least two prompts."
)


def right_of(answers: Answers) -> Floats | None:
    """The labels as right (1) and wrong (0), by the middle of their range; None without labels.

    A mean label at the middle, such as that of annotators who are evenly split, is neither: NaN.
    """
    if answers.labels is None or not np.isfinite(answers.labels).any():
        return None
    return sides_of(answers.labels)


def sides_of(labels: Floats) -> Floats:
    """Which labels lie above the middle of their range (1) and which below (0); NaN at it, and where there is none.

    The middle is 0.5 for labels within 0 and 1.
    """
    low, high = float(np.nanmin(labels)), float(np.nanmax(labels))
    middle = 0.5 if low >= 0 and high <= 1 else (low + high) / 2
    apart = labels - middle
    return np.where(np.abs(apart) > SAME_SCORE, (apart > 0).astype(float), np.nan)


def ties_of(answers: Answers) -> int:
    """How many labelled generations are neither right nor wrong."""
    right = right_of(answers)
    if right is None or answers.labels is None:
        return 0
    return int((np.isfinite(answers.labels) & np.isnan(right)).sum())


def left_out(answers: Answers) -> dict[str, str]:
    """The labelled generations that no yes-or-no comparison counts, as evidence; nothing where there are none."""
    ties = ties_of(answers)
    return {"left_out": f"{ties} {'tie' if ties == 1 else 'ties'} of the labels"} if ties else {}


def agreement(question: Question) -> tuple[Discrimination | Undefined, Quantity]:
    """The rates at the success threshold and Youden's J, and the area under the curve within prompts."""
    right = right_of(question.answers)
    if right is None:
        none = Undefined("no labels were given")
        return none, none
    return (
        discrimination(question.answers.score, right, threshold=_threshold(question)),
        pairwise_accuracy(question.answers.score, right),
    )


def _threshold(question: Question) -> float:
    """The threshold for `discrimination`, which counts scores at it and those within SAME_SCORE of it."""
    success = question.measured.success
    return success.at + 2 * SAME_SCORE if success.strict else success.at


def _succeeded(question: Question) -> Floats:
    """Which answers succeed (1) and which do not (0); NaN without a score."""
    score = question.answers.score
    passed = score >= _threshold(question) - SAME_SCORE
    return np.where(np.isfinite(score), passed.astype(float), np.nan)


def ask(question: Question) -> Iterator[Finding]:
    """RL405: a blocker where J or the area surely shows no use or the wrong direction, or where many wrong answers
    succeed, more than mistakes of those who labelled explain; a warning where they may.

    A wrong order (the area within prompts) is told apart from a wrong threshold (another one would do far better).
    """
    rates, area = agreement(question)
    right = right_of(question.answers)
    if right is None:
        return
    if isinstance(rates, Undefined):
        if isinstance(area, Undefined):
            evidence = {"agreement": f"not known: {rates.reason}", **left_out(question.answers)}
            yield Finding("RL405", "note", evidence, UNKNOWN)
        return
    informed = rates.informedness
    against = isinstance(area, Estimate) and area.high < 0.5
    better = None if against else _better_threshold(question, rates, right)
    if better is not None:
        told = {"better_success_at": better.at, "youden_j_there": better.informedness}
        severity: Severity = "blocker" if informed.high < WEAK else "warning"
        shown = {**told, **_evidence(question, rates, area, right)}
        yield Finding("RL405", severity, shown, _wrong_threshold(better))
        return
    paid = paid_beyond_mistakes(_succeeded(question), right)
    # Where few answers are wrong, mistakes of those who label outnumber them: J is then low and surely above 0.
    mistaken = rates.p_value < ALPHA and paid <= PAID
    if against or (informed.high < WEAK and not mistaken):
        yield Finding("RL405", "blocker", _evidence(question, rates, area, right), WRONG_ORDER if against else "")
    elif rates.false_positive_rate.low > PAID:
        severity = "blocker" if paid > PAID else "warning"
        shown = {"paid_beyond_mistakes": paid, **_evidence(question, rates, area, right)}
        yield Finding("RL405", severity, shown, PAYS_WRONG if paid > PAID else LABELS_MAY_ERR)
    elif informed.high < WEAK:
        yield Finding("RL405", "warning", _evidence(question, rates, area, right), LABELS_MAY_ERR)
    elif informed.low <= 0 or (isinstance(area, Estimate) and area.low <= 0.5):
        yield Finding("RL405", "warning", _evidence(question, rates, area, right))


@dataclass(frozen=True, slots=True)
class _Better:
    """A success threshold at which the reward agrees with the labels far better than at the one in use."""

    at: float
    informedness: float


def _better_threshold(question: Question, rates: Discrimination, right: Floats) -> _Better | None:
    """The threshold that the labels ask for, where J there exceeds the whole interval of J here and is a good one."""
    found = separation_of_labels(question.answers.score, right)
    if not isinstance(found, Separation) or found.informedness < GOOD:
        return None
    if found.informedness <= rates.informedness.high + MARGIN:
        return None
    at = found.right if found.wrong is None else (found.wrong + found.right) / 2
    return _Better(at, found.informedness)


def _wrong_threshold(better: _Better) -> str:
    return (
        f"The reward puts right answers above wrong ones, and the success threshold is in the wrong place: say "
        f"--success-at {better.at:.4g}, where Youden's J is {better.informedness:.2f}. The reward need not change."
    )


def _evidence(question: Question, rates: Discrimination, area: Quantity, right: Floats) -> dict[str, object]:
    informed = rates.informedness
    evidence: dict[str, object] = {
        "youden_j": informed.estimate,
        "low": informed.low,
        "high": informed.high,
        "true_positive_rate": rates.true_positive_rate.estimate,
        "false_positive_rate": rates.false_positive_rate.estimate,
    }
    if isinstance(area, Estimate):
        evidence |= {"auc_within_prompts": area.estimate, "auc_low": area.low, "auc_high": area.high}
    evidence |= left_out(question.answers)
    score = question.answers.score
    known = np.isfinite(score) & np.isfinite(right)
    worst = np.where(known, np.where(right == 1, -score, score), -np.inf)
    order = np.argsort(-worst, axis=None, kind="stable")[: min(EXAMPLES, int(known.sum()))]
    places = [divmod(int(place), score.shape[1]) for place in order]
    examples = [question.answers.example(i, j) | {"label": float(right[i, j])} for i, j in places]
    return evidence | {"examples": examples}

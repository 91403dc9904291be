"""Which generations are most worth a person's label, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rewardlab.pages.behind import Behind, parted, read_as, votes_against
from rewardlab.probes.run.question import Question
from rewardlab.reports.finding import FindingPart

#: Findings about answers that are paid although they are wrong, or paid for something else than being right.
SHORTCUTS = {"RL402", "RL404", "RL407", "RL408", "RL410"}
#: A score is near the threshold within this share of the scale.
NEAR = 0.1
#: What each reason adds; the first that holds is shown first.
DISAGREE, SHORTCUT, PARTED, OPEN, CLOSE = 3.0, 2.0, 1.5, 1.5, 1.0


def worth_labelling(question: Question, behinds: Sequence[Behind], findings: Sequence[FindingPart]) -> tuple[Any, Any]:
    """For each generation a number, larger where a label tells more, and the reasons in words; 0 and "" for the rest.

    Judges, labels or texts that contradict the reward count most; then what a suspected shortcut pays; then what the
    judges do not agree on, and scores between thresholds that stay open; then scores near the threshold. A generation
    without a score is not worth a label.
    """
    answers, measured = question.answers, question.measured
    scored, right = np.isfinite(answers.score), question.right
    known = np.where(scored, answers.score, -np.inf)
    contradicted = (right & read_as(question, "wrong")) | (scored & ~right & read_as(question, "right"))
    suspect = np.zeros(scored.shape, bool)
    for finding, one in zip(findings, behinds, strict=True):
        if finding.code in SHORTCUTS:
            suspect |= one.mask & right
    low, high = measured.success.reward_range
    levels = [measured.success.at, *(one.at for one in measured.open)]
    between = (known >= min(levels)) & (known < max(levels)) if len(levels) > 1 else np.zeros(scored.shape, bool)
    close = (np.abs(known - measured.success.at) <= NEAR * max(high - low, 0.0)) & (known != high) & (known != low)
    reasons = (
        (DISAGREE * np.maximum(votes_against(question), 0.0), "judges or labels contradict the reward"),
        (DISAGREE * contradicted, "its text contradicts the reward"),
        (SHORTCUT * suspect, "paid by a suspected shortcut"),
        (PARTED * parted(question), "the judges disagree"),
        (OPEN * between, "between open thresholds"),
        (CLOSE * close, "near the threshold"),
    )
    total, words = np.zeros(scored.shape), np.full(scored.shape, "", dtype=object)
    for weight, why in reasons:
        value = np.where(scored, weight, 0.0)
        total += value
        words = np.where(value > 0, np.where(words == "", why, words + "; " + why), words)
    return total, words

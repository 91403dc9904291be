"""Why a group's scores are all equal: for each prompt, as the report counts them."""

from __future__ import annotations

import numpy as np

from rewardlab.probes.run.question import Question
from rewardlab.stats.spread import SAME_SCORE


def flat_reasons(question: Question) -> list[str]:
    """The first reason that holds for each prompt (measurement/scores.py), "" for a group whose scores differ."""
    answers, right = question.answers, question.right
    scored, sampled = np.isfinite(answers.score), answers.row >= 0
    top = np.where(scored, answers.score, -np.inf).max(axis=1, initial=-np.inf)
    bottom = np.where(scored, answers.score, np.inf).min(axis=1, initial=np.inf)
    constant = question.measured.levels == 1
    return [
        _reason(
            sampled=bool(sampled[row].any()),
            differs=bool(top[row] - bottom[row] > SAME_SCORE),
            scored=bool(scored[row].any()),
            cut=bool((answers.cut[row] | ~sampled[row]).all()),
            right=bool((right[row] | ~scored[row]).all()),
            constant=constant,
        )
        for row in range(len(top))
    ]


def _reason(*, sampled: bool, differs: bool, scored: bool, cut: bool, right: bool, constant: bool) -> str:
    if not sampled or (scored and differs):
        return ""
    if not scored:
        return "all_unscored"
    if cut:
        return "all_truncated"
    if constant:
        return "constant_reward"
    return "all_right" if right else "all_wrong"

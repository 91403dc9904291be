"""Why a group's scores are all equal: for each prompt, as the report counts them."""

from __future__ import annotations

from typing import Any

import numpy as np

from rewardlab.probes.run.question import Question
from rewardlab.stats.spread import SAME_SCORE


def flat_reasons(question: Question) -> Any:
    """The first reason that holds for each prompt (measurement/scores.py), "" for a group whose scores differ."""
    answers, right = question.answers, question.right
    scored, sampled = np.isfinite(answers.score), answers.row >= 0
    top = np.where(scored, answers.score, -np.inf).max(axis=1, initial=-np.inf)
    bottom = np.where(scored, answers.score, np.inf).min(axis=1, initial=np.inf)
    is_scored = scored.any(axis=1)
    with np.errstate(invalid="ignore"):  # less infinity, where nothing is scored
        differs = is_scored & (top - bottom > SAME_SCORE)
    first = (
        (~sampled.any(axis=1) | differs, ""),
        (~is_scored, "all_unscored"),
        ((answers.cut | ~sampled).all(axis=1), "all_truncated"),
        (np.full(len(top), question.measured.levels == 1), "constant_reward"),
        ((right | ~scored).all(axis=1), "all_right"),
    )
    return np.select([holds for holds, _ in first], [reason for _, reason in first], "all_wrong")

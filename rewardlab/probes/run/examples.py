"""Adds two or three example generations to findings that are about the scores as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from rewardlab.findings import Finding
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Bools
from rewardlab.stats.spread import SAME_SCORE

EXAMPLES = 3
#: Findings about levels, groups and components: what to look at is said below.
ILLUSTRATED = {"RL301", "RL302", "RL303", "RL304", "RL305", "RL307", "RL409"}


def illustrate(finding: Finding, question: Question) -> Finding:
    """The finding with example generations, each of another prompt, if it has none of its own."""
    if finding.code not in ILLUSTRATED or "examples" in finding.evidence:
        return finding
    found = [question.answers.example(prompt, index) for prompt, index in _places(_concerned(finding, question))]
    return replace(finding, evidence={**finding.evidence, "examples": found}) if found else finding


def _concerned(finding: Finding, question: Question) -> Bools:
    """The generations that the finding is about."""
    answers, success = question.answers, question.measured.success
    scored = np.isfinite(answers.score)
    known = np.where(scored, answers.score, success.reward_range[0])
    match finding.code:
        case "RL302":
            return np.asarray(scored & (known >= success.reward_range[1] - SAME_SCORE))
        case "RL303":
            return np.asarray(scored & (known <= SAME_SCORE))
        case "RL304" | "RL305":
            flat = np.ptp(known, axis=1) <= SAME_SCORE
            return np.asarray(scored & flat[:, None])
        case "RL409":
            return np.asarray(answers.cut)
        case _:
            return scored


def _places(concerned: Bools) -> Iterator[tuple[int, int]]:
    for prompt in np.flatnonzero(concerned.any(axis=1))[:EXAMPLES]:
        yield int(prompt), int(np.argmax(concerned[prompt]))

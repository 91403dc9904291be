"""Corrects findings from made-up answers by what was sampled: an unforeseen format is no fault of the reward."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from rewardlab.findings import Finding
from rewardlab.probes.run.levels import never_positive
from rewardlab.probes.run.question import Question
from rewardlab.probes.run.shown import LEAST_PROMPTS, weigh_forms, weigh_parts
from rewardlab.stats.spread import SAME_SCORE

#: The fewest prompts whose sampled answers contradict made-up ones, and the least share of these that must succeed.
LEAST_ROWS, MOSTLY = 10, 0.9
READ = (
    "Sampled answers to these prompts succeed, so the reward reads a format that none of the made-up answers had: what "
    "needs a right answer was asked of sampled ones, as far as they allow it. Check with a prompt that names its "
    "format, or read some by hand."
)
BROKEN = (
    "No reference wins and no sampled answer succeeds: before blaming the model, score one reference by hand through "
    "your reward and find where it is lost (which field it is read from, how it is extracted, how it is compared)."
)


def reconcile(findings: Iterable[Finding], question: Question) -> Iterator[Finding]:
    """Yield the findings of an examination, corrected by the samples.

    "No right answer was read" becomes a note if sampled ones were read, and a blocker if not one sampled answer
    succeeds either: the reward comes before the model. A form that no sample has is no blocker. That the reference
    stays under the top is left out if samples reach it.
    """
    success = question.right
    for held in findings:
        if _reaches_the_top(held, question):
            continue
        finding = weigh_parts(weigh_forms(_weigh_asked(held, question), question), question)
        unasked = finding.code == "RL401" and "unasked" in finding.evidence
        unread = (finding.code == "RL301" and "answers" in finding.evidence) or (
            finding.code == "RL401" and "formats_tried" in finding.evidence
        )
        partly = finding.code == "RL401" and "rows_that_cannot_score" in finding.evidence
        if partly and _is_contradicted(finding, question, np.asarray(success.any(axis=1))):
            yield replace(finding, severity="note", remedy=READ)
        elif not unread and not unasked:
            yield finding
        elif not success.any():
            yield replace(finding, severity="blocker", remedy=finding.remedy if unasked else BROKEN)
        elif _is_contradicted(finding, question, np.asarray(success.any(axis=1))):
            yield replace(finding, severity="note", remedy=finding.remedy if unasked else READ)
        else:
            yield finding


def _is_contradicted(finding: Finding, question: Question, solved: np.ndarray) -> bool:
    """Whether sampled answers succeed on at least half of the rows that no made-up one won."""
    if finding.code == "RL301":
        return question.measured.levels > 1
    place = {identifier: row for row, identifier in enumerate(question.answers.prompt_ids)}
    rows = [place[row] for row in finding.evidence["rows"] if row in place]
    return bool(rows) and bool(solved[rows].mean() >= 0.5)


def _reaches_the_top(finding: Finding, question: Question) -> bool:
    """Whether the finding says that a right answer stays under the top, and sampled answers reach that top.

    Or no answer can: the reward pays in penalties alone, and the top is that of a scale which nobody declared.
    """
    top = finding.evidence.get("top")
    if finding.code != "RL401" or not isinstance(top, int | float):
        return False
    if never_positive(question) and not question.measured.success.declared:
        return True
    score = question.answers.score
    reached = np.isfinite(score) & (np.where(np.isfinite(score), score, -np.inf) >= top - SAME_SCORE)
    return int(reached.any(axis=1).sum()) >= LEAST_PROMPTS


def _weigh_asked(finding: Finding, question: Question) -> Finding:
    """Turn the blocker that the requested format loses into a warning if sampled right answers win all the same."""
    if finding.code != "RL401" or "asked" not in finding.evidence or finding.severity != "blocker":
        return finding
    success = question.right
    right = [one for one in question.reads if one.side == "right"]
    wins = [one for one in right if success[one.row, one.column]]
    if len({one.row for one in wins}) < LEAST_ROWS or len(wins) < MOSTLY * len(right):
        return finding
    told = {"sampled_right_answers": len(right), "of_these_succeed": len(wins)}
    return replace(finding, severity="warning", evidence={**finding.evidence, **told})

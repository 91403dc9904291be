"""Which sampled generations stand behind each finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rewardlab.measurement.scores import code_of
from rewardlab.probes.run.question import Question
from rewardlab.reports.finding import FindingPart
from rewardlab.runs.tables import Bools, Floats, cells_of
from rewardlab.stats.spread import SAME_SCORE

#: Findings about generations without a score, by the reason that each of them has.
UNSCORED = {"RL201": "raised", "RL202": "timed_out", "RL203": "crashed"}
#: Findings about returns that break the contract, and about a judge's verdicts.
INVALID = ("RL101", "RL102", "RL103", "RL104", "RL105", "RL106")
OF_JUDGES = ("RL503", "RL505", "RL506", "RL508", "RL510")
#: The alterations of a response that a finding about a judge is about, by how their names begin.
VARIANTS = {"RL505": ("padded", "styled"), "RL506": ("injected",), "RL510": ("other_reference",)}
#: What a set of generations has in common, by the finding's code.
WORDS = {
    "RL201": "the reward raised on them",
    "RL202": "the reward ran out of time on them",
    "RL203": "the reward's process died on them",
    "RL206": "scored again, they earned another score",
    "RL301": "scored, and all alike",
    "RL302": "they earn the top score",
    "RL303": "they earn nothing",
    "RL304": "their group's scores are all equal",
    "RL305": "their group's scores are all equal",
    "RL306": "scored again, they earned another score",
    "RL405": "the reward and the labels, or most judges, disagree on them",
    "RL407": "their texts read as wrong, and the reward counts them as successes",
    "RL409": "cut off at the token limit",
    "RL411": "their texts, or labels, say that they are right, and they fail",
    "RL703": "they are empty, and fail",
    "RL502": "the judges disagree on them",
    "RL503": "asked again, the judge gave another verdict",
    "RL505": "the judge's verdict changed when the response was altered",
    "RL506": "the judge's verdict changed when the response was altered",
    "RL510": "with another reference the judge still called them right",
    "RL508": "a judge's verdict on them cannot be read",
    "RL601": "they fail",
    "RL602": "they succeed",
}


@dataclass(frozen=True, slots=True)
class Behind:
    """The generations behind a finding: a mask (prompts, generations), what they have in common, and prompts it names.

    `prompts` holds rows of prompts that the evidence names without a generation: made-up answers were asked there.
    """

    mask: Bools
    words: str
    prompts: tuple[int, ...]


def behind(finding: FindingPart, question: Question, scores: pa.Table) -> Behind:
    """The generations that the finding is about: all that share what it says, else those that its evidence names."""
    places = {identifier: row for row, identifier in enumerate(question.answers.prompt_ids)}
    named, prompts = _nothing(question), dict[int, None]()
    for case in _cases(finding.evidence):
        row, index = places.get(str(case["prompt_id"])), case.get("index")
        if row is None:
            continue
        if isinstance(index, int) and 0 <= index < len(named[row]) and question.answers.row[row, index] >= 0:
            named[row, index] = True
        else:
            prompts[row] = None
    mask = _rule(finding, question, scores)
    sampled = question.answers.row >= 0
    if mask is None or not (mask & sampled).any():
        return Behind(named, "named in the evidence" if named.any() else "", tuple(prompts))
    words = WORDS.get(finding.code, "their returns break the contract in this way")
    return Behind((mask | named) & sampled, words, tuple(prompts))


def _cases(evidence: Any) -> Iterator[Mapping[str, Any]]:
    """Every case in the evidence, however deep, that names a prompt."""
    if isinstance(evidence, Mapping):
        if "prompt_id" in evidence:
            yield evidence
        for value in evidence.values():
            yield from _cases(value)
    elif isinstance(evidence, list | tuple):
        for value in evidence:
            yield from _cases(value)


def _rule(finding: FindingPart, question: Question, scores: pa.Table) -> Bools | None:
    """The generations that share what the finding says; None where its evidence alone tells."""
    if finding.code in UNSCORED:
        return _with_reason(question, scores, UNSCORED[finding.code], None)
    if finding.code in INVALID:
        return _with_reason(question, scores, "invalid", finding.code)
    if finding.code in OF_JUDGES:
        return _of_judge(finding, question)
    rule = RULES.get(finding.code)
    return None if rule is None else np.asarray(rule(question))


def _known(question: Question) -> Floats:
    """The scores, minus infinity where there is none."""
    return np.where(np.isfinite(question.answers.score), question.answers.score, -np.inf)


def _scored(question: Question) -> Bools:
    return np.isfinite(question.answers.score)


def _rescored(question: Question) -> Any:
    return spread_of(question.answers.scorings) > SAME_SCORE


def _at_the_top(question: Question) -> Any:
    return _known(question) >= question.measured.success.reward_range[1] - SAME_SCORE


def _of_flat_groups(question: Question) -> Any:
    return _scored(question) & (spread_of(question.answers.score) <= SAME_SCORE)[:, None]


def _losing(question: Question) -> Any:
    right, labels = read_as(question, "right"), question.answers.labels
    if labels is not None:
        right = np.where(np.isfinite(labels), labels > 0.5, right)
    return _scored(question) & ~question.right & right


def _nothing(question: Question) -> Bools:
    return np.zeros(question.answers.score.shape, bool)


def read_as(question: Question, side: str) -> Bools:
    """The generations whose texts read as right, or as wrong."""
    mask = _nothing(question)
    for one in question.reads:
        mask[one.row, one.column] = one.side == side
    return mask


def votes_against(question: Question) -> Any:
    """For each generation, how far labels or most judges say otherwise than the reward: 0 for not at all, up to 1."""
    answers = question.answers
    tables = [ratings.right for ratings in question.panel]
    said = answers.labels if answers.labels is not None and np.isfinite(answers.labels).any() else None
    if said is None and tables:
        said = _mean(np.stack(tables))
    if said is None:
        return np.zeros(answers.score.shape)
    against = np.where(question.right, 1 - said, said)
    return np.where(np.isfinite(said) & np.isfinite(answers.score) & (against > 0.5), against, 0.0)


def parted(question: Question) -> Bools:
    """The generations on which two judges give different verdicts, by their thresholds where they have one."""
    tables = [
        np.where(np.isfinite(one.right), one.right, one.values)
        for one in question.panel
        if one.judge.kind != "pairwise"
    ]
    return spread_of(np.stack(tables, axis=2)) > 0 if len(tables) > 1 else _nothing(question)


def _of_judge(finding: FindingPart, question: Question) -> Bools:
    """The generations on which the judges that the evidence names do what the finding says."""
    named = {finding.evidence.get("judge"), *(finding.evidence.get("judges") or ())}
    mask = _nothing(question)
    for ratings in question.panel:
        if named - {None} and ratings.judge.name not in named:
            continue
        if finding.code == "RL503":
            mask |= spread_of(ratings.repeats) > 0
        elif finding.code == "RL508":
            mask |= ratings.asked & np.isnan(ratings.values) if ratings.judge.kind != "pairwise" else False
        for name, shown in ratings.variants.items():
            if name.startswith(VARIANTS.get(finding.code, ())):
                with np.errstate(invalid="ignore"):
                    moved = np.abs(shown - ratings.values) > SAME_SCORE
                mask |= moved if finding.code != "RL510" else ~moved & np.isfinite(shown) & (ratings.right == 1)
    return mask


def _with_reason(question: Question, scores: pa.Table, reason: str, code: str | None) -> Bools:
    mask = _nothing(question)
    rows = scores.filter(pc.fill_null(pc.equal(scores["reason"], reason), False))  # noqa: FBT003
    if code is not None:
        rows = rows.filter(
            pa.array([code_of(detail or "") == code for detail in rows["detail"].to_pylist()], pa.bool_())
        )
    ids = pa.array(question.answers.prompt_ids, pa.string())
    _, row, column = cells_of(ids, rows, len(mask.T))
    mask[row, column] = True
    return mask


def spread_of(table: Any) -> Any:
    """The range of the known values along the last axis; 0 where there is none."""
    known = np.isfinite(table)
    top = np.where(known, table, -np.inf).max(axis=-1)
    bottom = np.where(known, table, np.inf).min(axis=-1)
    return np.where(known.any(axis=-1), top - bottom, 0.0)


def _mean(tables: Any) -> Any:
    """The mean of the known values along the first axis; NaN where there is none."""
    known = np.isfinite(tables)
    count = known.sum(axis=0)
    total = np.where(known, tables, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


#: What the generations behind a finding have in common, by its code.
RULES: Mapping[str, Callable[[Question], Any]] = {
    "RL206": _rescored,
    "RL301": _scored,
    "RL302": _at_the_top,
    "RL303": lambda question: _scored(question) & (_known(question) <= SAME_SCORE),
    "RL304": _of_flat_groups,
    "RL305": _of_flat_groups,
    "RL306": _rescored,
    "RL405": lambda question: votes_against(question) > 0,
    "RL407": lambda question: question.right & read_as(question, "wrong"),
    "RL409": lambda question: question.answers.cut,
    "RL411": _losing,
    "RL703": lambda question: _scored(question) & ~question.right & (question.answers.length == 0),
    "RL502": parted,
    "RL601": lambda question: _scored(question) & ~question.right,
    "RL602": lambda question: question.right,
}

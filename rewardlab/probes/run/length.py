"""Is length rewarded within prompts for its own sake?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import numpy as np
import pyarrow.compute as pc

from rewardlab.findings import Finding, Severity
from rewardlab.probes.run.nearness import nearness
from rewardlab.probes.run.question import Question
from rewardlab.probes.run.suspicion import Suspicion
from rewardlab.runs.tables import Floats
from rewardlab.stats.interval import Undefined
from rewardlab.stats.spread import SAME_SCORE, levels_of
from rewardlab.stats.within import WithinCorrelation, within_correlation

#: A correlation within prompts under this explains less than a tenth of the spread: a note.
PRACTICAL = 0.3
#: What one standard deviation of length adds to the score, as a share of the range: under the first a note, under the
#: second no blocker.
SMALL, DECISIVE = 0.02, 0.05
#: Names under which rewards report whether the answer is right.
CORRECTNESS = re.compile(r"correct|accura|exact|match|answer", re.IGNORECASE)
#: Names under which rewards report the form of an answer, in at most so many levels.
FORM, MOST_LEVELS = re.compile(r"form|fmt|tag|xml|structure|think|boxed", re.IGNORECASE), 5
#: Scores of so few levels say something of the answer, and nothing of its length.
FEW_LEVELS = 3
#: A reference of fewer words is no text to overlap with. Runs of more generations are not compared with it.
WORDS, LEAST_WORDS, MOST_COMPARED = re.compile(r"\w+"), 3, 50_000
#: Graded labels are compared within tenths of their range: close enough to be one quality.
STEPS = 10


def ask(question: Question) -> Iterator[Suspicion]:
    """RL404: score against length within prompts, among equally right answers as far as that is known.

    A blocker only where labels say what is right: else a long answer may score higher because it is better. The form of
    the answer is held constant too: an answer with the form is longer, and earns more for the form. Without labels, so
    are the words shared with the reference, which a reward of overlap pays for, and how near a number or a list comes
    to the right one, which a graded reward pays for. If equally right answers then have only two or three scores, these
    reflect something else than length.
    """
    answers = question.answers
    right, source = _correctness(question)
    scored = np.isfinite(answers.score)
    if right is None:
        right, source = np.where(scored, question.right, np.nan), "success"
    blocks = source == "labels"
    apart = np.zeros(answers.score.shape) if blocks else nearness(question)
    for name, held in (
        ("form", _form(question)),
        ("the reference's words", _overlap(question, blocks=blocks)),
        ("nearness", apart),
    ):
        if len(np.unique(held)) > 1:
            right, source = right * (held.max() + 1) + held, f"{source} and {name}"
    if not blocks and _most_levels(answers.score, right) <= FEW_LEVELS:
        return
    found = within_correlation(answers.score, np.log1p(answers.length), categories=right)
    if isinstance(found, Undefined):
        return
    worth = abs(found.estimate.estimate) * _spread(answers.score, right) / _span(question)
    severity: Severity = "blocker" if blocks and _surely(found) and worth >= DECISIVE else "warning"
    evidence = {
        "correlation": found.estimate.estimate,
        "low": found.estimate.low,
        "high": found.estimate.high,
        "p_value": found.p_value,
        "held_constant": source,
        "worth": worth,
        "examples": _examples(question, right, upwards=found.estimate.estimate > 0),
    }
    yield Suspicion(
        Finding("RL404", severity, evidence),
        found.p_value,
        matters=abs(found.estimate.estimate) >= PRACTICAL and worth >= SMALL,
    )


def _most_levels(score: Floats, right: Floats) -> int:
    """The largest number of different scores among equally right answers of the whole run."""
    known = np.isfinite(score) & np.isfinite(right)
    return max((len(levels_of(score[known & (right == kind)])[0]) for kind in np.unique(right[known])), default=0)


def _overlap(question: Question, *, blocks: bool) -> Floats:
    """For each generation the F1 of its distinct words and the reference's, in tenths; 0 where that is not known.

    The share of the reference's words alone would not do: of two texts that hold all of them a reward of overlap pays
    the shorter one more, which hides what length earns.

    Not asked where labels tell what is right, nor of a run of more than MOST_COMPARED generations.
    """
    answers = question.answers
    held = np.zeros(answers.score.shape)
    if blocks or answers.score.size > MOST_COMPARED:
        return held
    for row, prompt in enumerate(question.prompts):
        reference = prompt.reference
        said = reference if isinstance(reference, str) else json.dumps(reference, ensure_ascii=False)
        wanted = set(WORDS.findall(said.casefold()))
        if len(wanted) < LEAST_WORDS:
            continue
        for column in np.flatnonzero(answers.row[row] >= 0):
            text = str(answers.texts[int(answers.row[row, column])].as_py() or "")
            given = set(WORDS.findall(text.casefold()))
            held[row, column] = round(STEPS * 2 * len(wanted & given) / (len(wanted) + len(given)))
    return held


def _spread(score: Floats, right: Floats) -> float:
    """The standard deviation of the scores among equally right answers of one prompt."""
    squares, degrees = 0.0, 0
    for row, kinds in zip(score, right, strict=True):
        for kind in np.unique(kinds[np.isfinite(kinds) & np.isfinite(row)]):
            cell = row[(kinds == kind) & np.isfinite(row)]
            squares, degrees = squares + float(np.square(cell - cell.mean()).sum()), degrees + len(cell) - 1
    return float(np.sqrt(squares / degrees)) if degrees else 0.0


def _span(question: Question) -> float:
    low, high = question.measured.success.reward_range
    return high - low


def _surely(found: WithinCorrelation) -> bool:
    """Whether longer surely scores higher, by as much as matters."""
    return found.estimate.low >= PRACTICAL


def _correctness(question: Question) -> tuple[Floats | None, str]:
    """What is right, from labels or from a component that says so; None where nothing does."""
    answers = question.answers
    if answers.labels is not None and np.isfinite(answers.labels).any():
        labels = answers.labels
        low, high = float(np.nanmin(labels)), float(np.nanmax(labels))
        return np.round((labels - low) / max(high - low, SAME_SCORE) * STEPS), "labels"
    for name, values in answers.components.items():
        finite = values[np.isfinite(values)]
        if CORRECTNESS.search(name) and len(finite) and set(np.unique(finite)) <= {0.0, 1.0}:
            return values, f"component {name}"
    return None, ""


def _form(question: Question) -> Floats:
    """A number that identifies each generation's form: the answer's format, and the components named for form."""
    answers = question.answers
    form = np.zeros(answers.score.shape)
    if question.evidence.form is not None:
        has = np.logical_and.reduce(
            [pc.match_substring(answers.texts, part.strip()).to_numpy() for part in question.evidence.form]
        )
        sampled = answers.row >= 0
        form[sampled] = has[answers.row[sampled]]
    for name, values in answers.components.items():
        levels, level = np.unique(np.nan_to_num(values), return_inverse=True)
        if FORM.search(name) and 1 < len(levels) <= MOST_LEVELS:
            form = form * len(levels) + level.reshape(form.shape)
    return np.asarray(np.unique(form, return_inverse=True)[1].reshape(form.shape), float)


def _examples(question: Question, right: Floats, *, upwards: bool) -> list[dict[str, object]]:
    """Two equally right generations of one prompt that differ in length and in score."""
    answers = question.answers
    best, found = 0.0, None
    for prompt in range(len(answers.score)):
        for value in np.unique(right[prompt][np.isfinite(right[prompt])]):
            same = np.flatnonzero((right[prompt] == value) & np.isfinite(answers.score[prompt]))
            if len(same) < 2:
                continue
            scores = answers.score[prompt, same]
            low, high = same[int(np.argmin(scores))], same[int(np.argmax(scores))]
            longer = answers.length[prompt, high] - answers.length[prompt, low]
            gap = float(np.ptp(scores))
            if gap > best and (longer > 0) == upwards:
                best, found = gap, (prompt, int(low), int(high))
    if found is None:
        return []
    prompt, low, high = found
    return [answers.example(prompt, one) | {"characters": int(answers.length[prompt, one])} for one in (low, high)]

"""The baseline that the verdict rests on, what else it may be, and whether it is known well enough for a GO."""

from __future__ import annotations

import functools
import re
import unicodedata

import numpy as np

from rewardlab.answers.reference.accepted import answers_of, is_answer, kind_of, labels_of, mentions, plain, rights_of
from rewardlab.measurement.scores import Bounded
from rewardlab.measurement.success import LEAST_TOLD
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Bools
from rewardlab.stats.band import LEAST_PROMPTS
from rewardlab.stats.interval import Estimate, Floats, Quantity, mean_over_prompts
from rewardlab.stats.overlap import FEW
from rewardlab.stats.spread import SAME_SCORE

#: How far beyond the baseline's interval another threshold's baseline must lie to be another number.
SLACK = 0.02
#: Right answers are seen to begin at the threshold if samples of so many prompts read as right and so many succeed.
LEAST_ROWS, MOSTLY = 10, 0.9
#: The least share of scored generations with readable texts, for these to speak for the whole.
READABLE, MOST_READABLE = 0.5, 0.9
#: A right answer that earns no more than the lowest of the wrong ones was not read as one: RL411 tells of it.
LOWEST = 0.1
#: The fewest words of a sentence. If this share of the winners holds the reference word by word, the reward compares
#: words.
LEAST_WORDS, LITERAL = 5, 0.5
#: The fewest characters per word of a sentence in a script that puts no spaces between words.
LEAST_SIGNS = 10
#: The least share of a sentence's words that have letters only; and signs of code or formulas, which it has none of.
WORDY, OUTER = 0.75, ".,;:!?'\"()-"
CODE = re.compile(r"[{}<>=\[\]\\_$`|]|\w\(|\b[A-Z]{4,}\b.*\b[A-Z]{4,}\b", re.DOTALL)
#: The fewest levels of a graded score. The shares of answers at whose scores success may begin.
LEAST_LEVELS, QUARTERS = 4, (0.25, 0.5, 0.75)
#: The most answers that are searched for the reference.
MOST_READ = 2_000


def banded(question: Question) -> Bounded:
    """The quantity that the verdict uses."""
    measured = question.measured
    return measured.accuracy if question.targets.band_on == "accuracy" else measured.solved


def open_baselines(question: Question) -> list[Quantity]:
    """The baseline at each other threshold that the evidence leaves open."""
    by_accuracy = question.targets.band_on == "accuracy"
    return [one.accuracy if by_accuracy else one.solved for one in question.measured.open]


def labelled_baseline(question: Question) -> list[Quantity]:
    """The share of right answers by labels, if the band is on accuracy and enough prompts are labelled; else empty."""
    labelled = question.measured.labelled
    if question.targets.band_on != "accuracy" or not isinstance(labelled, Estimate) or labelled.units < LEAST_PROMPTS:
        return []
    return [labelled]


def is_known(question: Question) -> bool:
    """Whether the baseline is that of right answers: no threshold that stays open makes it another number, the answers
    that succeed are those that read as right, and prose is not taken for right on the reward's word alone.
    """
    return not _moves(question) and outweighed(question) is None and not judged_alone(question)


def judged_alone(question: Question) -> bool:
    """Whether nothing but the reward says which answers are right.

    That is so if the references are prose, most winners do not repeat them, and it is not known what a wrong answer to
    the prompt's own question earns. A lax judge of summaries passes most wrong ones, and only labels could tell.
    """
    success, score = question.measured.success, question.answers.score
    if success.source in {"declared", "labels", "range", "texts"} or not are_prose(question):
        return False
    if len({one.prompt_id for one in question.evidence.wrong if one.source in {"misread", "near"}}) >= LEAST_TOLD:
        return False
    winners = np.argwhere(success.of(score) & (question.answers.row >= 0))
    winners = winners[:: max(1, len(winners) // MOST_READ)]
    held = [
        any(plain(right) in plain(_text_at(question, row, column)) for right in rights_of(question.prompts[row]))
        for row, column in winners
    ]
    return bool(held) and float(np.mean(held)) < LITERAL


def is_verbatim(question: Question) -> bool:
    """Whether the score is graded and hardly any answer succeeds, because success takes the words of a prose reference.

    No sampled answer then shows what a right one in other words earns, and a made-up wrong one that keeps most of the
    words may earn more.
    """
    measured = question.measured
    if measured.success.source in {"declared", "labels", "range", "texts"} or measured.labelled is not None:
        return False
    scores = question.answers.score
    hits = measured.success.of(scores)[np.isfinite(scores)]
    graded = measured.levels >= LEAST_LEVELS and any(one.source == "reference" for one in question.evidence.right)
    return graded and len(hits) > 0 and float(hits.mean()) <= FEW and are_prose(question)


def are_prose(question: Question) -> bool:
    """Whether most references are sentences: words of a language, and no code, formula or record."""
    firsts = [found[0] for prompt in question.prompts if (found := answers_of(prompt))]
    return 2 * sum(_is_prose(first) for first in firsts) > len(firsts)


def at_quantiles(question: Question) -> list[tuple[float, Quantity]]:
    """The baseline at three thresholds: the scores that a quarter, a half and three quarters of the answers reach."""
    scores = question.answers.score
    known = np.isfinite(scores)
    places = np.unique(np.quantile(scores[known], QUARTERS, method="lower"))
    by_accuracy = question.targets.band_on == "accuracy"
    found = []
    for at in places:
        hits = (scores >= at - SAME_SCORE) & known
        rows = np.nonzero(known)[0]
        marked = hits[known] if by_accuracy else hits.any(axis=1)[rows]
        found.append((float(at), _over_prompts(rows, marked)))
    return found


def _text_at(question: Question, row: int, column: int) -> str:
    return str(question.answers.texts[int(question.answers.row[row, column])].as_py())


def outweighed(question: Question) -> Estimate | None:
    """The share of answers that are right by their texts, if it differs from the share that succeeds.

    Right are those that read so and earn more than wrong ones can. None if the two shares agree, if the user or labels
    say what success is, or if too few texts can be read. If they differ, something else than being right (length, form,
    style) decides which of the right answers succeed.
    """
    success, score = question.measured.success, question.answers.score
    if success.source in {"declared", "labels", "texts"}:
        return None
    heard = heard_right(question)
    if heard is None:
        return _outweighed_in_words(question)
    if len(question.reads) < READABLE * np.isfinite(score).sum():
        return None
    rows = np.array([one.row for one in question.reads], np.intp)
    passes = success.of(score[rows, [one.column for one in question.reads]])
    by_text, by_score = _over_prompts(rows, heard), _over_prompts(rows, passes)
    if not isinstance(by_text, Estimate) or not isinstance(by_score, Estimate):
        return None
    return None if by_score.low <= by_text.estimate <= by_score.high else by_text


def right_by_texts_read(question: Question) -> tuple[Estimate, float] | None:
    """The share of right answers among the readable ones, whatever they earned, and the share that is readable.

    None if so many are unreadable that the readable ones may not be typical, or if only one side can be read.
    """
    scored, sides = int(np.isfinite(question.answers.score).sum()), [one.side == "right" for one in question.reads]
    read = len(sides) / scored if scored else 0.0
    if read < MOST_READABLE or all(sides) or not any(sides):
        return None
    found = _over_prompts(np.array([one.row for one in question.reads], np.intp), np.array(sides, bool))
    return (found, read) if isinstance(found, Estimate) else None


def _outweighed_in_words(question: Question) -> Estimate | None:
    """`outweighed` for references in words: texts show right answers only, and every other answer counts by its score.

    A right answer that earns more than the lowest of the others was recognised by the reward.
    """
    score, reads = question.answers.score, question.reads
    if len(reads) < LEAST_ROWS or any(one.side == "wrong" for one in reads):
        return None
    read = [one.row for one in reads], [one.column for one in reads]
    others = np.isfinite(score)
    others[read] = False
    if others.sum() < LEAST_ROWS:
        return None
    passes = question.measured.success.of(score)
    right = passes.copy()
    right[read] |= score[read] > np.quantile(score[others], LOWEST) + SAME_SCORE
    scored = np.nonzero(np.isfinite(score))
    by_text, by_score = _over_prompts(scored[0], right[scored]), _over_prompts(scored[0], passes[scored])
    if not isinstance(by_text, Estimate) or not isinstance(by_score, Estimate):
        return None
    return by_text if by_text.estimate > by_score.high else None


def heard_right(question: Question) -> Bools | None:
    """For each read, whether it is right and earns more than the lowest wrong ones; None where one side is rare."""
    score = question.answers.score
    earned = np.array([score[one.row, one.column] for one in question.reads], float)
    right = np.array([one.side == "right" for one in question.reads], bool)
    if right.sum() < LEAST_ROWS or (~right).sum() < LEAST_ROWS:
        return None
    least = np.quantile(earned[~right], LOWEST) + SAME_SCORE
    return np.asarray(right & (question.measured.success.of(earned) | (earned > least)))


def _over_prompts(rows: np.ndarray, marked: np.ndarray) -> Quantity:
    _, place, counts = np.unique(rows, return_inverse=True, return_counts=True)
    trials: Floats = counts.astype(float)
    return mean_over_prompts(np.bincount(place, weights=marked.astype(float)) / trials, trials)


def _moves(question: Question) -> bool:
    """Whether a threshold that stays open makes the baseline another number.

    A higher one always may. A lower one may not where sampled answers that read as right nearly all reach the threshold
    in use, and hardly any that earns less holds the reference in more words: what earns less is not known to be right.
    Where the reference is no answer (tests, a rubric), the highest score is what being right earns.
    """
    success, headline = question.measured.success, banded(question).scored
    if success.source in {"declared", "labels", "range", "texts"} or not isinstance(headline, Estimate):
        return False
    low, high = headline.low - SLACK, headline.high + SLACK
    moved = [
        one.at
        for one, other in zip(question.measured.open, open_baselines(question), strict=True)
        if isinstance(other, Estimate) and not low <= other.estimate <= high
    ]
    if any(at > success.at for at in moved):
        return True
    if not moved or (success.source == "winners" and _are_checks(question)):
        return False
    return not _begins(question) or _hold_the_reference(question, min(moved))


def _hold_the_reference(question: Question, lowest: float) -> bool:
    """Whether several answers between this score and the threshold in use hold the reference among other words."""
    score, prompts = question.answers.score, question.prompts
    between = np.argwhere((score >= lowest - SAME_SCORE) & ~question.measured.success.of(score))
    between = between[:: max(1, len(between) // MOST_READ)] if prompts else between[:0]
    held = [
        any(mentions(question.answers.texts[int(question.answers.row[row, column])].as_py(), text) for text in rights)
        for row, column in between
        if (rights := rights_of(prompts[row])) and question.answers.row[row, column] >= 0
    ]
    return bool(held) and float(np.mean(held)) > FEW


def _begins(question: Question) -> bool:
    """Whether sampled answers show where right ones begin: enough read as right, and these succeed.

    A long text may be right in other words than the reference's, which cannot be read. A right answer that earns no
    more than the lowest wrong ones was refused for its form, and does not count.
    """
    heard = heard_right(question)
    told = [True] * len(question.reads) if heard is None else heard
    right = [one for one, is_heard in zip(question.reads, told, strict=True) if one.side == "right" and is_heard]
    if len({one.row for one in right}) < LEAST_ROWS or _are_texts(question):
        return False
    score = question.answers.score
    wins = question.measured.success.of(np.array([score[one.row, one.column] for one in right], float))
    return float(wins.mean()) >= MOSTLY


@functools.lru_cache(maxsize=32_768)
def _is_prose(text: str) -> bool:
    words = text.split()
    signs = [sum(unicodedata.category(sign) == "Lo" for sign in word) for word in words]
    if sum(signs) >= LEAST_SIGNS * max(1, sum(count > 0 for count in signs)):
        return CODE.search(text) is None
    of_letters = sum(word.strip(OUTER).replace("'", "").replace("-", "").isalpha() for word in words)
    return len(words) >= LEAST_WORDS and of_letters >= WORDY * len(words) and CODE.search(text) is None


def _are_texts(question: Question) -> bool:
    labels = labels_of(question.prompts)
    firsts = [found[0] for prompt in question.prompts if (found := answers_of(prompt))]
    return 2 * sum(kind_of(first, labels) == "text" for first in firsts) > len(firsts)


def _are_checks(question: Question) -> bool:
    return 2 * sum(is_answer(prompt) for prompt in question.prompts) <= len(question.prompts)

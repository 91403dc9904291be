"""Does a reward of 0 and 1 pay prose only word by word, so that a model which uses its own words was never tested?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np

from rewardlab.findings import Finding, shortened
from rewardlab.probes.run.baseline import are_prose
from rewardlab.probes.run.diagnosis.readings import Readings
from rewardlab.probes.run.diagnosis.texts import Texts
from rewardlab.probes.run.diagnosis.untested import LEAST, NEARLY_NONE, REFUSAL
from rewardlab.probes.run.diagnosis.weight import share_by_prompt
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Bools
from rewardlab.stats.interval import Estimate

#: A score of more levels is graded, and tells near answers from far ones.
MOST_LEVELS = 3
#: The fewest words of prose. Answers that share more than this of their words with the reference repeat it with a slip.
LEAST_WORDS, REPEATED = 4, 0.6
WORD = re.compile(r"\w+")
REMEDY = (
    "The reward pays the reference's own words and nothing else, and no sampled answer is made of them, so this is no "
    "reason to fine-tune: how often the model is right in words of its own is not known. Compare what the sentences "
    "say (a judge, or an overlap of words with labels), or ask for something short that can be compared exactly."
)


def ask(question: Question, texts: Texts, readings: Readings, explained: Bools) -> Iterator[Finding]:
    """RL415, a blocker, where prose wins word by word alone and (nearly) no sampled sentence repeats it.

    Asked where references won as they stand. Not said where answers share most of their words with the reference: then
    they are repeated with a slip. Nor of a graded score, which `baseline.is_verbatim` tells of.
    """
    evidence = question.evidence
    if question.measured.levels > MOST_LEVELS or not any(one.source == "reference" for one in evidence.right):
        return
    if not are_prose(question):
        return
    asked = texts.scored & readings.tried & ~explained
    won = share_by_prompt(texts, ~texts.failing, asked)
    if int(asked.sum()) < LEAST or not isinstance(won, Estimate) or won.estimate > NEARLY_NONE:
        return
    said = [
        text.rest if use and one is not None and _is_said(text.rest) else None
        for text, one, use in zip(readings.said, readings.sought, asked, strict=True)
    ]
    shared = [
        max(_in_common(text, right) for right in one.texts)
        for text, one in zip(said, readings.sought, strict=True)
        if text is not None and one is not None
    ]
    if 2 * len(shared) < int(asked.sum()) or float(np.median(shared)) >= REPEATED:
        return
    cells = texts.where([text is not None for text in said]) & texts.failing
    example = next(one.texts[0] for one, use in zip(readings.sought, cells, strict=True) if use and one is not None)
    middle = float(np.median(shared))
    summary = (
        f'the reward pays prose word by word, such as "{shortened(example)}", and the {len(shared):,} sampled '
        f"sentences share {100 * middle:.0f} % of their words with it (median), so what the model says was not tested"
    )
    told = {"summary": summary, "asked": int(asked.sum()), "sentences": len(shared)}
    told |= {"share_of_words": middle, "examples": texts.examples(question, cells)}
    yield Finding("RL415", "blocker", told, REMEDY)


def _is_said(text: str) -> bool:
    """Whether a text states something in several words and does not refuse."""
    return len(text.split()) >= LEAST_WORDS and REFUSAL.search(text) is None


def _in_common(text: str, right: str) -> float:
    """The F1 of the words of two texts, repeated words counted as often as they occur."""
    one, other = (Counter(WORD.findall(words.casefold())) for words in (text, right))
    return 2 * (one & other).total() / max(1, one.total() + other.total())

"""Does a wrong answer in the right format earn clearly less than a right one?"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from rewardlab.answers.reading.precision import Precision
from rewardlab.answers.reference.accepted import (
    allowance,
    answers_of,
    is_right,
    like,
    number,
    prompt_text,
    record,
    spoiled,
)
from rewardlab.answers.wrong.exchanged import NEIGHBOUR
from rewardlab.answers.wrong.lists import with_another_item, with_another_number
from rewardlab.answers.wrong.thousands import with_other_thousands
from rewardlab.findings import Finding, Severity
from rewardlab.outcome import Outcome, Unscored
from rewardlab.probes.reward.trials import slips
from rewardlab.probes.reward.trials.altered import FURTHER, INSIDE, LACKING, REORDERED, SWAPPED, TURNED, ask_altered
from rewardlab.probes.reward.trials.gold import Gold
from rewardlab.probes.reward.trials.scale import score_of
from rewardlab.probes.reward.trials.subject import Subject
from rewardlab.probes.reward.trials.survey import Survey, survey_of
from rewardlab.probes.reward.trials.trial import SHOWN, Trial, capped, evidence_of, run, severity_of, share, worst
from rewardlab.task import Prompt

#: Each way of being wrong that is tried, with its highest severity: overlooking a sign or a word is rarer than paying
#: any wrong answer.
MOST: Mapping[str, Severity] = {
    "another answer": "blocker",
    "another answer, for half of the score or more": "warning",
    "the right answer of another prompt": "blocker",
    "another label": "blocker",
    "a neighbouring answer": "blocker",
    "one part of the answer another": "blocker",
    INSIDE: "blocker",
    LACKING: "blocker",
    FURTHER: "blocker",
    REORDERED: "blocker",
    TURNED: "blocker",
    SWAPPED: "blocker",
    "more items than the right list": "blocker",
    "one number of the list another": "blocker",
    "the right digits inside a longer number": "blocker",
    "other thousands": "blocker",
    "the opposite sign": "warning",
    "the next number": "warning",
    "the right label denied": "note",
    "one field wrong": "warning",
    slips.UNIT: "warning",
    slips.DIGIT: "warning",
}
#: These are near enough to earn partial credit rightly: only the whole score is a fault.
WHOLE = {
    "a neighbouring answer",
    "one part of the answer another",
    INSIDE,
    LACKING,
    FURTHER,
    REORDERED,
    TURNED,
    SWAPPED,
    "more items than the right list",
    "one number of the list another",
    "other thousands",
    "the opposite sign",
    "the next number",
    "the right label denied",
    "one field wrong",
    slips.UNIT,
    slips.DIGIT,
}
REMEDIES: Mapping[str, str] = {
    "another answer": "lower the share of the score that the format earns, and compare the answer itself",
    "another answer, for half of the score or more": "lower the share of the score that the format earns",
    "the right answer of another prompt": "compare with this prompt's reference, and keep no scores by answer",
    "another label": "compare the whole label: one may contain another, or differ from it by a mark alone",
    "a neighbouring answer": "narrow the tolerance, which takes the answer of another prompt for this one's",
    "one part of the answer another": "compare every part of the answer: each word, each number, the unit",
    INSIDE: "compare every value of the answer, at whatever depth it lies",
    LACKING: "go through the keys of the reference, not those of the answer: one that is missing is wrong",
    FURTHER: "compare the keys too: the prompt allows no further ones",
    REORDERED: "compare the items in their order, for here it is a part of the answer",
    SWAPPED: "read the date in the form that the prompt names, and in no other",
    TURNED: "compare the words in their order: who does what to whom is a part of the answer",
    "more items than the right list": "compare the whole list, for a list of everything holds the right items too",
    "one number of the list another": "compare every number of the list, with a tolerance that no other number passes",
    "the right digits inside a longer number": "compare the whole number, not a part of the text",
    "other thousands": "read the whole number: what sets off thousands does not end it",
    "the opposite sign": "read the sign with the number",
    "the next number": "narrow the tolerance",
    "the right label denied": "compare the whole label, not whether the text contains it",
    "one field wrong": "compare every field, or say that this one does not count",
    slips.UNIT: "compare the unit with the number",
    slips.DIGIT: "compare the number to its last decimal",
}

#: One of several parts of the answer is replaced by what other rows have in its place.
PART = "one part of the answer another"
#: Parts that a reward may rightly overlook, such as a title or a key that may be left out; samples tell if it does so.
MAY_BE_FREE = {PART, INSIDE, LACKING, FURTHER, REORDERED, TURNED, SWAPPED}
#: Only English prompts get an English denial: a comparison of words in another language may read it as right.
ENGLISH = re.compile(r"\b(?:the|is|are|of|or|and|which|what)\b", re.IGNORECASE)
SIGN = "the opposite sign"
#: A text that holds the answer may earn a part rightly, as an overlap does; what lies between the most that wrong
#: answers are known to earn and what right ones do is no success yet.
LONGER = "the right digits inside a longer number"
#: Ways in which any answer of the kind wins.
BROAD = {"another answer", "the right answer of another prompt"}
#: The most remedies in one finding.
REMEDIES_TOLD = 3
#: Not as much as a right answer, and still most of the score: training finds the format long before the answer.
HALF = "another answer, for half of the score or more"
HALVED = {"another answer", LONGER}
#: The names of another prompt's right answer, by how it relates to this one's.
FOREIGN = {
    "label": "another label",
    "near": "a neighbouring answer",
    "other": "the right answer of another prompt",
}


def ask(subject: Subject) -> Iterator[Finding]:
    """RL407, one finding for all the ways in which a wrong answer earns what a right one does."""
    survey = survey_of(subject)
    by_name: dict[str, list[tuple[Trial, Outcome]]] = defaultdict(list)
    for trial, outcome in _tried(subject, survey):
        by_name[trial.name].append((trial, outcome))
        if trial.name in HALVED and not _passes(survey, trial, outcome):
            by_name[HALF].append((replace(trial, name=HALF), outcome))
    hits = {name: [_passes(survey, *pair) for pair in tried] for name, tried in by_name.items()}
    passing = [name for name in MOST if any(hits.get(name, ()))]
    if not passing:
        return
    ways = [_way(name, by_name[name], hits[name], _most(name, subject)) for name in passing]
    yield Finding("RL407", worst([way["severity"] for way in ways]), {"ways": ways}, remedy_of(ways))


def _tried(subject: Subject, survey: Survey) -> Iterator[tuple[Trial, Outcome]]:
    """Every wrong answer, as a trial named after the way in which it is wrong, and what it earned."""
    for gold in survey.golds:
        if gold.wrong is not None and gold.wrong_outcome is not None and survey.succeeds(gold, gold.outcome):
            yield Trial("another answer", gold.prompt, gold.form.write(gold.wrong), gold), gold.wrong_outcome
    for one in survey.foreign:
        if survey.succeeds(one.gold, one.gold.outcome):
            yield Trial(FOREIGN[one.relation], one.gold.prompt, one.text, one.gold), one.outcome
    precision = Precision(subject.every_prompt)
    yield from run(subject, [trial for gold in survey.sound for trial in _variants(gold, precision)])
    yield from ask_altered(subject, survey, partial(_passes, survey))
    yield from _parts(survey)


def remedy_of(ways: Sequence[Mapping[str, Any]]) -> str:
    """What to do about the gravest of the ways in which wrong answers win, at most three of them."""
    gravest = worst([way["severity"] for way in ways])
    names = [way["wrong"] for way in ways if way["severity"] == gravest]
    # Where any other answer wins, a near one does too: its remedy would add nothing.
    told = [name for name in names if name in BROAD] or names
    told = told[:REMEDIES_TOLD]
    return (
        f"A wrong answer in the right format earns as much as a right one: {'; '.join(REMEDIES[one] for one in told)}."
    )


def _way(name: str, tried: Sequence[tuple[Trial, Outcome]], hits: Sequence[bool], most: Severity) -> dict[str, Any]:
    """A way in which wrong answers win, as evidence."""
    found = share(_by_prompt(tried, hits))
    cases = [one.shown(got) for (one, got), hit in zip(tried, hits, strict=True) if hit]
    severity = capped(severity_of(found), most)
    return {"wrong": name, "severity": severity} | evidence_of(found) | {"cases": cases[:SHOWN]}


def _most(name: str, subject: Subject) -> Severity:
    """The highest severity of this way. Where no reference is negative (counts, sizes), a sign is only a note."""
    if name == SIGN and not any(_is_negative(prompt) for prompt in subject.every_prompt):
        return "note"
    return MOST[name]


def _is_negative(prompt: Prompt) -> bool:
    found = answers_of(prompt)
    return bool(found) and (number(found[0]) or 0) < 0


def _parts(survey: Survey) -> Iterator[tuple[Trial, Outcome]]:
    """For each right answer, the wrong one that keeps a part of it and earns the most.

    Of the answers that differ in the same place, the one that earns least counts: one of two units may be another name
    of the right one. If there is none, the trial fails.
    """
    best: dict[str, tuple[Trial, Outcome]] = {}
    for one in survey.blended:
        gold = one.blend.gold
        text, outcome = min(zip(one.blend.texts, one.outcomes, strict=True), key=lambda pair: _earned(pair[1]))
        if gold.prompt.id not in best or _earned(outcome) > _earned(best[gold.prompt.id][1]):
            best[gold.prompt.id] = Trial(PART, gold.prompt, gold.form.write(text), gold), outcome
    if best:
        for gold in survey.sound:
            nothing = Trial(PART, gold.prompt, "", gold), Unscored("abstained", "it has one part", 0.0)
            yield best.get(gold.prompt.id, nothing)


def _earned(outcome: Outcome) -> float:
    score = score_of(outcome)
    return float("-inf") if score is None else score


def _by_prompt(tried: Sequence[tuple[Trial, Outcome]], hits: Sequence[bool]) -> list[bool]:
    found: dict[str, bool] = {}
    for (trial, _), hit in zip(tried, hits, strict=True):
        found[trial.prompt.id] = found.get(trial.prompt.id, False) or hit
    return list(found.values())


def _passes(survey: Survey, trial: Trial, outcome: Outcome) -> bool:
    """Whether the wrong answer succeeds, or earns no usefully less than the right one."""
    score, gold = score_of(outcome), trial.gold
    if score is None or gold is None or gold.score is None:
        return False
    if trial.name in WHOLE:
        return score >= gold.score - 1e-9
    if trial.name == HALF:
        return gold.bottom is not None and score - gold.bottom >= (gold.score - gold.bottom) / 2
    if trial.name in FOREIGN.values():
        return survey.succeeds(gold, outcome)
    if trial.name == LONGER and not survey.is_declared:
        return not survey.scale.useful(gold.score - score)
    return survey.succeeds(gold, outcome) or not survey.scale.useful(gold.score - score)


def _variants(gold: Gold, precision: Precision) -> Iterator[Trial]:
    for name, text in (*_wrongs(gold), *slips.slips(gold, precision)):
        if not is_right(gold.prompt, text):
            yield Trial(name, gold.prompt, gold.form.write(text), gold)


def _wrongs(gold: Gold) -> Iterator[tuple[str, str]]:
    """Wrong answers near the right one, of a kind that a careless comparison takes for it."""
    if gold.kind == "number":
        yield from _numbers(gold)
    if gold.kind == "label" and len(gold.text) > 2 and ENGLISH.search(prompt_text(gold.prompt)):
        yield "the right label denied", f"not {gold.text}"
    if (longer_list := with_another_item(gold.text)) is not None:
        yield "more items than the right list", longer_list
    if (other_list := with_another_number(gold.text)) is not None:
        yield "one number of the list another", other_list
    fields = record(gold.text) if gold.kind == "record" else None
    if fields and len(fields) > 1:
        for key, held in fields.items():
            yield "one field wrong", json.dumps({**fields, key: spoiled(held)}, ensure_ascii=False)


def _numbers(gold: Gold) -> Iterator[tuple[str, str]]:
    """Other numbers that share digits with the right one, or lie next to it."""
    value = number(gold.text)
    if value is None:
        return
    allowed = allowance(gold.prompt.reference, value)
    longer = f"{gold.text.strip()}7" if "." in gold.text else f"{value}57"
    # One more decimal may be the same value within what a reward may rightly round.
    if abs((number(longer) or value) - value) > max(allowed, NEIGHBOUR * abs(value)):
        yield LONGER, longer
    yield LONGER, f"{'-' if value < 0 else ''}8{abs(value)}"
    if (thousands := with_other_thousands(gold.text)) is not None:
        yield "other thousands", thousands
    if value:
        yield SIGN, str(-value)
    if value == int(value) and allowed < 1:
        yield "the next number", like(gold.text, value + 1)

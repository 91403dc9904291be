"""Lowers the severity of faults that this model's samples do not show: these are no reason to stop a run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rewardlab.answers.reading.reader import OTHER_DIGIT, OTHER_UNIT, Reason
from rewardlab.findings import RANK, Finding, Severity
from rewardlab.probes.reward.equivalents import remedy_of as remedy_of_forms
from rewardlab.probes.reward.trials import slips
from rewardlab.probes.reward.wrong import MAY_BE_FREE, remedy_of
from rewardlab.probes.run.question import Question
from rewardlab.probes.run.reading import Read

#: A pattern for each form of RL403. Any model may write the forms missing here: they keep their severity.
SHOWN_BY: Mapping[str, re.Pattern[str]] = {
    "a line break at the end": re.compile(r"\n\Z"),
    "line breaks around": re.compile(r"\A\s*\n"),
    "a space before it": re.compile(r"\A[ \t]"),
    "thousands set off by commas": re.compile(r"\d,\d{3}(?!\d)"),
    "a space around the number": re.compile(r"[{>][ \t]+[-+]?\d|\A[ \t]+\S|\S[ \t]+\Z"),
    "a full stop at the end": re.compile(r"\.\s*\Z"),
    "a zero after the point": re.compile(r"\d\.\d*0(?!\d)"),
    "a plus sign": re.compile(r"(?:\A|[{>:= ])\+\d"),
    "a typographic minus": re.compile("\u2212"),
    "an exponent": re.compile(r"\d[eE][-+]?\d"),
    "in \\boxed{}": re.compile(r"\\boxed"),
    "between dollar signs": re.compile(r"\$[^$\n]*\\boxed"),
    "a full stop after it": re.compile(r"\w\.[\s*]*(?:\Z|</(?!think|reason)|\})"),
    "bold": re.compile(r"\*\*"),
    "quotes": re.compile(r"[\"'\u201c][^\"'\u201d\n]{1,40}[\"'\u201d]\W*\Z"),
    "compact JSON": re.compile(r"[{,]\"[^\"\n]*\":\S"),
    "indented JSON": re.compile(r"[{\[]\s*\n"),
    "a code fence": re.compile(r"```"),
}
#: The fewest prompts, and the least share of the generations read, that show a form.
LEAST_PROMPTS, LEAST_SHARE = 2, 0.005
#: The most generations looked at; the characters read at each end of longer texts.
MOST_READ, END = 5000, 2000
#: The fewest readable texts that show what this model does not write.
LEAST_READ = 30
UNSEEN = "a model that learns may write one, and this one hardly does yet"
#: The highest severity of each way of being wrong that samples hardly show, and the reason under which samples count.
LIGHTER: Mapping[str, Severity] = {**dict.fromkeys(MAY_BE_FREE, "warning"), slips.UNIT: "note", slips.DIGIT: "note"}
REASONS: Mapping[str, Reason] = {slips.UNIT: OTHER_UNIT, slips.DIGIT: OTHER_DIGIT}
WHY = "no sampled answer is written in these forms: a model that learns may, and this one does not yet"


def weigh_forms(finding: Finding, question: Question) -> Finding:
    """RL403 with the severity of each form set by the samples: a form that none shows becomes a note, with the reason.

    The finding stays as it is if nothing was sampled.
    """
    forms: list[dict[str, Any]] = finding.evidence.get("forms", [])
    if finding.code != "RL403" or not forms or not question.answers.row.size:
        return finding
    texts, rows = _texts(question)
    weighed = [_weighed(form, texts, rows) for form in forms]
    severity: Severity = min((form["severity"] for form in weighed), key=RANK.__getitem__)
    evidence = {**finding.evidence, "forms": weighed}
    if any("in_samples" in form and form["severity"] == "note" for form in weighed):
        evidence["notes"] = WHY
    return replace(finding, severity=severity, evidence=evidence, remedy=remedy_of_forms(weighed))


def weigh_parts(finding: Finding, question: Question) -> Finding:
    """RL407 with lower severities for ways of being wrong that hardly any sample succeeds by, if enough can be read.

    An answer that keeps a part of the right one becomes a warning, for a reward may rightly overlook a part, such as a
    title. A slip becomes a note.
    """
    ways: list[dict[str, Any]] = finding.evidence.get("ways", [])
    if finding.code != "RL407" or not any(way["wrong"] in LIGHTER for way in ways):
        return finding
    wrong = [one for one in question.reads if one.side == "wrong"]
    if len(question.reads) < LEAST_READ:
        return finding
    paid = [one for one in wrong if question.right[one.row, one.column]]
    weighed = [_lighter(way, wrong, paid) for way in ways]
    severity: Severity = min((way["severity"] for way in weighed), key=RANK.__getitem__)
    return replace(
        finding, severity=severity, evidence={**finding.evidence, "ways": weighed}, remedy=remedy_of(weighed)
    )


def _lighter(way: dict[str, Any], wrong: Sequence[Read], paid: Sequence[Read]) -> dict[str, Any]:
    """A way of being wrong, with what the samples show of it; less severe if they hardly show any."""
    most = LIGHTER.get(way["wrong"])
    reason = REASONS.get(way["wrong"])
    if reason is not None:
        wrong, paid = ([one for one in some if one.reason == reason] for some in (wrong, paid))
    if most is None or RANK[way["severity"]] >= RANK[most] or len({one.row for one in paid}) >= LEAST_PROMPTS:
        return way
    told = f"of {len(wrong):,} sampled answers that read as {'this' if reason else 'wrong'} {len(paid):,} succeed"
    return {**way, "severity": most, "why": f"{told}: {UNSEEN}"}


def _weighed(form: dict[str, Any], texts: list[str], rows: list[int]) -> dict[str, Any]:
    pattern = SHOWN_BY.get(form["form"])
    if pattern is None or not texts:
        return form
    hits = [row for text, row in zip(texts, rows, strict=True) if pattern.search(text)]
    share = len(hits) / len(texts)
    if len(set(hits)) >= LEAST_PROMPTS and share >= LEAST_SHARE:
        return {**form, "in_samples": share}
    return {**form, "severity": "note", "in_samples": share}


def _texts(question: Question) -> tuple[list[str], list[int]]:
    """The ends of sampled texts, and the row of each; of many generations, only those of every n-th prompt."""
    answers = question.answers
    step = max(1, answers.row.size // MOST_READ)
    texts, rows = [], []
    for row in range(0, len(answers.prompt_ids), step):
        for column in np.flatnonzero(answers.row[row] >= 0):
            text = answers.texts[int(answers.row[row, column])].as_py()
            texts.append(text if len(text) <= 2 * END else text[:END] + text[-END:])
            rows.append(row)
    return texts, rows

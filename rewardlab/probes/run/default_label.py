"""Do texts that name no label count as one of the labels? Asked of answers that say nothing, and of sampled ones."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rewardlab.answers.reference.accepted import OUTER, answers_of, labels_of, strict
from rewardlab.findings import Finding
from rewardlab.probes.reward.shortcuts import DECLINING
from rewardlab.probes.run.diagnosis.weight import percent
from rewardlab.probes.run.question import Question
from rewardlab.probes.run.winners import MOST_READ, Winners
from rewardlab.stats.interval import Estimate

#: A default label's least share of rows on which saying nothing wins, other labels' most, and the fewest rows to tell.
NEARLY_ALL, HARDLY_ANY, LEAST_ROWS = 0.9, 0.1, 3
#: Winners that surely exceed this share are what training finds.
PRACTICAL = 0.05
#: A label so short stands in other words by chance.
SHORT = 3
#: How many characters, from the end, are searched for a label.
TAIL = 2000
REMEDY = (
    "A text that names no label counts as {label!r}, and wins wherever that is right: training finds that saying "
    "nothing pays. Give a text without a label the lowest score, whatever the reference is."
)


@dataclass(frozen=True, slots=True)
class _Unlabelled:
    """A sampled text that names no label of the file, and whether it succeeds."""

    row: int
    column: int
    wins: bool


def ask(question: Question) -> Iterator[Finding]:
    """RL402 for a default label: one as which answers without any label count.

    If an answer that says nothing wins on the rows of one label only, the reward falls back to that label. The share of
    successes that sampled texts without a label make up decides the severity. A label such as "none" may rightly be
    answered by saying nothing: then it is a warning at most.
    """
    labels = labels_of(question.prompts)
    default = _default(question, labels) if labels else None
    if default is None:
        return
    sampled = _unlabelled(question, labels, default)
    wins = [one for one in sampled if one.wins]
    declines = DECLINING.search(default) is not None
    if declines and not wins:
        return
    winners = Winners(question)
    share = winners.share(wins)
    evidence = {
        "summary": _summary(default, len(sampled), len(wins), share),
        "label": default,
        "sampled_without_label": len(sampled),
        "of_these_succeed": len(wins),
        "share": None if share is None else share.estimate,
        "low": None if share is None else share.low,
        "high": None if share is None else share.high,
        "examples": winners.examples(wins),
    }
    blocks = share is not None and share.low > PRACTICAL and not declines
    yield Finding("RL402", "blocker" if blocks else "warning", evidence, REMEDY.format(label=default))


def _default(question: Question, labels: Sequence[str]) -> str | None:
    """The label on whose rows answers that say nothing win, while they lose on all others; None where none is."""
    own = _own_labels(question, labels)
    shares: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for one in question.evidence.wrong:
        if one.source == "nothing" and (label := own.get(one.prompt_id)) is not None:
            win = bool(question.measured.success.of(np.array([one.score]))[0])
            shares[label][one.prompt_id].append(win)
    means = {label: float(np.mean([all(hits) for hits in rows.values()])) for label, rows in shares.items()}
    first = max(means, key=means.__getitem__, default=None)
    if first is None or len(means) < 2 or len(shares[first]) < LEAST_ROWS:
        return None
    others = [share for label, share in means.items() if label != first]
    return first if means[first] >= NEARLY_ALL and max(others) <= HARDLY_ANY else None


def _own_labels(question: Question, labels: Sequence[str]) -> Mapping[str, str]:
    """Each prompt's right label, by the prompt's id."""
    known = {strict(label): label for label in labels}
    found = ((prompt.id, answers_of(prompt)) for prompt in question.prompts)
    return {name: known[strict(texts[0])] for name, texts in found if texts and strict(texts[0]) in known}


def _unlabelled(question: Question, labels: Sequence[str], default: str) -> list[_Unlabelled]:
    """The sampled texts, not cut off, that name no label at all where the default label is right."""
    named = re.compile("|".join(_pattern(label) for label in labels), re.IGNORECASE)
    own, answers = _own_labels(question, labels), question.answers
    step = max(1, answers.row.size // MOST_READ)
    found = []
    for row in range(0, len(question.prompts), step):
        if own.get(question.prompts[row].id) != default:
            continue
        for column in np.flatnonzero(np.isfinite(answers.score[row]) & ~answers.cut[row] & (answers.row[row] >= 0)):
            text = answers.texts[int(answers.row[row, column])].as_py()[-TAIL:]
            if named.search(text) is None:
                found.append(_Unlabelled(row, int(column), bool(question.right[row, column])))
    return found


def _pattern(label: str) -> str:
    """The pattern that finds a label: its letters anywhere, since words are inflected; a short one as a whole word."""
    text = re.escape(label.strip(OUTER) or label)
    return text if len(label) > SHORT else rf"(?<!\w){text}(?!\w)"


def _summary(default: str, sampled: int, wins: int, share: Estimate | None) -> str:
    told = (
        f"answers that say nothing win where {default!r} is right and nowhere else; of {sampled:,} sampled texts to "
        f"such prompts that name no label {wins:,} succeed"
    )
    if not wins or share is None:
        return told
    return f"{told}: {percent(share.estimate)} of all that succeeds ({percent(share.low)} to {percent(share.high)})"

"""Do failing texts give the right answer? Then it is the reward, or what the prompt asks for, that loses them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rewardlab.answers.reading.answer import gives, gives_another
from rewardlab.findings import Finding, Severity
from rewardlab.probes.run.diagnosis.readings import Readings
from rewardlab.probes.run.diagnosis.texts import Texts
from rewardlab.probes.run.diagnosis.weight import PRACTICAL, Weight, percent, share_by_prompt, weigh
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Bools
from rewardlab.stats.interval import Estimate

#: The most answers of a task of few; the fewest right ones that must lose; the share of texts that give one of the few.
MOST_ANSWERS, LEAST, NEARLY_ALL = 12, 20, 0.8


def ask(question: Question, texts: Texts, readings: Readings, explained: Bools) -> Iterator[Finding]:
    """RL411 where failing texts give the reference more often than another prompt's; `explained` ones are left out."""
    of = texts.scored & readings.tried & ~explained
    cells = texts.failing & of & readings.right
    if not cells.any():
        return
    undeserved = _undeserved(question, texts, readings)
    weight = weigh(question, texts, cells, of=of, undeserved=undeserved)
    chance = share_by_prompt(texts, readings.chance, texts.failing & of & readings.controlled)
    if not isinstance(weight.share, Estimate):
        return
    few = not _exceeds(weight.share, chance)
    if few and not _pays_none(texts, readings, of):
        return
    severity: Severity = weight.severity if weight.share.estimate >= PRACTICAL else "note"
    examples = texts.examples(question, cells)
    by_chance = chance.estimate if isinstance(chance, Estimate) else None
    summary = _summary(weight, by_chance, int(undeserved.sum()), few=few)
    evidence = {"summary": summary, **weight.evidence(), "by_chance": by_chance}
    remedy = _remedy(_paid(question, texts, readings, cells))
    yield Finding("RL411", severity, {**evidence, "examples": examples}, remedy)


def _undeserved(question: Question, texts: Texts, readings: Readings) -> Bools:
    """The winners whose texts read as another answer than the reference."""
    wrong = {(one.row, one.column) for one in question.reads if one.side == "wrong"}
    places = zip(texts.row.tolist(), texts.column.tolist(), strict=True)
    another = [
        (place in wrong) or (one is not None and gives_another(text, one, readings.names[one.kind]))
        for place, text, one in zip(places, readings.said, readings.sought, strict=True)
    ]
    return texts.where(another) & ~texts.failing & texts.scored & ~readings.right


def _exceeds(share: Estimate, chance: object) -> bool:
    """Whether surely more texts give the reference than give another prompt's by chance."""
    return not isinstance(chance, Estimate) or share.low > min(chance.high, 1.0)


def _pays_none(texts: Texts, readings: Readings, of: Bools) -> bool:
    """Whether nearly every text gives one of a few known answers, and none wins.

    Of a few answers a wrong text gives another prompt's as often as its own. But a reward that reads any of them pays
    for a guess now and then.
    """
    wins = ~texts.failing & readings.tried
    if wins.any() or int((of & readings.right).sum()) < LEAST:
        return False
    pool = {(one.kind, one.texts[0].strip().casefold()): one for one in readings.sought if one is not None}
    if len(pool) > MOST_ANSWERS:
        return False
    few = [one for one in pool.values() if one.kind in {"label", "number"}]
    given = [
        any(gives(text, one, readings.names[one.kind]) for one in few)
        for text, asked in zip(readings.said, of, strict=True)
        if asked
    ]
    return float(np.mean(given)) >= NEARLY_ALL


def _summary(weight: Weight, by_chance: float | None, undeserved: int, *, few: bool) -> str:
    control = "" if by_chance is None else f" ({percent(by_chance)} give another prompt's, taken at random)"
    if few:
        control = ". Nearly every text gives one of the task's few answers, and none wins, right or wrong"
    # "At least": a right answer in unforeseen words is not recognised, and not counted.
    text = f"at least {weight.spoken()} give the reference as their answer{control}"
    counted = weight.counted()
    if not counted:
        return text
    besides = f" and the {undeserved:,} winners that read as another answer did not" if undeserved else ""
    return f"{text}. If they won{besides}, the baseline would be {counted}"


def _remedy(paid: str) -> str:
    return (
        "Right answers lose for the way they are written, so this is no reason to fine-tune. Two ways out: let the "
        "reward find the answer in what the model writes (read the examples), or ask in the prompt for the one format "
        f"that the reward reads{paid} and sample again."
    )


def _paid(question: Question, texts: Texts, readings: Readings, cells: Bools) -> str:
    """A text that the reward pays, in brackets: a sampled one, else the reference in a format that won; else empty."""
    wins = np.flatnonzero(~texts.failing & texts.scored & readings.right)
    if len(wins):
        return f' (a winner reads "{_end(texts.text[int(wins[0])])}")'
    wanted = readings.sought[int(np.flatnonzero(cells)[0])]
    if question.evidence.form is None or wanted is None:
        return ""
    before, after = question.evidence.form
    return f' (it pays a text that is just "{_end(before + wanted.texts[0] + after)}")'


def _end(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else f"... {flat[-56:]}"

"""Does the reward read an earlier answer than the final one? Asked of sampled texts, both ways."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from rewardlab.answers.reading.answer import Said, Sought, equals, gives_another, numbers
from rewardlab.answers.reference.accepted import NUMBER, number
from rewardlab.answers.values.names import Names, folded
from rewardlab.findings import Finding, Severity
from rewardlab.probes.run.diagnosis.readings import Readings
from rewardlab.probes.run.diagnosis.texts import Texts
from rewardlab.probes.run.diagnosis.weight import PRACTICAL, Weight, percent, share_by_prompt, weigh
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Bools, Indexes
from rewardlab.stats.interval import Estimate

#: A way of reading: whether the answer it finds in a text is the reference; None if it finds none.
Reader: TypeAlias = Callable[[str, Sought, Names], bool | None]

AFTER_EQUALS = re.compile(r"=\s*\$?\s*(-?\s?[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)")
#: The share of the scores that a way of reading must explain to be the reward's.
AGREES = 0.98
#: The least share of texts with a final answer in a usual format, if only the way of reading explains why right ones
#: lose.
SHARED = 0.9
#: The fewest winners that a way of reading must find right to be evidence on their own; and the fewest texts in all.
SHOWN = 3
LEAST = 20
#: Less than this share of the scores is not worth a finding.
LITTLE = 0.01


def _first_equals(text: str, wanted: Sought, _: Names) -> bool | None:
    found = AFTER_EQUALS.search(text) if wanted.kind == "number" else None
    return None if found is None else _is_wanted(found[1].replace(" ", ""), wanted)


def _first_format(text: str, wanted: Sought, names: Names) -> bool | None:
    """The first answer in a final answer's format."""
    found = Said(text).finals
    return any(equals(found[0], one, wanted.kind, names) for one in wanted.texts) if found else None


def _first_number(text: str, wanted: Sought, _: Names) -> bool | None:
    found = NUMBER.search(text) if wanted.kind == "number" else None
    return None if found is None else _is_wanted(found[0], wanted)


def _first_label(text: str, wanted: Sought, names: Names) -> bool | None:
    if wanted.kind != "label" or names.are_letters:
        return None
    found = names.within(folded(text))
    return found[0][1] in {folded(one) for one in wanted.texts} if found else None


def _anywhere(text: str, wanted: Sought, names: Names) -> bool | None:
    if wanted.kind == "number":
        found = set(numbers(text))
        return any(number(one) in found for one in wanted.texts)
    if wanted.kind == "label" and not names.are_letters:
        return bool({name for _, name in names.within(folded(text))} & {folded(one) for one in wanted.texts})
    return None


#: The likeliest first.
READERS: Mapping[str, Reader] = {
    "the first of the final answers": _first_format,
    "the first number after an equals sign": _first_equals,
    "the first label": _first_label,
    "the first number": _first_number,
    "any place of the text": _anywhere,
}
#: Ways of reading so particular that right answers losing by them is evidence, though nothing wins.
NAMED = tuple(READERS)[:2]


def _is_wanted(found: str, wanted: Sought) -> bool:
    """Whether a number is the one that is wanted."""
    value = number(found)
    return value is not None and any(number(one) == value for one in wanted.texts)


@dataclass(frozen=True, slots=True)
class Fit:
    """How a way of reading accounts for the scores: right final answers that lose by it, wrong ones that win by it.

    `shown` counts the texts that tell it apart from a reward that pays nothing: winners that it reads right.
    """

    name: str
    agreement: float
    lost: Bools
    saved: Bools
    shown: int


def ask(question: Question, texts: Texts, readings: Readings, explained: Bools) -> Iterator[tuple[Finding, Bools]]:
    """RL408 if the scores are those of a reward that reads an earlier answer; and the generations that this explains.

    A right final answer that loses is evidence if other right ones win, or wrong ones win by an earlier right answer.
    If none wins, it is evidence only for the ways in NAMED, and if nearly all texts have a usual final-answer format.
    Generations that are `explained` already are left out.
    """
    wrong = texts.where(
        [
            one is not None and gives_another(text, one, readings.names[one.kind])
            for text, one in zip(readings.said, readings.sought, strict=True)
        ]
    )
    ends = np.flatnonzero(readings.tried & texts.scored & ~explained & (readings.plain | wrong))
    fits = [fit for name, reader in READERS.items() if (fit := _fit(name, reader, texts, readings, ends)) is not None]
    best = max(fits, key=lambda fit: fit.agreement, default=None)
    if best is None or best.agreement < AGREES:
        return
    if best.shown < SHOWN and not (best.name in NAMED and _shared(readings) and best.lost.any()):
        return
    finding = _finding(question, texts, readings, best)
    if finding is not None:
        yield finding, best.lost


def _fit(name: str, reader: Reader, texts: Texts, readings: Readings, places: Indexes) -> Fit | None:
    """How well the reader explains the texts in `places`, whose final answers are known; None if not at all."""
    if len(places) < LEAST:
        return None
    read = [_read(reader, texts.text[place], readings, int(place)) for place in places]
    known = np.array([one is not None for one in read], bool)
    found = np.array([bool(one) for one in read], bool)
    won = ~texts.failing[places]
    right = readings.plain[places]
    agreement = float(np.mean((found == won) & (known | ~won)))
    lost, saved = texts.none(), texts.none()
    lost[places] = known & right & ~won & ~found
    saved[places] = known & ~right & won & found
    if not (lost | saved).any() or known.mean() < 0.5:
        return None
    return Fit(name, agreement, lost, saved, int((won & known & found).sum()))


def _read(reader: Reader, text: str, readings: Readings, place: int) -> bool | None:
    wanted = readings.sought[place]
    return None if wanted is None else reader(text, wanted, readings.names[wanted.kind])


def _shared(readings: Readings) -> bool:
    tried = [bool(text.finals) for text, known in zip(readings.said, readings.tried, strict=True) if known]
    return bool(tried) and float(np.mean(tried)) >= SHARED


def _finding(question: Question, texts: Texts, readings: Readings, fit: Fit) -> Finding | None:
    weight = weigh(question, texts, fit.lost)
    touched = share_by_prompt(texts, fit.lost | fit.saved, texts.scored & readings.tried)
    if not isinstance(touched, Estimate) or touched.estimate < LITTLE:
        return None
    told = []
    if fit.lost.any():
        told.append(f"at least {weight.spoken()} end with the right answer and hold another one before it")
    if fit.saved.any():
        winners = share_by_prompt(texts, fit.saved, ~texts.failing & texts.scored)
        between = f" ({percent(winners.low)} to {percent(winners.high)})" if isinstance(winners, Estimate) else ""
        won = int((~texts.failing & texts.scored).sum())
        told.append(
            f"at least {int(fit.saved.sum()):,} of {won:,} winning answers{between} end with a wrong answer after a "
            "right one"
        )
    said = f"The scores are those of a reward that reads {fit.name} ({percent(fit.agreement)} of them)"
    summary = f"{'; '.join(told)}. {said}"
    evidence: dict[str, Any] = {"summary": summary, **weight.evidence(), "reads": fit.name, "agreement": fit.agreement}
    evidence |= {"right_lost": int(fit.lost.sum()), "wrong_won": int(fit.saved.sum())}
    evidence["examples"] = texts.examples(question, fit.lost, 2) + texts.examples(question, fit.saved, 2)
    return Finding("RL408", _severity(fit, weight, touched), evidence, _remedy(fit, weight))


def _severity(fit: Fit, weight: Weight, touched: Estimate) -> Severity:
    """A blocker if it surely decides many scores and winners show it; else the severity of its weight."""
    if fit.shown >= SHOWN and touched.low > PRACTICAL:
        return "blocker"
    return weight.severity


def _remedy(fit: Fit, weight: Weight) -> str:
    counted = f" If those won, the baseline would be {weight.counted()}." if fit.lost.any() and weight.counted() else ""
    return (
        f"Read the last answer only, in the format that the prompt asks for: the reward seems to take {fit.name}, so "
        f"an answer that shows its steps loses and one that is right on its way to a wrong end wins.{counted}"
    )

"""Picks, for each prompt, right answers of other prompts that are surely wrong here."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

import numpy as np

from rewardlab.answers.reference.accepted import (
    allowance,
    number,
    plain,
    prompt_text,
    rights_of,
    strict,
)
from rewardlab.answers.values.tokens import may_be_same
from rewardlab.answers.wrong.places import are_one_set
from rewardlab.answers.wrong.similar import alike, by_likeness, twins
from rewardlab.task import Prompt

#: How the given answer relates to the right one.
Relation: TypeAlias = Literal["label", "near", "other", "row", "unknown"]

#: The most other labels given to each prompt.
MOST_LABELS = 3
#: Of texts with more words no similar one is looked for: a sentence may say the same in other words.
MOST_WORDS = 4
#: Unless all numbers are whole, two that differ by less than this share may be one answer.
NEIGHBOUR = Decimal("0.01")
#: Words that ask for no exact number; whole words only, so that "ground" and "around" do not match.
ROUGH = re.compile(
    r"\b(?:approx|about how\b|roughly\b|estimat(?:e|ed|ion)\b|nearest\b|rounded\b"
    r"|within [\d.]+ ?(?:%|percent\b|per cent\b)|\btoleran"
    r"|round(?:ing)?\s+(?:to|off|up|down|it|your|the|all|each)\b"
    r"|ungef\u00e4hr|circa\b|etwa\b|rund \d|gerundet|environ\b|arrondi|aproximad|redonde|arredond|arrotond)",
    re.IGNORECASE,
)
#: Where a prompt asks for no exact number, an answer within this part of the right one, or within 1, may be right.
ROUGHLY, NEXT = Decimal("0.05"), Decimal(1)


def is_rough(prompt: Prompt) -> bool:
    """Whether the prompt asks for no exact number."""
    return ROUGH.search(prompt_text(prompt)) is not None


def neighbourhood(prompt: Prompt, value: Decimal) -> Decimal:
    """How far from the right value an answer may be that a sound tolerance takes, where not all values are whole."""
    near = NEIGHBOUR * abs(value)
    return max(near, ROUGHLY * abs(value), NEXT) if is_rough(prompt) else near


@dataclass(frozen=True, slots=True)
class Answered:
    """A prompt and the text of its right answer; `number` is its value, None where it is none."""

    prompt: Prompt
    text: str
    number: Decimal | None

    @classmethod
    def of(cls, prompt: Prompt, text: str) -> Answered:
        return cls(prompt, text, number(text))


@dataclass(frozen=True, slots=True)
class Swap:
    """One exchange: the receiving prompt and the donor of the answer, as indices into what was offered."""

    receiver: int
    donor: int
    relation: Relation


def is_integral(answered: Sequence[Answered]) -> bool:
    """Whether every right answer is a whole number, so that the next one is surely wrong."""
    return bool(answered) and all(one.number is not None and one.number == int(one.number) for one in answered)


def swaps(
    answered: Sequence[Answered],
    labels: Sequence[str],
    *,
    rng: np.random.Generator,
    givers: Sequence[int] | None = None,
) -> list[Swap]:
    """For each prompt, other prompts whose right answers are surely wrong here.

    Numbers: the nearest one and any one. Labels: one prompt of each other label, labels that contain this one or
    resemble it most first. Other texts: the most similar one and any one, none of which holds an answer accepted here.
    Symbols that differ in case alone (Co, CO) are two answers if the file has several such pairs. `givers` are the
    indices of the prompts whose answers may be given; all of them by default.
    """
    giving = range(len(answered)) if givers is None else givers
    order = [giving[int(place)] for place in rng.permutation(len(giving))]
    if labels and all(strict(one.text) in {strict(label) for label in labels} for one in answered):
        return list(_label_swaps(answered, order))
    if all(one.number is not None for one in answered):
        return list(_number_swaps(answered, order))
    return list(_text_swaps(answered, order))


def _label_swaps(answered: Sequence[Answered], order: Sequence[int]) -> Iterator[Swap]:
    holders: dict[str, list[int]] = {}
    for place in order:
        holders.setdefault(strict(answered[place].text), []).append(place)
    exact = {answered[place].text.strip(): place for place in order}
    pairs = twins([one.text for one in answered])
    for receiver, one in enumerate(answered):
        own = strict(one.text)
        accepted = {own, *(strict(text) for text in rights_of(one.prompt))}
        twin = pairs.get(one.text.strip())
        if twin is not None and (held := exact.get(twin)) is not None:
            yield Swap(receiver, held, "label")
        known = {label for label in set(holders) - accepted if not any(are_one_set(label, text) for text in accepted)}
        others = sorted(known, key=lambda label: (own not in label, -alike(own, label), label))
        for label in others[:MOST_LABELS]:
            yield Swap(receiver, holders[label][receiver % len(holders[label])], "label")


def _number_swaps(answered: Sequence[Answered], order: Sequence[int]) -> Iterator[Swap]:
    whole = is_integral(answered)
    values = [one.number or Decimal(0) for one in answered]
    ascending = sorted(order, key=lambda place: values[place])
    keys = [values[place] for place in ascending]
    for receiver, one in enumerate(answered):
        rough = is_rough(one.prompt)
        least = allowance(one.prompt.reference, values[receiver])
        least = least if whole and not rough else max(least, neighbourhood(one.prompt, values[receiver]))
        below = bisect_left(keys, values[receiver] - least) - 1
        above = bisect_right(keys, values[receiver] + least)
        near = [ascending[at] for at in (below, above) if 0 <= at < len(ascending)]
        if near:
            closest = min(near, key=lambda place: abs(values[place] - values[receiver]))
            yield Swap(receiver, closest, "near")
        far = next((place for place in _from(order, receiver) if abs(values[place] - values[receiver]) > least), None)
        if far is not None:
            yield Swap(receiver, far, "other")


def _text_swaps(answered: Sequence[Answered], order: Sequence[int]) -> Iterator[Swap]:
    exact = {answered[place].text.strip(): place for place in order}
    pairs = twins([one.text for one in answered])
    for receiver, one in enumerate(answered):
        rights = (*rights_of(one.prompt), one.text)
        accepted = {plain(text) for text in rights}
        foreign = [place for place in _from(order, receiver) if _is_foreign(answered[place].text, accepted)]
        near = exact.get(pairs.get(one.text.strip(), ""))
        if near is None and len(one.text.split()) <= MOST_WORDS:
            likeliest = by_likeness(one.text, [(place, answered[place].text) for place in foreign])
            near = next((place for place, text in likeliest if not _are_same(text, rights)), None)
        if near is not None:
            yield Swap(receiver, near, "near")
        apart = (place for place in foreign if place != near and not _are_same(answered[place].text, rights))
        if (other := next(apart, None)) is not None:
            yield Swap(receiver, other, "other")


def _are_same(text: str, rights: Iterable[str]) -> bool:
    """Whether a text may be one of these right answers in other words or in another notation."""
    return any(may_be_same(text, right) for right in rights)


def _is_foreign(text: str, accepted: set[str]) -> bool:
    """Whether no accepted answer contains the text or is contained in it; such overlaps may be aliases."""
    given = plain(text)
    return not any(given in known or known in given for known in accepted)


def _from(order: Sequence[int], receiver: int) -> Iterator[int]:
    """The order rotated by the receiver's index, so that not every prompt is given the same answer."""
    start = receiver % max(len(order), 1)
    for place in (*order[start:], *order[:start])[:200]:
        if place != receiver:
            yield place

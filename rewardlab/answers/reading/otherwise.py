"""Recognises the reference in a text that writes it in another notation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from rewardlab.answers.reading.answer import BEING, EQUALS, SHORT, Kind, Said, Sought, gives, label_of
from rewardlab.answers.values.accents import with_two_letters, without_accents
from rewardlab.answers.values.amounts import Amount, amounts, in_words, spelled, value_of_all
from rewardlab.answers.values.items import LETTERS, are_parts, are_sets, items_of
from rewardlab.answers.values.names import DENIED_BEFORE, Names, folded
from rewardlab.answers.values.options import options_in

NameBook: TypeAlias = Mapping[Kind, Names]

PERCENT = re.compile(r"%|\bper ?cent|prozent|pour ?cent|procent|por ciento", re.IGNORECASE)
#: "Ada Berg", "J. R. R. Tolkien": no more words are a person's name.
NAME = re.compile(r"(?:[^\W\d_][\w.'\u2019-]*\s+){1,4}[^\W\d_][\w'\u2019-]*")
#: A long number with any marks: a telephone number, an ISBN, an account. The fewest of its digits.
DIALLED, LEAST_DIGITS = re.compile(r"(?<![\w.])\+?\(?\d[\d ()./\u2013-]{5,40}\d(?!\w)"), 7
#: A number with its sign; what stands between those of a point or a range.
SIGNED = re.compile(r"(?<![\d.])-?\d+(?:\.\d+)?|(?<=-)\d+(?:\.\d+)?")
BETWEEN_NUMBERS = frozenset(
    {*"()[]{}<>,;:|-x/&", "to", "and", "bis", "(,", ",)", "(,)", "[,", ",]", "[,]", "(;)", "[;]"}
)
YES = frozenset(
    ["yes", "true", "correct", "right", "y", "1", "ja", "wahr", "oui", "vrai", "si", "sí", "sim", "да", "是", "はい"]
)
NO = frozenset(
    ["no", "false", "incorrect", "wrong", "n", "0", "nein", "falsch", "non", "faux", "nao", "não", "нет", "否"]
)


@dataclass(frozen=True)
class Notations:
    """What a file's references are compared by: their names without accents, and the items of answers that are sets.

    `bare` lacks the kinds in which two answers differ in accents alone; `items` is None where answers are no lists.
    """

    bare: NameBook
    items: Names | None
    are_sets: bool

    @classmethod
    def of(cls, wanted: Sequence[Sought], names: NameBook) -> Notations:
        """Collect them from the wanted answers of a file."""
        bare = {kind: Names(frozenset(map(without_accents, held.known))) for kind, held in names.items()}
        bare = {kind: held for kind, held in bare.items() if len(held.known) == len(names[kind].known)}
        lists = [found for one in wanted if (found := items_of(one.texts[0]))]
        are_lists = 2 * len(lists) > len(wanted) and are_parts(lists)
        items = Names(frozenset(item for one in lists for item in one)) if are_lists else None
        return cls(bare, items, are_sets(lists, [one.prompt for one in wanted]))

    def gives(self, text: Said, wanted: Sought, names: Names) -> bool:
        """Whether the text gives a wanted answer as it is, or in another notation.

        A number grouped, with a comma, as a power, a fraction, a share or in words; a letter for its option or the
        option for its letter; the items of a set in another order; "Berg, Ada" for Ada Berg; without accents.
        """
        if self.items is not None and (lists := [found for one in wanted.texts if (found := items_of(one))]):
            return any(_as_list(text.end, one, self.items, in_order=not self.are_sets) for one in lists)
        if gives(text, wanted, names):
            return True
        if wanted.kind in {"record", "text"}:
            return self._without_accents(text, wanted)
        end = text.end
        return (
            any(_as_amount(end, one, wanted) or _dialled(end, one) for one in wanted.texts)
            or any(_as_numbers(end, one) for one in wanted.texts)
            or _as_option(end, wanted)
            or _as_assent(end, wanted)
            or _turned(text, wanted, names)
            or self._without_accents(text, wanted)
        )

    def _without_accents(self, text: Said, wanted: Sought) -> bool:
        names = self.bare.get(wanted.kind)
        if names is None or (text.rest.isascii() and all(one.isascii() for one in wanted.texts)):
            return False
        prompt, said = without_accents(wanted.prompt), Said(without_accents(text.rest))
        texts = {typed(one) for one in wanted.texts for typed in (without_accents, with_two_letters)}
        return gives(said, replace(wanted, texts=tuple(texts), prompt=prompt), names)


def _as_amount(text: Said, one: str, wanted: Sought) -> bool:
    """Whether the last sentence with numbers arrives at this one; numbers in words count where no digits stand."""
    values = value_of_all(one)
    if not values:
        return False
    if PERCENT.search(wanted.prompt):
        values |= {value / 100 for value in values}
    sentence = next((part for part in reversed(text.spelled) if amounts(part)), None)
    if sentence is not None:
        return _arrives(sentence, amounts(sentence), values, text, wanted)
    part = next((part for part in reversed(_lines(text.rest)) if in_words(part)), None)
    return part is not None and {one.values & values != frozenset() for one in in_words(part)} == {True}


def _lines(text: str) -> list[str]:
    return [part for line in text.splitlines() for part in re.split(r"(?<=[.!?])\s+", line) if part.strip()]


def _arrives(sentence: str, found: Sequence[Amount], values: frozenset[Fraction], text: Said, wanted: Sought) -> bool:
    last = found[-1]
    if last.values & values and EQUALS.search(sentence[: last.start]):
        return True
    of_prompt = {value for one in amounts(spelled(wanted.prompt)) for value in one.values}
    if values & of_prompt:
        return len(found) == 1 and bool(last.values & values) and len(text.folded) < SHORT
    hits = [bool(one.values & values) for one in found if not one.values & of_prompt]
    return bool(hits) and (all(hits) or (bool(last.values & values) and bool(BEING.search(sentence[: last.start]))))


def _dialled(text: Said, one: str) -> bool:
    digits = re.sub(r"\D", "", one)
    if len(digits) < LEAST_DIGITS or re.search(r"[^\d ()./+\u2013-]", one.strip()):
        return False
    return {re.sub(r"\D", "", found) for found in DIALLED.findall(text.rest)} == {digits}


def _as_numbers(text: Said, one: str) -> bool:
    """Whether the last sentence with numbers holds exactly the numbers of this point, range or vector, in order."""
    wanted = SIGNED.findall(folded(one))
    if len(wanted) < 2 or not BETWEEN_NUMBERS.issuperset(SIGNED.sub("", folded(one)).split()):
        return False
    found = next((held for part in reversed(text.sentences) if (held := SIGNED.findall(part))), [])
    return [Fraction(value) for value in found] == [Fraction(value) for value in wanted]


def _as_assent(text: Said, wanted: Sought) -> bool:
    """Whether a text says yes or no in another word than the reference."""
    sides = [side for side in (YES, NO) if {folded(one) for one in wanted.texts} & side]
    if len(sides) != 1:
        return False
    return label_of(text, Names(frozenset(word for word in YES | NO if len(word) > 1))) in sides[0]


def _as_option(text: Said, wanted: Sought) -> bool:
    options = options_in(wanted.prompt)
    texts = {folded(one).strip("(). ") for one in wanted.texts}
    own = [(letter, option) for letter, option in options if texts & {letter, option}]
    if len(own) != 1:
        return False
    letter, option = own[0]
    # A lone letter is in the reference's own notation where that is a letter.
    by_letter = letter not in texts and label_of(text, Names(frozenset(name for name, _ in options))) == letter
    return by_letter or label_of(text, Names(frozenset(each for _, each in options))) == option


def _as_list(text: Said, wanted: tuple[str, ...], items: Names, *, in_order: bool) -> bool:
    """Whether the last sentence that names items, or the whole text, names these and no others."""
    if items.are_letters:
        parts = [part for part in (*_lines(text.rest), text.rest) if LETTERS.search(part)]
        named = [[letter.casefold() for letter in LETTERS.findall(part)] for part in parts[-2:]]
    else:
        parts = [part for part in (*text.sentences, text.folded) if items.within(part)]
        named = [_named(part, items) for part in parts[-2:] if not _has_strangers(part, items)]
    return any(one == list(wanted) if in_order else set(one) == set(wanted) for one in named)


def _has_strangers(part: str, items: Names) -> bool:
    """Whether the text is a list with an item that contains no known item, and so says more than the known ones."""
    listed = items_of(part)
    return len(listed) > 1 and any(not items.within(item) for item in listed)


def _named(part: str, items: Names) -> list[str]:
    """The items that a text names, in its order; none where it denies one."""
    found = items.within(part)
    return [] if any(DENIED_BEFORE.search(part[:at]) for (at, _), _ in found) else [name for _, name in found]


def _turned(text: Said, wanted: Sought, names: Names) -> bool:
    """Whether the text swaps a person's names: "Berg, Ada" where the reference says "Ada Berg", or the reverse."""
    turned = tuple(found for one in wanted.texts if (found := _other_way(one)) is not None)
    return bool(turned) and gives(text, replace(wanted, texts=turned, kind="phrase"), names)


def _other_way(name: str) -> str | None:
    last, comma, first = name.partition(", ")
    if comma:
        return f"{first} {last}" if NAME.fullmatch(f"{first} {last}") else None
    first, _, last = name.strip().rpartition(" ")
    return f"{last}, {first}" if NAME.fullmatch(name.strip()) else None

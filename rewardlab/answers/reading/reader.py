"""Finds the final answer of a text and tells whether it is the reference (right) or plainly another value (wrong)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, TypeAlias

from rewardlab.answers.reading.composite import composite_of, is_closed, parsed, required_of, side_of
from rewardlab.answers.reading.dates import is_exchanged
from rewardlab.answers.reading.phrases import Phrases
from rewardlab.answers.reading.precision import Precision, is_money, places
from rewardlab.answers.reading.sequence import Ordered, asks_for_order, is_in_another_order, list_of, ordered_of
from rewardlab.answers.reading.typed import listed, typed_of
from rewardlab.answers.reference.accepted import (
    OUTER,
    allowance,
    answers_of,
    labels_of,
    number,
    rights_of,
    strict,
)
from rewardlab.answers.reference.ordering import is_told_in_most
from rewardlab.answers.reference.readings import unwrapped
from rewardlab.answers.reference.wording import Format
from rewardlab.answers.values.denial import ends_denied
from rewardlab.answers.values.ending import number_at_the_end
from rewardlab.answers.values.quantities import is_of_another_unit, quantity_at_the_end, quantity_of
from rewardlab.answers.values.tokens import same_tokens, tokens_of, unmarked
from rewardlab.answers.values.units import meanings
from rewardlab.answers.wrong.exchanged import is_rough, neighbourhood
from rewardlab.task import Json, Prompt

SideRead: TypeAlias = Literal["right", "wrong"]
#: Why an answer is surely wrong, whatever notation the reward may know.
Reason: TypeAlias = Literal[
    "the right number in another unit", "the right label denied", "a digit of the number another"
]
OTHER_UNIT: Reason = "the right number in another unit"
DENIED: Reason = "the right label denied"
OTHER_DIGIT: Reason = "a digit of the number another"

#: The key before an answer in an object.
KEYED = re.compile(r"\"(\w{1,60})\":\s*\"?$")
#: The final answer stands in the last characters.
TAIL = 2000


class Facts:
    """What a file's prompts say together: their labels, phrases and types, and how exact their numbers are."""

    def __init__(self, prompts: Sequence[Prompt]) -> None:
        firsts = [found[0] for prompt in prompts if (found := answers_of(prompt))]
        values = [number(text) for text in firsts]
        self.labels = sorted({strict(label): None for label in labels_of(prompts)}, key=len, reverse=True)
        self.phrases = Phrases(firsts)
        self.precision = Precision(prompts)
        self.is_told = is_told_in_most(map(asks_for_order, prompts), of=len(prompts))
        self.ordered: dict[str, Ordered | None] = {}
        self.typed = typed_of(prompts)
        self.integral = bool(values) and all(value is not None and value == int(value) for value in values)


def facts_of(prompts: Sequence[Prompt]) -> Facts:
    """The facts of these prompts, worked out once: their first prompt keeps them."""
    if not prompts:
        return Facts(prompts)
    of, facts = prompts[0].known.get("facts", (None, None))
    if of is not prompts:
        facts = Facts(prompts)
        prompts[0].known["facts"] = prompts, facts
    found: Facts = facts
    return found


class Reader:
    """Reads the final answers to a file's prompts, in the format that the reward reads best (None if unknown).

    A side ("right", "wrong") is told only in plain cases: a number or a label in that format, an object or a list, the
    reference itself or another row's, or the reference with one part exchanged. What may be the reference in another
    notation (items reordered or joined by other words, digits grouped otherwise) has no side.
    """

    def __init__(self, prompts: Sequence[Prompt], form: tuple[str, str] | None) -> None:
        self._key = key_of(form)
        self._form = None if form is None or not form[0].strip() else Format("", form[0], form[1])
        facts = facts_of(prompts)
        self._labels, self._phrases, self._precision = facts.labels, facts.phrases, facts.precision
        self._is_told, self._ordered, self._typed = facts.is_told, facts.ordered, facts.typed
        self._integral = facts.integral

    def side(self, prompt: Prompt, text: str) -> SideRead | None:
        """Whether the text's final answer is the reference or plainly another; None where that cannot be told."""
        found = self.read(prompt, text)
        return None if found is None else found[0]

    def read(self, prompt: Prompt, text: str) -> tuple[SideRead, Reason | None] | None:
        """The side of a text, and the reason if it is surely wrong; None where no side can be told."""
        ordered, rest = self._order_of(prompt), text.rpartition("</think>")[2]
        if ordered is not None and is_in_another_order(ordered, rest[-TAIL:]):
            return "wrong", None
        if (answer := listed(prompt)) is not None and self._is_written_otherwise(prompt, answer, rest[-TAIL:]):
            return "wrong", None
        if text.strip() and (whole := composite_of(prompt)) is not None:
            return _unsure(side_of(whole, rest, required=required_of(prompt, whole), closed=is_closed(prompt)))
        accepted = rights_of(prompt)
        if not accepted or not text.strip() or not _is_single(prompt.reference):
            return None
        found = self._final(text[-TAIL:])
        return None if found is None else self._read(prompt, accepted, found)

    def _read(self, prompt: Prompt, accepted: Sequence[str], found: str) -> tuple[SideRead, Reason | None] | None:
        if _is_of_another_unit(accepted, found):
            return "wrong", OTHER_UNIT
        if (held := self._digits(prompt, accepted, found)) is not None:
            return held
        if strict(accepted[0]) in self._labels:
            return self._label_side(accepted, found)
        if any(ends_denied(found, one) for one in accepted):
            return "wrong", DENIED
        if number(accepted[0]) is not None:
            return _unsure(self._number_side(prompt, accepted[0], found))
        return _unsure(self._phrases.side(accepted, found, is_rough=is_rough(prompt)))

    def _is_written_otherwise(self, prompt: Prompt, answer: str, text: str) -> bool:
        """Whether a text is this answer with a type of an item another, or with its day and month exchanged."""
        is_retyped = self._typed is not None and self._typed.is_retyped(answer, text)
        return is_retyped or is_exchanged(prompt, answer, text)

    def _order_of(self, prompt: Prompt) -> Ordered | None:
        """The items of the prompt's answer, where their order counts."""
        if prompt.id not in self._ordered:
            found = (ordered_of(prompt, text, is_told=self._is_told) for text in answers_of(prompt))
            single = isinstance(unwrapped(prompt.reference), list) and list_of(prompt) is None
            self._ordered[prompt.id] = None if single else next(filter(None, found), None)
        return self._ordered[prompt.id]

    def _final(self, text: str) -> str | None:
        if self._form is None:
            return text
        if self._key is not None:
            return _under(self._key, text)
        if self._form.after == "}":
            return in_braces(text, self._form.before)
        found = self._form.find(text)
        return found[1] if found else None

    def _number_side(self, prompt: Prompt, reference: str, found: str) -> SideRead | None:
        right = number(reference)
        given = number_at_the_end(found) if self._form is None else found
        value = number(given) if given is not None else None
        if right is None or value is None:
            return None
        apart = abs(value - right)
        if apart == 0:
            return "right"
        allowed = allowance(prompt.reference, right)
        if self._integral and value == int(value) and not is_rough(prompt):
            return "wrong" if apart > min(allowed, abs(right) / 1000) or apart >= 1 else None
        return "wrong" if apart > max(allowed, neighbourhood(prompt, right)) else None

    def _digits(
        self, prompt: Prompt, accepted: Sequence[str], found: str
    ) -> tuple[Literal["wrong"], Reason | None] | None:
        """Wrong where the answer is a number, alone or with its unit, that departs from the reference in a digit."""
        pair = self._numbers(accepted, found)
        if pair is None:
            return None
        departure = self._precision.departure(prompt, *pair, is_money=is_money(accepted[0]))
        return None if departure is None else ("wrong", OTHER_DIGIT if departure == "surely" else None)

    def _numbers(self, accepted: Sequence[str], found: str) -> tuple[str, str] | None:
        """The reference's number and the answer's, as written.

        None if the reference has no decimals, one of the two is no number, or their units differ.
        """
        wanted, given = accepted[0], found
        if (amount := quantity_of(wanted)) is not None:
            end = quantity_at_the_end(found)
            if end is None or not meanings(amount.unit) & meanings(end.unit):
                return None
            wanted, given = amount.written, end.written
        elif self._form is None:
            given = number_at_the_end(found) or ""
        pair = number(wanted), number(given)
        return (wanted, given) if None not in pair and places(wanted) else None

    def departs(self, prompt: Prompt, text: str) -> tuple[str, str] | None:
        """The reference's number and the text's, as written, if they differ in a digit that both have.

        None where the prompt allows a difference. Whether the text is wrong may still be open.
        """
        accepted = rights_of(prompt)
        found = self._final(text[-TAIL:]) if accepted and _is_single(prompt.reference) else None
        pair = None if found is None else self._numbers(accepted, found)
        return pair if pair is not None and self._precision.departs(prompt, *pair) else None

    def _label_side(self, accepted: Sequence[str], found: str) -> tuple[SideRead, Reason | None] | None:
        end = found.strip(OUTER).casefold()
        given = next((label for label in self._labels if _ends_with(end, label)), None)
        if self._phrases.is_turned(accepted, found.strip(OUTER)):
            return "wrong", None
        if given is None:
            return ("wrong", DENIED) if any(ends_denied(found, one) for one in accepted) else None
        is_accepted = given in {strict(one) for one in accepted}
        if ends_denied(found, given):
            return ("wrong", DENIED) if is_accepted else None
        if is_accepted:
            return "right", None
        is_doubtful = any(_is_the_end(unmarked(found).strip(OUTER), one) for one in accepted)
        return None if is_doubtful else ("wrong", None)


def _unsure(side: SideRead | None) -> tuple[SideRead, None] | None:
    """The side without a reason: the reward may know a notation that this reader does not."""
    return None if side is None else (side, None)


def _is_of_another_unit(accepted: Sequence[str], found: str) -> bool:
    """Whether the answer is an accepted number in a unit that no accepted answer has."""
    if not any(is_of_another_unit(one, found) for one in accepted):
        return False
    end = quantity_at_the_end(found)
    units = [amount.unit for one in accepted if (amount := quantity_of(one)) is not None]
    return end is None or not any(meanings(unit) & meanings(end.unit) for unit in units)


def _is_single(reference: Json) -> bool:
    """Whether the reference is one value: a list may be several right answers, or one answer of several parts."""
    if isinstance(reference, dict) and len(reference) == 1:
        return _is_single(next(iter(reference.values())))
    return isinstance(reference, str | int | float)


def _ends_with(text: str, label: str) -> bool:
    """Whether the label is the text's last word or words."""
    return text.endswith(label) and not text[: -len(label)][-1:].isalnum()


def _is_the_end(text: str, label: str) -> bool:
    """Whether the text ends with the parts of this label in another notation: "B and E" for "B, E"."""
    count = len([one for one in tokens_of(label) if not one.is_function])
    for shortest in (1, 2):  # a single letter may join two labels, or be one
        says = [one for one in tokens_of(text) if not (one.is_function and len(one.text) >= shortest)]
        if 1 < count <= len(says) and same_tokens(text[says[-count].start :], label):
            return True
    return False


def key_of(form: tuple[str, str] | None) -> str | None:
    """The key of an object that an answer stands under in this format; None where it stands under none."""
    found = None if form is None or "{" not in form[0] or "}" not in form[1] else KEYED.search(form[0])
    return found[1] if found else None


def _under(key: str, text: str) -> str | None:
    """What an object in the text holds under the key; None where it holds no text or number there."""
    value = parsed(text[text.find("{") : text.rfind("}") + 1])
    held = value.get(key) if isinstance(value, dict) else None
    return str(held) if isinstance(held, str | int | float) else None


def in_braces(text: str, opening: str) -> str | None:
    """What stands between the last opening, such as `\\boxed{`, and its closing brace; None where nothing does."""
    start = text.rfind(opening)
    depth = 1
    for place in range(start + len(opening), len(text) if start >= 0 else 0):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if not depth:
            return text[start + len(opening) : place]
    return None

"""Decides whether a sampled text gives the reference as its answer, by the reference's kind; in doubt, no."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal, TypeAlias

from rewardlab.answers.reference.accepted import (
    NUMBER,
    array,
    is_answer,
    is_symbolic,
    kind_of,
    number,
    prompt_text,
    record,
    rights_of,
)
from rewardlab.answers.reference.readings import FINAL
from rewardlab.answers.values.amounts import spelled
from rewardlab.answers.values.names import Names, folded, is_doubtful, places, sentences
from rewardlab.answers.values.prefixes import has_another_prefix
from rewardlab.answers.values.tags import after_thought
from rewardlab.answers.values.written import value_of, values_in
from rewardlab.task import Prompt

Kind: TypeAlias = Literal["number", "label", "record", "array", "phrase", "text", "formula"]

#: A number after one of these is what the text arrives at.
EQUALS = re.compile(r"(?:=|\u2248|\\approx|\\boxed\{|:)\s*\**\s*[$\u20ac\u00a3]?\s*$")
#: Also after one of these, unless the prompt contains the number.
BEING = re.compile(
    r"(?:(?<!\w)(?:is|are|was|be|equals|gives|makes|ist|sind|betr\u00e4gt|ergibt|est|donne|es|son|\u00e8|\u00e9|\u044d\u0442\u043e|\u0440\u0430\u0432\u043d\w+)"
    r"|\u662f|\u4e3a|\u7b49\u4e8e|\u306f)\s*\**\s*[$\u20ac\u00a3]?\s*$"
)
SPACING = re.compile(r"\\(?:left|right|displaystyle|quad|qquad|[,!;: ])|[\s$]")
AROUND = " .*$`\"'"
#: A text that is hardly more than a number may repeat one of the prompt as its answer.
SHORT = 40
#: How many characters, from the end, are searched for an answer in another notation.
END = 1000


@dataclass(frozen=True)
class Said:
    """The answering part of a sampled text: all that follows its reasoning."""

    rest: str

    @cached_property
    def finals(self) -> tuple[str, ...]:
        """The contents of all usual final-answer formats, in text order."""
        return tuple(next(filter(None, found)).strip() for found in FINAL.findall(self.rest))

    @cached_property
    def folded(self) -> str:
        return folded(self.rest)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        return sentences(self.folded)

    @cached_property
    def end(self) -> Said:
        """The final answer in a usual format; where there is none, the end of the text."""
        if self.finals:
            return Said(self.finals[-1])
        return self if len(self.rest) <= END else Said(self.rest[-END:])

    @cached_property
    def spelled(self) -> tuple[str, ...]:
        """The sentences, with their numbers as `amounts` reads them."""
        return sentences(spelled(self.rest))


@dataclass(frozen=True, slots=True)
class Sought:
    """What would be a right answer to a prompt: its texts (any of them), their kind, and what the prompt says."""

    texts: tuple[str, ...]
    kind: Kind
    prompt: str

    def differs(self, other: Sought) -> bool:
        """Whether no text can be a right answer to both."""
        mine, others = {_key(text) for text in self.texts}, {_key(text) for text in other.texts}
        return self.kind == other.kind and not mine & others


def _key(text: str) -> str:
    value = number(text)
    return canonical(folded(text)) if value is None else str(value.normalize())


def said(text: str) -> Said:
    """Strip the reasoning from a text."""
    return Said(after_thought(text))


def sought(prompt: Prompt, labels: Sequence[str], *, parts: Sequence[str] = ()) -> Sought | None:
    """What would be a right answer to a prompt; None if its reference is no answer (tests, a rubric, nothing).

    `parts` are folded texts that are only a part of an answer: none of them counts as one.
    """
    texts = tuple(text for text in rights_of(prompt) if folded(text) not in parts) if is_answer(prompt) else ()
    if not texts:
        return None
    kind = kind_of(texts[0], labels)
    if kind == "expression" or (kind in {"phrase", "text"} and is_symbolic(texts[0])):
        return Sought(texts, "formula", "")
    return Sought(texts, kind, folded(prompt_text(prompt)))


def gives(text: Said, wanted: Sought, names: Names) -> bool:
    """Whether the text gives one of the wanted texts as its answer; `names` are the answers of that kind in the file.

    If the text has a final answer in a usual format, that one is compared. Otherwise it depends on the kind:
    - number: the only new number in the last sentence with numbers, or the one after its last equals sign;
    - label: the only one named in the last sentence that names any;
    - phrase: named alone, not denied and not in the prompt; or the only date, time, share or quantity in the last
      sentence that has any;
    - formula: ends the last line; object or list: equal; long text: there word for word.
    """
    said_last = text.finals[-1] if text.finals else text.rest
    texts = [one for one in wanted.texts if not has_another_prefix(said_last, one)]
    if text.finals:
        return any(equals(text.finals[-1], one, wanted.kind, names) for one in texts)
    return any(_gives(text, one, wanted, names) for one in texts)


def _gives(text: Said, one: str, wanted: Sought, names: Names) -> bool:
    """Whether a text without a final answer in a usual format gives this one."""
    match wanted.kind:
        case "number":
            value = number(one)
            found = value is not None and _arrives(text, value, wanted)
        case "label":
            found = label_of(text, names) == folded(one)
        case "phrase":
            found = _names_alone(text, folded(one), wanted, names) or _arrives_at_value(text, one)
        case "record" | "array":
            found = _parses(text.rest, one, wanted.kind)
        case "formula":
            found = _ends_with(text, one)
        case _:
            found = _repeats(text, folded(one), wanted)
    return found


def gives_another(text: Said, wanted: Sought, names: Names) -> bool:
    """Whether the text has a final answer in a usual format that is of the same kind and surely another one."""
    if not text.finals or gives(text, wanted, names):
        return False
    last = folded(text.finals[-1]).strip(AROUND)
    if wanted.kind == "number":
        value, golds = number(last), [number(one) for one in wanted.texts]
        return value is not None and all(gold is not None and value != gold for gold in golds)
    return wanted.kind == "label" and last in names.known


def equals(final: str, one: str, kind: Kind, names: Names) -> bool:
    """Whether a final answer is this text."""
    bare = folded(final).strip(AROUND)
    if kind == "number":
        found = numbers(bare)
        return len(set(found)) == 1 and found[0] == number(one)
    if kind == "label":
        return bare == folded(one) or label_of(Said(final), names) == folded(one)
    if kind in {"record", "array"}:
        return _parses(final, one, kind)
    if (value := value_of(folded(one))) is not None and values_in(bare, value[0]) == [value]:
        return True
    return bare == folded(one).strip(AROUND) or (kind == "formula" and canonical(final) == canonical(one))


def numbers(text: str) -> list[Decimal]:
    """The numbers of a text, in its order."""
    return [value for found in NUMBER.findall(text) if (value := number(found)) is not None]


def _arrives(text: Said, value: Decimal, wanted: Sought) -> bool:
    sentence = next((part for part in reversed(text.sentences) if NUMBER.search(part)), None)
    if sentence is None:
        return False
    found = [(match.start(), number(match[0])) for match in NUMBER.finditer(sentence)]
    start, last = found[-1]
    if last == value and EQUALS.search(sentence[:start]):
        return True
    of_prompt = set(numbers(wanted.prompt))
    if value in of_prompt:
        return len(found) == 1 and last == value and len(text.folded) < SHORT
    alone = {one for _, one in found if one not in of_prompt} == {value}
    return alone or (last == value and BEING.search(sentence[:start]) is not None)


def _arrives_at_value(text: Said, one: str) -> bool:
    """Whether the last sentence with dates (times, shares, quantities) holds only this one, in any notation."""
    value = value_of(folded(one))
    if value is None:
        return False
    found = next((held for part in reversed(text.sentences) if (held := values_in(part, value[0]))), [])
    return set(found) == {value}


def label_of(text: Said, names: Names) -> str | None:
    """The one label that the last sentence with labels names; None where it names several, or denies it."""
    if names.are_letters:
        return _letter_of(text.rest, names)
    for sentence in reversed(text.sentences):
        if found := names.within(sentence):
            span, name = found[-1]
            alone = len({one for _, one in found}) == 1 and not is_doubtful(sentence, span)
            return name if alone else None
    return None


def _letter_of(text: str, names: Names) -> str | None:
    """The option letter that is the whole text, is bracketed, or ends it; any other may be an article or a name."""
    letters = re.escape("".join(sorted(names.known)).upper())
    if whole := re.fullmatch(rf"\W*([{letters}{letters.lower()}])\W*", text):
        return whole[1].casefold()
    bracketed = set(re.findall(rf"(?<!\w)([{letters}])\)", text))
    if bracketed:
        return bracketed.pop().casefold() if len(bracketed) == 1 else None
    ending = re.search(rf"(?<![\w'\u2019])([{letters}])\W{{0,4}}$", text.rstrip())
    return ending[1].casefold() if ending and not is_doubtful(text, ending.span(1)) else None


def _names_alone(text: Said, one: str, wanted: Sought, names: Names) -> bool:
    if text.folded.strip(AROUND + "!") == one.strip(AROUND):
        return True
    found = [(part, span) for part in text.sentences for span in places(part, one)]
    if not found or any(is_doubtful(part, span) for part, span in found) or any(places(wanted.prompt, one)):
        return False
    return not any(other not in one for other in names.mentioned(text.folded))


def _repeats(text: Said, one: str, wanted: Sought) -> bool:
    """Whether the text repeats a long reference word for word, and nothing else if the prompt contains it too."""
    flat, bare = " ".join(text.folded.split()), " ".join(one.split()).strip(AROUND)
    return flat.strip(AROUND) == bare or (bare in flat and bare not in " ".join(wanted.prompt.split()))


def canonical(formula: str) -> str:
    """A formula without spaces, dollar signs and layout commands."""
    plain = SPACING.sub("", unicodedata.normalize("NFC", formula))
    plain = re.sub(r"\\[dt]frac", r"\\frac", plain).replace("\\cdot", "*").replace("**", "^")
    return plain.rstrip(".")


def _ends_with(text: Said, one: str) -> bool:
    """Whether the formula ends the text's last line and is not the end of a longer formula."""
    lines = [line for line in text.rest.splitlines() if line.strip()]
    last, wanted = re.sub(r"(?:\\[\])]|[*`.])+$", "", canonical(lines[-1]) if lines else ""), canonical(one)
    if not wanted or not last.endswith(wanted):
        return False
    before = last[: -len(wanted)]
    return re.search(r"(?:^|[=:\[]|\\\(|(?<![\\\w])\w*(?:is|ist|est|es|be))$", before) is not None


def _parses(text: str, one: str, kind: Kind) -> bool:
    """Whether the object or list in the text is this one."""
    wanted = record(one) if kind == "record" else array(one)
    opens, closes = "{}" if kind == "record" else "[]"
    start, end = text.find(opens), text.rfind(closes)
    try:
        return wanted is not None and 0 <= start < end and bool(json.loads(text[start : end + 1]) == wanted)
    except (ValueError, RecursionError):
        return False

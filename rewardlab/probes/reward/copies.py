"""Finds prompts that occur more than once in the file, and those whose references contradict each other."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rewardlab.answers.reference.accepted import answers_of, is_answer, kind_of, number, record, rights_of
from rewardlab.findings import Finding, shortened
from rewardlab.task import Message, Prompt

SHOWN = 3
CONTRADICTED = (
    "Prompts that are the same, or differ in nothing but space, case or Unicode form, have different references: no "
    "answer is right on both, so that training pulls both ways and accuracy has a ceiling. Find the right reference of "
    "each pair, or add to the prompts what tells them apart."
)
CUT = (
    "Rows end with a turn of the assistant's, which the model is to write itself: they were cut before it. If it is "
    "right, put its final answer into reference_answer, or the whole of it into the column right."
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows with one prompt, the earlier first; `exactly` is False where they differ in space, case or form."""

    first: Prompt
    other: Prompt
    exactly: bool


@dataclass(frozen=True, slots=True)
class Copies:
    """The pairs that agree on their reference, and those that contradict each other."""

    agreeing: tuple[Pair, ...] = ()
    contradicting: tuple[Pair, ...] = ()


def find_copies(prompts: Iterable[Prompt]) -> Copies:
    """Each row that repeats an earlier one's prompt, paired with the first that it agrees with, or else contradicts.

    Prompts are one where they are the same but for white space, case and Unicode form (NFKC); references contradict
    each other where both are answers and neither is right by the other. Takes time in proportion to the rows.
    """
    first: dict[bytes, Prompt] = {}
    first_with: dict[tuple[bytes, str], Prompt] = {}
    agreeing, contradicting = [], []
    for prompt in prompts:
        key = _key(prompt)
        known = first.setdefault(key, prompt)
        if known is prompt:
            first_with[key, _answer(prompt)] = prompt
            continue
        same = first_with.setdefault((key, _answer(prompt)), prompt)
        if same is prompt and _contradict(known, prompt):
            contradicting.append(_pair(known, prompt))
        else:
            agreeing.append(_pair(known if same is prompt else same, prompt))
    return Copies(tuple(agreeing), tuple(contradicting))


def flaws(prompts: Sequence[Prompt]) -> Finding | None:
    """RL701 for copies, contradictions, rows without a reference and rows cut at their end; None without any.

    A warning, for rows that were only cut a note.
    """
    found = find_copies(prompts)
    missing = sum(prompt.reference is None for prompt in prompts)
    cut = sum(prompt.cut is not None for prompt in prompts)
    flawed = bool(found.agreeing or found.contradicting or missing)
    if not (flawed or cut):
        return None
    evidence: dict[str, Any] = {}
    if found.contradicting:
        evidence["prompts_with_two_references"] = len({pair.first.id for pair in found.contradicting})
        evidence["contradictions"] = [_contradiction(pair) for pair in found.contradicting[:SHOWN]]
    if found.agreeing:
        evidence["copies"] = len(found.agreeing)
        if near := sum(not pair.exactly for pair in found.agreeing):
            evidence["of_them_but_for_space_case_or_unicode_form"] = near
        evidence["copied_ids"] = [[pair.first.id, pair.other.id] for pair in found.agreeing[:SHOWN]]
    evidence |= {"without_reference": missing} if missing else {}
    evidence |= {"cut_before_the_assistants_last_turn": cut} if cut else {}
    evidence["rows"] = len(prompts)
    if not flawed:
        return Finding("RL701", "note", evidence, CUT)
    return Finding("RL701", "warning", evidence, CONTRADICTED if found.contradicting else "")


def _pair(first: Prompt, other: Prompt) -> Pair:
    return Pair(first, other, first.messages == other.messages)


def _contradiction(pair: Pair) -> Mapping[str, Any]:
    return {
        "prompts": f"{pair.first.id} and {pair.other.id}",
        "lines": f"{pair.first.line} and {pair.other.line}",
        "references": [_shown(pair.first), _shown(pair.other)],
        "differ": "nowhere else" if pair.exactly else "in space, case or Unicode form",
    }


def _shown(prompt: Prompt) -> str:
    reference = prompt.reference
    return shortened(reference if isinstance(reference, str) else json.dumps(reference, ensure_ascii=False))


def _key(prompt: Prompt) -> bytes:
    said = "\x00".join(_turn(turn) for turn in prompt.messages)
    return hashlib.blake2b(said.encode(), digest_size=16).digest()


def _turn(turn: Message) -> str:
    content = _form(str(turn.get("content") or ""))
    calls = json.dumps(turn["tool_calls"], sort_keys=True) if turn.get("tool_calls") else ""
    return f"{turn.get('role')}\x01{content}\x01{calls}"


def _form(text: str) -> str:
    """The text with white space, case and Unicode form normalised."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        # Invisible characters between letters: a byte order mark, a soft hyphen, a joiner.
        text = "".join(one for one in text if unicodedata.category(one) != "Cf")
        text = unicodedata.normalize("NFKC", text.casefold())
    return " ".join(text.casefold().split())


def _answer(prompt: Prompt) -> str:
    """The first answer, normalised so that equal answers are equal texts; empty if there is none."""
    found = answers_of(prompt)
    if not found:
        return ""
    value, fields = number(found[0]), record(found[0])
    if value is not None:
        return str(value.normalize())
    return _form(found[0] if fields is None else json.dumps(fields, sort_keys=True)).strip(" .\"'")


def _contradict(one: Prompt, other: Prompt) -> bool:
    """Whether both references are answers, neither names one of the other's, and none is a text of several words."""
    if not (is_answer(one) and is_answer(other)):
        return False
    # Two summaries of one text can both be right.
    if any(kind_of(found[0], ()) == "text" for prompt in (one, other) if (found := answers_of(prompt))):
        return False
    return not ({_form(text) for text in rights_of(one)} & {_form(text) for text in rights_of(other)})

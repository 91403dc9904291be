"""Which prompt each generation of a log answers: by id, else by the prompt's text."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from rewardlab.readers.answer import Answer
from rewardlab.readers.conversation import INSTRUCTING
from rewardlab.readers.logs import Log
from rewardlab.readers.turns import text_of
from rewardlab.task import Generation, Message, Prompt

Json: TypeAlias = Any

#: A generation's key, the trainer's reward function, and its score.
TrainerScore: TypeAlias = tuple[str, int, str, float]

#: What a chat template puts around turns; a text is cut there.
MARKS = re.compile(
    r"<\|[^|<>]{1,40}\|>|</?s>|<(?:start|end)_of_turn>|\[/?INST\]|<</?SYS>>|</?think>|<bos>|<eos>|<pad>"
    r"|^(?:system|developer|user|assistant|model|tool)\s*$",
    re.MULTILINE,
)
#: Right behind a mark stands the role, on the same line: <|im_start|>user.
ROLE = re.compile(r"^(?:system|developer|user|assistant|model|tool)\b\s*:?\s*\n?")
#: PROMPT-0, PROMPT_1, PROMPT:2, as requests of a batch are named.
NUMBERED = re.compile(r"(.+)[-_:/#.](\d{1,9})")


@dataclass(frozen=True, slots=True)
class Matched:
    """The generations of a log by prompt, the trainer's scores of them, and what a person should know of the rest."""

    generations: tuple[Generation, ...]
    scores: tuple[TrainerScore, ...]
    notices: tuple[str, ...]
    unmatched: int


def match(log: Log, prompts: Sequence[Prompt], *, where: str) -> Matched:
    """Match each answer to a prompt, and number those of a prompt: as the log does, else in its order.

    An id that is a prompt's decides, unless the text is another prompt's; an id that is only a place decides where no
    text does. The text is compared as it stands, then as a chat template would write it. A generation that a log holds
    twice, and one of no prompt, are left out and counted.
    """
    index = Index(prompts)
    groups: dict[str, list[Answer]] = {}
    counts, unmatched = Counter[str](), []
    for one in log.answers:
        found, number, how = index.find(one)
        if found is None:
            unmatched.append(one)
            continue
        counts[how] += 1
        groups.setdefault(found, []).append(one if number is None else _numbered(one, number))
    generations, scores, doubled = _generations(groups, is_trained=log.is_trained)
    return Matched(
        tuple(generations), tuple(scores), tuple(_notices(log, counts, unmatched, doubled, where)), len(unmatched)
    )


class Index:
    """The prompts by id, by text, and by what a chat template leaves of their turns."""

    def __init__(self, prompts: Sequence[Prompt]):
        self._prompts = {prompt.id: prompt for prompt in prompts}
        self._exact: dict[str, list[str]] = {}
        self._bare: dict[str, list[str]] = {}
        self._longest = 1
        self._found: dict[str, tuple[str | None, str]] = {}
        for prompt in prompts:
            for key in dict.fromkeys(_exact_keys(prompt.messages)):
                self._exact.setdefault(key, []).append(prompt.id)
            segments = _segments_of(prompt.messages)
            self._longest = max(self._longest, len(segments))
            self._bare.setdefault("\0".join(segments), []).append(prompt.id)

    def find(self, one: Answer) -> tuple[str | None, int | None, str]:
        """The prompt's id, the generation's number where its id tells one, and how it was found."""
        by_text, how = self._by_text(one)
        if one.id is not None and one.id in self._prompts:
            if one.id_is_place and one.prompt is not None:
                same = by_text is not None
                return (by_text, None, how) if same else (None, None, "")
            return (
                (by_text, None, "another prompt's text") if self._contradicts(one.id, by_text) else (one.id, None, "id")
            )
        if one.id is not None and (numbered := NUMBERED.fullmatch(one.id)) and numbered[1] in self._prompts:
            return numbered[1], int(numbered[2]), "id"
        return by_text, None, how

    def _contradicts(self, named: str, by_text: str | None) -> bool:
        """Whether a text is another prompt's than its id says, and not one that reads the same."""
        if by_text is None or by_text == named:
            return False
        return _segments_of(self._prompts[named].messages) != _segments_of(self._prompts[by_text].messages)

    def _by_text(self, one: Answer) -> tuple[str | None, str]:
        asked = None if one.prompt is None else one.prompt.get("messages", one.prompt.get("prompt"))
        if asked is None:
            return None, ""
        key = asked if isinstance(asked, str) else json.dumps(asked, sort_keys=True, default=str)
        if key not in self._found:
            self._found[key] = self._search(asked)
        return self._found[key]

    def _search(self, asked: str | Sequence[Message]) -> tuple[str | None, str]:
        keys = [asked] if isinstance(asked, str) else _exact_keys(asked)
        for key in keys:
            if held := self._exact.get(key):
                return held[0], "text"
        segments = _segments(asked) if isinstance(asked, str) else _segments_of(asked)
        # A template may write a system turn of its own before those of the prompt.
        for start in range(max(0, len(segments) - self._longest), len(segments)):
            if held := self._bare.get("\0".join(segments[start:])):
                return self._with_system(held, segments[:start]), "chat form"
        return None, ""

    def _with_system(self, held: Sequence[str], before: Sequence[str]) -> str:
        """Of prompts that ask the same, the one whose system turn stands before it."""
        said = "\0".join(before)
        fitting = (one for one in held if (system := _system_of(self._prompts[one].messages)) and system in said)
        return next(fitting, held[0])


def _exact_keys(messages: Sequence[Message]) -> list[str]:
    """A conversation as one text: roles and contents; and its only turn's content by itself."""
    whole = json.dumps([[one.get("role"), text_of(one.get("content"))] for one in messages])
    only = text_of(messages[0].get("content")) if len(messages) == 1 else None
    return [whole] if only is None else [whole, only]


def _segments_of(messages: Sequence[Message]) -> list[str]:
    """The texts of the turns that ask; what instructs is compared apart."""
    spoken = [one for one in messages if one.get("role") not in INSTRUCTING]
    return [part for one in spoken for part in _segments(text_of(one.get("content")) or "")]


def _segments(text: str) -> list[str]:
    """The pieces of a text between a template's marks, white space at their ends and roles left out."""
    parts = (ROLE.sub("", part.strip() + "\n").strip() for part in MARKS.split(text))
    return [part for part in parts if part]


def _system_of(messages: Sequence[Message]) -> str:
    return "\0".join(
        part
        for one in messages
        if one.get("role") in INSTRUCTING
        for part in _segments(text_of(one.get("content")) or "")
    )


def _numbered(one: Answer, number: int) -> Answer:
    fields = {name: getattr(one, name) for name in Answer.__slots__}
    return Answer(**{**fields, "index": number if one.index is None else one.index})


def _generations(
    groups: Mapping[str, Sequence[Answer]], *, is_trained: bool
) -> tuple[list[Generation], list[TrainerScore], int]:
    generations: list[Generation] = []
    scores: list[TrainerScore] = []
    doubled = 0
    for name, answers in groups.items():
        taken: set[int] = set()
        numbers: list[int | None] = []
        for one in answers:
            fresh = one.index is not None and one.index not in taken
            numbers.append(one.index if fresh else -1 if one.index is not None else None)
            taken |= {one.index} if fresh and one.index is not None else set()
        doubled += numbers.count(-1)
        free = (number for number in range(len(answers) + len(taken)) if number not in taken)
        for one, number in zip(answers, numbers, strict=True):
            if number == -1:
                continue
            place = next(free) if number is None else number
            generations.append(_generation(name, place, one))
            if is_trained:
                scores += [(name, place, what, score) for what, score in one.scores]
    return generations, scores, doubled


def _generation(prompt_id: str, index: int, one: Answer) -> Generation:
    assert one.text is not None, "answers of a log are texts"
    return Generation(
        prompt_id,
        index,
        one.text,
        one.finish_reason,
        one.prompt_tokens,
        one.completion_tokens,
        token_ids=one.token_ids,
        tool_calls=one.tool_calls,
    )


def _notices(log: Log, counts: Counter[str], unmatched: Sequence[Answer], doubled: int, where: str) -> list[str]:
    matched = sum(counts.values())
    how = ", ".join(f"{count:,} by {name}" for name, count in counts.items())
    told = [f"{where}: read as {log.title}: {matched:,} generations" + (f" ({how})" if how else "")]
    if unmatched:
        told.append(
            f"{where}: {len(unmatched):,} generations are of no prompt in the prompts and are left out "
            f"(first: {unmatched[0].where})"
        )
    if doubled:
        told.append(f"{where}: {doubled:,} generations stand there twice; the first of each counts")
    told += [f"{where}: {count:,} left out: {reason}" for reason, count in list(log.lost.items())[:5]]
    if len(log.lost) > 5:
        told.append(f"{where}: {sum(list(log.lost.values())[5:]):,} more left out, for other reasons")
    steps = sorted({one.step for one in log.answers if one.step is not None})
    if len(steps) > 1:
        told.append(
            f"{where}: drawn at {len(steps):,} steps of the training ({steps[0]} to {steps[-1]}), between which the "
            f"model changed; --step {steps[0]} takes one"
        )
    models = sorted({one.model for one in log.answers if one.model is not None})
    if len(models) > 1:
        told.append(
            f"{where}: drawn from {len(models)} models ({', '.join(models[:3])}), which the audit takes for one"
        )
    return told

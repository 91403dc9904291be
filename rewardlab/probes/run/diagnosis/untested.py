"""Was any sampled answer written as the reward reads answers? Where none was, the model has not been tested."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rewardlab.answers.reading.answer import Sought
from rewardlab.answers.values.amounts import value_of_all
from rewardlab.answers.values.items import are_parts, items_of, split
from rewardlab.answers.values.names import Names
from rewardlab.answers.values.shape import (
    Shape,
    have_capitals,
    holds,
    numeric_shapes,
    without_case,
    without_units,
    worded_shape,
)
from rewardlab.findings import Finding, shortened
from rewardlab.probes.run.diagnosis.readings import Readings
from rewardlab.probes.run.diagnosis.texts import Texts
from rewardlab.probes.run.diagnosis.weight import percent, share_by_prompt
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Bools
from rewardlab.stats.interval import Estimate

#: The share of answers of the winning shape that still counts as none, and the fewest answers to look at.
NEARLY_NONE, LEAST = 0.02, 60
REFUSAL = re.compile(
    r"\b(?:(?:do not|don['\u2019]t|can ?not|can['\u2019]t|could not|unable to) "
    r"(?:know|say|tell|answer|help|determine|find)|not sure|no idea|unknown|sorry|rather not|"
    r"wei\u00df (?:ich )?(?:es )?nicht|keine ahnung|ne sais pas|no (?:lo )?s\u00e9)\b"
    r"|\u4e0d\u77e5\u9053|\u308f\u304b\u308a\u307e\u305b\u3093|\u043d\u0435 \u0437\u043d\u0430\u044e",
    re.IGNORECASE,
)
#: A letter that begins a sentence may be an article.
ARTICLE = re.compile(r"[AaIi]\s+[^\W\d_]{2,}")


def ask(question: Question, texts: Texts, readings: Readings, explained: Bools) -> Iterator[Finding]:
    """RL415, a blocker, where (nearly) no text holds an answer of the shape that references win in.

    Asked where references won as they stand in the file. Not said where answers of another shape win, for then the
    reward reads that one too, nor of texts that say that they have no answer.
    """
    if not any(one.source == "reference" for one in question.evidence.right):
        return
    of = texts.scored & readings.tried & ~explained
    known = Shapes.of([one for one in readings.sought if one is not None], texts.text)
    told = [
        None if one is None or not asked else known.found(one, text, readings.names[one.kind])
        for text, one, asked in zip(texts.text, readings.sought, of, strict=True)
    ]
    asked = texts.where([one is not None for one in told])
    shaped = texts.where([bool(one) for one in told])
    share = share_by_prompt(texts, shaped, asked)
    if int(asked.sum()) < LEAST or not isinstance(share, Estimate) or share.estimate > NEARLY_NONE:
        return
    won = asked & ~texts.failing
    refused = texts.where([REFUSAL.search(text) is not None for text in texts.text])
    if 2 * (won & ~shaped).sum() > max(1, won.sum()) or 2 * (asked & refused).sum() > asked.sum():
        return
    cells = asked & ~shaped & texts.failing
    example = next(one.texts[0] for one, use in zip(readings.sought, cells, strict=True) if use and one is not None)
    before, after = question.evidence.form or ("", "")
    paid = shortened(before + example + after)
    held = "none" if not shaped.any() else f"{int(shaped.sum()):,} ({percent(share.estimate)})"
    summary = (
        f"of {int(asked.sum()):,} sampled answers {held} hold anything written as the reward reads it, such as "
        f'"{paid}", so the model\'s answers were never tested'
    )
    evidence = {"summary": summary, "asked": int(asked.sum()), "shaped": int(shaped.sum()), "share": share.estimate}
    evidence |= {"low": share.low, "high": share.high, "examples": texts.examples(question, cells)}
    yield Finding("RL415", "blocker", evidence, _remedy(paid))


def _remedy(paid: str) -> str:
    return (
        "No sampled answer is written as the reward reads it, so this is no reason to fine-tune: how often it is "
        f'right is not known. Show the format in the prompt (the reward pays a text such as "{paid}"), or loosen '
        "the reward so that it reads what the model writes; then audit again."
    )


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes of a file's references: of those with digits, and of phrases."""

    numeric: frozenset[Shape]
    worded: frozenset[Shape]
    are_lists: bool = False

    @classmethod
    def of(cls, wanted: Iterable[Sought], texts: Iterable[str]) -> Shapes:
        """Collect the shapes of what is sought (of lists, those of their items).

        Words count in small letters too if no text has a capital.
        """
        sought = list(wanted)
        lists = [found for one in sought if (found := items_of(one.texts[0]))]
        are_lists = 2 * len(lists) > len(sought) and are_parts(lists)
        answers = {part for one in sought for text in one.texts for part in (split(text) if are_lists else [text])}
        numeric = frozenset(shape for one in answers for shape in numeric_shapes(one))
        worded = frozenset(worded_shape(one) for one in answers)
        if not have_capitals([worded_shape(text) for text in texts]):
            worded |= frozenset(map(without_case, worded))
        return cls(numeric, worded, are_lists)

    def found(self, wanted: Sought, text: str, names: Names) -> bool | None:
        """Whether the text holds anything of the shape of this kind of answer; None where its kind has no shape."""
        if wanted.kind not in {"record", "array"} and any(value_of_all(one) for one in wanted.texts):
            return bool(without_units(numeric_shapes(text)) & self.numeric)
        match wanted.kind:
            case "label" | "phrase" | "text" if self.are_lists or wanted.kind == "phrase":
                return self._is_worded(text)
            case "label":
                return _names_a_label(text, names)
            case "record":
                return "{" in text and "}" in text
            case "array":
                return "[" in text and "]" in text
            case _:
                return None

    def _is_worded(self, text: str) -> bool:
        """Whether the text holds the shape of an answer in words."""
        shape = worded_shape(text)
        return any(holds(shape, one) for one in self.worded)


def _names_a_label(text: str, names: Names) -> bool:
    if not names.are_letters:
        return bool(names.within(text.casefold()))
    letters = re.escape("".join(sorted(names.known)))
    found = re.finditer(rf"(?<![\w'\u2019])[{letters}](?![\w'\u2019])", text, re.IGNORECASE)
    return any(not ARTICLE.match(text, match.start()) for match in found)

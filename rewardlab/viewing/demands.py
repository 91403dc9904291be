"""What a mended reward must give for each answer that a finding names, and answers that must stay as they are."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from rewardlab.reports.finding import FindingPart
from rewardlab.task import Generation, Json, Prompt
from rewardlab.viewing.contents import Contents
from rewardlab.viewing.named import generations_in, made_up_in, samples_in

#: succeeds, fails: on that side of the success threshold. scored: has a score. repeats: the same score when asked
#: again. keeps_batch: a good sample beside it keeps its score. seen: nothing is demanded, the finding is about many.
Want: TypeAlias = Literal["succeeds", "fails", "scored", "repeats", "keeps_batch", "seen"]
#: What made-up answers of these findings should do.
MADE_UP: dict[str, Want] = {
    "RL401": "succeeds",
    "RL402": "fails",
    "RL403": "succeeds",
    "RL406": "fails",
    "RL407": "fails",
    "RL408": "fails",
}
#: What samples of these findings should do; those of others are only shown.
SAMPLES: dict[str, Want] = {
    **dict.fromkeys(("RL103", "RL104", "RL201", "RL202", "RL203"), "scored"),
    **dict.fromkeys(("RL206", "RL207"), "repeats"),
    "RL108": "keeps_batch",
}
UNSCORED, UNSTEADY = ("RL1", "RL201", "RL202", "RL203"), ("RL206", "RL207", "RL306")
#: How `shortened` marks a text of which it kept the ends.
CUT, KEPT = " ... ", 80
#: Answers that must stay as they are, of those that are right and of those that are wrong.
MOST_GUARDS = 3


@dataclass(frozen=True, slots=True)
class Demand:
    """An answer to a prompt (or a whole sample as it was sent), what it earned, and what it should earn.

    `guard` marks an answer that the finding does not name: a mended reward must not spoil it.
    """

    prompt: Prompt | None
    generation: Generation | None
    sample: Json | None
    observed: float | str | None
    want: Want
    why: str
    guard: bool = False


def demands(contents: Contents, finding: FindingPart) -> list[Demand]:
    """The demands of a finding, those about what it names first; empty where it names nothing that can be asked."""
    named = [*_generations(contents, finding), *_made_up(contents, finding), *_samples(finding)]
    return [*named, *_guards(contents, named)] if named else []


def _generations(contents: Contents, finding: FindingPart) -> Iterator[Demand]:
    for prompt_id, index in generations_in(finding):
        row = contents.places.get(prompt_id)
        if row is not None and (prompt_id, index) in contents.rows:
            want, why = _wanted(contents, finding.code, row, index)
            yield _demand(contents, row, index, want, why)


def _wanted(contents: Contents, code: str, row: int, index: int) -> tuple[Want, str]:
    """What this generation should earn: by its label, else by its text, else by what the finding is about."""
    score, succeeds = contents.answers.score[row, index], contents.right[row, index]
    if code.startswith(UNSTEADY):
        return "repeats", "the same answer should earn the same"
    if code.startswith(UNSCORED) and not math.isfinite(score):
        return "scored", "it has no score"
    labels = contents.answers.labels
    if labels is not None and np.isfinite(labels[row, index]) and labels[row, index] != 0.5:
        right = labels[row, index] > 0.5
        if right != succeeds:
            return ("succeeds", "it is labelled right") if right else ("fails", "it is labelled wrong")
    read = contents.reads.get((row, index))
    if read is not None and (read.side == "right") != succeeds:
        right = read.side == "right"
        return ("succeeds", "its text is right") if right else ("fails", "its text is wrong")
    return "seen", "what the finding says is about many answers together"


def _demand(contents: Contents, row: int, index: int, want: Want, why: str, *, guard: bool = False) -> Demand:
    prompt, score = contents.prompts[row], float(contents.answers.score[row, index])
    held = contents.rows[prompt.id, index]
    generation = Generation(prompt.id, index, held["text"], held["finish_reason"], tool_calls=held["tool_calls"])
    observed = score if math.isfinite(score) else held.get("detail")
    return Demand(prompt, generation, None, observed, want, why, guard)


def _made_up(contents: Contents, finding: FindingPart) -> Iterator[Demand]:
    for number, made in enumerate(made_up_in(finding)):
        row = None if made.prompt_id is None else contents.places.get(made.prompt_id)
        if row is None or is_cut(made.answer):
            continue
        prompt = contents.prompts[row]
        want: Want = "fails" if made.is_wrong else MADE_UP.get(finding.code, "seen")
        why = made.kind or finding.title
        yield Demand(prompt, Generation(prompt.id, number, made.answer, "stop"), None, made.score, want, why)


def _samples(finding: FindingPart) -> Iterator[Demand]:
    """The samples that the evidence holds whole, as the reward was sent them."""
    for text, observed in samples_in(finding):
        try:
            sample = json.loads(text)
        except ValueError:
            continue  # cut, to be shown
        if isinstance(sample, dict) and "id" in sample and {"messages", "model_response"} & set(sample):
            if _is_cut_within(sample):
                continue
            yield Demand(None, None, sample, observed, SAMPLES.get(finding.code, "seen"), finding.title)


def is_cut(text: str) -> bool:
    """Whether a text in evidence is only the beginning and the end of an answer."""
    return len(text) == 2 * KEPT + len(CUT) and text[KEPT : KEPT + len(CUT)] == CUT


def _is_cut_within(held: Json) -> bool:
    if isinstance(held, str):
        return held.endswith(" characters)") and CUT in held
    inner = held.values() if isinstance(held, dict) else held if isinstance(held, list) else ()
    return any(map(_is_cut_within, inner))


def _guards(contents: Contents, named: list[Demand]) -> Iterator[Demand]:
    """Some generations that are right and succeed, and some that are wrong and fail; one a prompt, the named first."""
    places = {(one.prompt.id, one.generation.index) for one in named if one.prompt and one.generation}
    own = [contents.places[one.prompt.id] for one in named if one.prompt is not None]
    rows = list(dict.fromkeys([*own, *range(len(contents.prompts))]))
    yield from itertools.islice(_kept(contents, rows, places, succeeds=True), MOST_GUARDS)
    yield from itertools.islice(_kept(contents, rows, places, succeeds=False), MOST_GUARDS)


def _kept(contents: Contents, rows: list[int], places: set[tuple[str, int]], *, succeeds: bool) -> Iterator[Demand]:
    """The first generation of each row whose text says the same as its score."""
    side: Literal["right", "wrong"] = "right" if succeeds else "wrong"
    want: Want = "succeeds" if succeeds else "fails"
    for row in rows:
        for index in range(contents.answers.score.shape[1]):
            read = contents.reads.get((row, index))
            agrees = read is not None and read.side == side and bool(contents.right[row, index]) == succeeds
            if agrees and (contents.prompts[row].id, index) not in places:
                yield _demand(contents, row, index, want, f"its text is {side}", guard=True)
                break

"""Builds the groups and generations of a view from what a run holds."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import numpy as np

from rewardlab.reports.show import NearMiss, ShownGeneration, ShownGroup, ShownVerdict
from rewardlab.task import Json
from rewardlab.viewing.contents import Contents
from rewardlab.viewing.named import named_by


def group_of(contents: Contents, row: int) -> ShownGroup:
    """The group of the prompt in this row, the best score first, those without one last."""
    prompt, answers = contents.prompts[row], contents.answers
    columns = [int(column) for column in np.flatnonzero(answers.row[row] >= 0)]
    columns.sort(key=lambda column: _order(answers.score[row, column], column))
    return ShownGroup(
        prompt_id=prompt.id,
        messages=tuple(dict(turn) for turn in prompt.messages),
        reference=prompt.reference,
        flat=next((name for name, groups in contents.flat.items() if groups[row]), None),
        generations=tuple(generation_of(contents, row, column) for column in columns),
    )


def _order(score: float, column: int) -> tuple[float, int]:
    return (-score if math.isfinite(score) else math.inf, column)


def generation_of(contents: Contents, row: int, column: int) -> ShownGeneration:
    """The generation in this row and column."""
    answers, identifier = contents.answers, contents.prompts[row].id
    held = contents.rows[identifier, column]
    score = float(answers.score[row, column])
    label = math.nan if answers.labels is None else float(answers.labels[row, column])
    again = answers.scorings[row, column, 1:]
    return ShownGeneration(
        prompt_id=identifier,
        index=column,
        text=held["text"],
        finish_reason=held["finish_reason"],
        score=score if math.isfinite(score) else None,
        success=bool(contents.right[row, column]) if math.isfinite(score) else None,
        reason=held.get("reason"),
        detail=held.get("detail"),
        components={one["name"]: one["value"] for one in held.get("components") or () if _is_finite(one["value"])},
        scored_again=tuple(float(one) for one in again if math.isfinite(one)),
        label=label if math.isfinite(label) else None,
        verdicts=tuple(_verdict(name, said) for name, said in contents.judgments.get((identifier, column), ())),
        near_miss=near_miss_of(contents, row, column),
        findings=tuple(code for code, places in named_by(contents.report).items() if (identifier, column) in places),
    )


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _verdict(judge: str, said: Mapping[str, Json]) -> ShownVerdict:
    return ShownVerdict(
        judge=judge,
        verdict=said["label"] if said["label"] is not None else said["value"],
        right=said["right"],
        text=said["text"],
        reason=said["reason"],
        detail=said["detail"],
    )


def near_miss_of(contents: Contents, row: int, column: int) -> NearMiss | None:
    """How the generation's text and score part; None where they do not, or where the text tells nothing."""
    answers = contents.answers
    if not math.isfinite(answers.score[row, column]):
        return None
    read, succeeds = contents.reads.get((row, column)), bool(contents.right[row, column])
    text = str(contents.rows[contents.prompts[row].id, column]["text"])
    start, end = _span(text, contents.prompts[row].reference)
    if read is not None and read.side == "right" and not succeeds:
        return NearMiss(kind="reads_right_but_fails", start=start, end=end)
    if read is not None and read.side == "wrong" and succeeds:
        return NearMiss(kind="reads_wrong_but_succeeds")
    if read is None and start is not None and not succeeds:
        return NearMiss(kind="holds_the_reference_but_fails", start=start, end=end)
    return None


def _span(text: str, reference: Json) -> tuple[int | None, int | None]:
    """Where the reference last stands in the text as a word of its own."""
    wanted = reference if isinstance(reference, str) else None if reference is None else json.dumps(reference)
    wanted = (wanted or "").strip()
    place = len(text)
    while wanted and (place := text.rfind(wanted, 0, place)) >= 0:
        before, after = text[place - 1 : place] if place else "", text[place + len(wanted) :][:1]
        if not (_joins(before, wanted[0]) or _joins(wanted[-1], after)):
            return place, place + len(wanted)
        place += len(wanted) - 1
    return None, None


def _joins(left: str, right: str) -> bool:
    """Whether two characters side by side belong to one word."""
    return bool(left) and bool(right) and left.isalnum() and right.isalnum()

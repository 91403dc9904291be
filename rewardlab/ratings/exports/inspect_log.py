"""Reads Inspect's evaluation log as JSON: several scorers' values for each sample and epoch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rewardlab.errors import InputError
from rewardlab.ratings.exports.export import Export, Given
from rewardlab.ratings.records import Record, Records
from rewardlab.ratings.roles import Role


def read(records: Records, question: str | None) -> Export | None:
    """The scorers' values; a value with several numbers counts as several raters, named scorer/key."""
    whole = records.whole or {}
    samples = whole.get("samples")
    if question is not None or "eval" not in whole or not isinstance(samples, list):
        return None
    rows = [row for row in samples if isinstance(row, dict)]
    at = range(len(rows)) if len(records.rows) == len(rows) else [0] * len(rows)
    given = [one for place, row in zip(at, rows, strict=True) for one in _given(row, place)]
    names = list(dict.fromkeys(one.rater for one in given))
    if len(names) < 2:
        raise InputError(
            f"holds the values of {len(names)} scorer" + "s" * (len(names) != 1),
            where=records.source,
            expected="two or more that score the same samples",
        )
    roles = (
        Role("samples.id, epoch", "unit", "the sample of an Inspect log"),
        *(Role(f"scores.{name}", "rater", "a scorer") for name in names),
        Role("scores.value", "rating", "what the scorers gave"),
    )
    note = (
        f"The raters are the scorers {', '.join(names)}. Their agreement means something where they ask the same "
        "question; name those that do with --raters."
    )
    return Export("Inspect", given, roles, (note,))


def _given(row: Record, at: int) -> Iterator[Given]:
    unit = f"{row.get('id')} epoch {row.get('epoch', 1)}"
    scores = row.get("scores")
    for name, score in scores.items() if isinstance(scores, dict) else ():
        value: Any = score.get("value") if isinstance(score, dict) else score
        if isinstance(value, dict):
            for key, one in value.items():
                yield Given(unit, f"{name}/{key}", one, at)
        else:
            yield Given(unit, name, value, at)

"""A judge's judgments and their storage in a run directory, one row per question."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from rewardlab.judging.verdict import Verdict
from rewardlab.outcome import Unscored
from rewardlab.runs.parts import Parts

JUDGMENT_SCHEMA = pa.schema(
    [
        ("prompt_id", pa.string()),
        ("index", pa.int32()),
        ("other", pa.int32()),
        ("variant", pa.string()),
        ("time", pa.int32()),
        ("value", pa.float64()),
        ("label", pa.string()),
        ("expected", pa.float64()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("text", pa.string()),
        ("prompt_tokens", pa.int32()),
        ("completion_tokens", pa.int32()),
        ("seconds", pa.float64()),
    ]
)
KEY = ("prompt_id", "index", "other", "variant", "time")
#: The plain question, as the definition puts it.
PLAIN = ""
#: The variant of a pairwise question with the two responses in swapped order.
SWAPPED = "swapped"
#: Reasons why a question was not put: a field that it needs is missing, or it is too long for the model.
MISSING, TOO_LONG = "missing", "too_long"
NOT_ASKED = (MISSING, TOO_LONG)
#: Judgments are written at least this often; after a kill, at most this much is asked again.
FLUSH_SECONDS = 5.0
FLUSH_JUDGMENTS = 20_000

#: The key of a question: prompt id, index, other, variant, time.
Place: TypeAlias = tuple[str, int, int | None, str, int]


@dataclass(frozen=True, slots=True)
class Judgment:
    """A judge's answer to one question: the verdict or why there is none, the text it wrote, its tokens.

    `seconds` is the time since the judgment before, so that all add up; None for a judgment copied from an identical
    question, and for a question that could not be put.
    """

    place: Place
    value: float | None
    label: str | None
    expected: float | None
    reason: str | None
    detail: str | None
    text: str | None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    seconds: float | None = None

    @classmethod
    def of(cls, place: Place, verdict: Verdict | Unscored, *, text: str | None, seconds: float | None) -> Judgment:
        """The judgment for a verdict read from the judge's answer."""
        if isinstance(verdict, Unscored):
            return cls(place, None, None, None, verdict.reason, verdict.detail, text, seconds=seconds)
        return cls(place, verdict.value, verdict.label, verdict.expected, None, None, text, seconds=seconds)

    @classmethod
    def not_asked(cls, place: Place, reason: str, detail: str) -> Judgment:
        """The judgment for a question that could not be put; `reason` is one of NOT_ASKED."""
        return cls(place, None, None, None, reason, detail, None)

    def taken_over(self, place: Place) -> Judgment:
        """A copy of this judgment for another, identical question, which costs nothing."""
        return replace(self, place=place, prompt_tokens=None, completion_tokens=None, seconds=None)


def judgments_of(folder: Path, key: str) -> Parts:
    """The stored judgments of the judge with this key on the run in `folder`."""
    return Parts(folder / "judgments" / key, JUDGMENT_SCHEMA, key=KEY)


def read_judgments(parts: Parts) -> dict[Place, Judgment]:
    """The stored judgments by their place.

    Raises: RunError as `Parts.read` does.
    """
    table = parts.read()
    columns = {name: table[name].to_pylist() for name in table.column_names}
    places = zip(*(columns.pop(name) for name in KEY), strict=True)
    rest = (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))
    return {place: Judgment(place, **values) for place, values in zip(places, rest, strict=True)}


def repeated_in(places: Iterable[Place], *, times: int) -> frozenset[tuple[str, int]]:
    """The generations (prompt id, index) whose plain question has been answered again `times` times."""
    asked = Counter(
        (prompt_id, index)
        for prompt_id, index, other, variant, time in places
        if variant == PLAIN and other is None and 0 < time <= times
    )
    return frozenset(key for key, count in asked.items() if count >= max(times, 1))


class JudgmentWriter:
    """Collects judgments and writes them in parts, at least every FLUSH_SECONDS while they arrive."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._new = parts, list[Judgment]()
        self._flushed = time.monotonic()

    def add(self, judgments: Iterable[Judgment]) -> None:
        self._new.extend(judgments)
        if len(self._new) >= FLUSH_JUDGMENTS or time.monotonic() - self._flushed > FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write everything added so far to disk."""
        if self._new:
            rows, self._new = self._new, []
            self._parts.append(_columns(rows))
        self._flushed = time.monotonic()


def _columns(rows: Sequence[Judgment]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {name: [row.place[at] for row in rows] for at, name in enumerate(KEY)}
    for name in JUDGMENT_SCHEMA.names[len(KEY) :]:
        values = [getattr(row, name) for row in rows]
        columns[name] = [_storable(value) if isinstance(value, str) else value for value in values]
    return columns


def _storable(text: str) -> str:
    """The text in a form that UTF-8 can hold, since a judge may write a lone surrogate."""
    return text.encode("utf-8", "backslashreplace").decode()

"""Reads promptfoo's results: the assertions of a test are the raters of its output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rewardlab.errors import InputError
from rewardlab.ratings.exports.export import Export, Given, cells_of, counted
from rewardlab.ratings.records import Record, Records
from rewardlab.ratings.roles import Role

SAME = "Their agreement means something where they ask the same question; name those that do with --raters."


def read(records: Records, question: str | None) -> Export | None:
    """The scores that the assertions gave each output, or with `--rating pass` whether it passed.

    Results that ended in an error have no ratings.
    """
    rows = _results(records)
    if not rows or question not in {None, "score", "pass"}:
        return None
    key = question or "score"
    given = [one for at, row in enumerate(rows) for one in _given(row, at, key)]
    names = list(dict.fromkeys(one.rater for one in given))
    if len(names) < 2:
        raise InputError(
            f"holds the results of {len(names)} assertion" + "s" * (len(names) != 1),
            where=records.source,
            expected="two or more that grade the same outputs",
        )
    roles = (
        Role("testIdx, provider, prompt", "unit", "the output of a promptfoo result"),
        *(Role(name, "rater", "an assertion, by its metric or its type") for name in names),
        Role(f"componentResults.{key}", "rating", "what the assertions gave"),
    )
    failed = sum(not isinstance(row.get("gradingResult"), dict) for row in rows)
    notes = (
        f"The raters are promptfoo assertions: {', '.join(names)}. {SAME}",
        *counted(failed, "results without grades, as those that ended in an error"),
    )
    parts = cells_of(_vars(row) for row in rows)
    return Export("promptfoo", _at_rows(given, len(records.rows)), roles, notes, parts if rows is records.rows else {})


def _results(records: Records) -> Sequence[Record]:
    whole = records.whole or {}
    held = whole.get("results")
    inner = held.get("results") if isinstance(held, dict) else held
    rows = inner if isinstance(inner, list) else records.rows
    fits = all(isinstance(row, dict) and "gradingResult" in row and ("testIdx" in row or "vars" in row) for row in rows)
    return rows if fits else ()


def _given(row: Record, at: int, key: str) -> Iterator[Given]:
    graded = row.get("gradingResult")
    components = graded.get("componentResults") if isinstance(graded, dict) else None
    provider = row.get("provider")
    who = provider.get("label") or provider.get("id") if isinstance(provider, dict) else provider
    unit = f"test {row.get('testIdx', at)}, {who}, prompt {row.get('promptIdx', 0)}"
    seen: Counter[str] = Counter()
    for one in components if isinstance(components, list) else ():
        if isinstance(one, dict):
            name = _name(one.get("assertion"))
            seen[name] += 1
            yield Given(unit, name if seen[name] == 1 else f"{name} {seen[name]}", one.get(key), at)


def _name(assertion: Any) -> str:
    if not isinstance(assertion, dict):
        return "assertion"
    return str(assertion.get("metric") or assertion.get("type") or "assertion")


def _at_rows(given: list[Given], rows: int) -> list[Given]:
    """The ratings, assigned to row 0 if the file is a single object."""
    return given if rows > 1 else [one._replace(row=0) for one in given]


def _vars(row: Record) -> dict[str, Any]:
    held = row.get("vars")
    return held if isinstance(held, dict) else {}

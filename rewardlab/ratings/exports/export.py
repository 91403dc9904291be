"""The result of reading a tool's export: who gave which rating to which unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from rewardlab.errors import UsageError
from rewardlab.ratings.naming import command_for
from rewardlab.ratings.records import Records, cell_of
from rewardlab.ratings.roles import Role, UnclearError


class Given(NamedTuple):
    """A rating: the unit, the rater, the rating itself (None if there is none), and its row in the file."""

    unit: str
    rater: str
    rating: Any
    row: int


@dataclass(frozen=True, slots=True)
class Export:
    """The ratings of a tool's export; `parts` are further columns by name, with one cell for each row of the file."""

    tool: str
    given: Sequence[Given]
    roles: tuple[Role, ...]
    notes: tuple[str, ...] = ()
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Reader(Protocol):
    """Reads the rows of one tool's export, or returns None for rows that are not from that tool.

    `question` is what the user named with --rating, if several things were rated.
    Raises: InputError for an export without ratings of units; UnclearError if several things were rated and the user
    named none.
    """

    def __call__(self, records: Records, question: str | None) -> Export | None: ...


def asked(records: Records, questions: Sequence[str], question: str | None, *, what: str) -> str:
    """The question to read: the one that the user named, or the only one.

    Raises: UsageError for an unknown question; UnclearError if there are several and none was named.
    """
    if question is not None:
        if question not in questions:
            raise UsageError(f"no {what} {question!r}", where="--rating", expected=f"one of {', '.join(questions)}")
        return question
    if len(questions) > 1:
        raise UnclearError(
            f"{len(questions)} things were rated: {', '.join(questions)}",
            where=records.source,
            commands=[command_for(records.files, ("--rating", (one,))) for one in questions],
            roles=[Role(one, "unclear", f"a {what}; several were rated") for one in questions],
        )
    return questions[0]


def cells_of(rows: Iterable[Mapping[str, Any]], *, skip: Iterable[str] = ()) -> dict[str, list[str]]:
    """The columns with single values, by which ratings may be sliced."""
    held = list(rows)
    names = dict.fromkeys(name for row in held for name, value in row.items() if not isinstance(value, dict | list))
    return {name: [_single(row.get(name)) for row in held] for name in names if name not in set(skip)}


def _single(value: Any) -> str:
    return "" if isinstance(value, dict | list) else cell_of(value)


def counted(count: int, what: str) -> tuple[str, ...]:
    """The note that `count` things are left out; empty if none are."""
    return (f"Left out: {count:,} {what}.",) if count else ()

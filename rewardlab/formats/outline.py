"""What a report says, in the parts that Markdown, JUnit, SARIF and HTML are written from.

Each report's folder has a function that makes an outline of it; the shared formats know outlines only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Tone: TypeAlias = Literal["good", "bad", "open"]
State: TypeAlias = Literal["passed", "failed", "error", "skipped"]
Severity: TypeAlias = Literal["blocker", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table: its title, header and rows, all text; the first column holds names, the others numbers."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """The file that a finding is about, as its user named it, and the line to blame if one is known."""

    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as it is told: the rule it breaks, what was seen (a line each), what to do, and where it lies.

    `code` is one of the catalogue, or a name of the report's own.
    """

    code: str
    severity: Severity
    title: str
    lines: tuple[str, ...]
    remedy: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A question that the report answers: passed, failed, error where it could not be asked, or skipped.

    `message` is one line; `body` holds what was seen, and for a question that passed what should still be known.
    """

    name: str
    state: State
    message: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The verdict on one subject, such as one reward of a check, and what it rests on.

    `pictures` are SVG elements that are safe as they are; all else is text from anywhere.
    """

    subject: str
    verdict: str
    tone: Tone
    lead: tuple[str, ...]
    cases: tuple[Case, ...]
    told: tuple[Told, ...] = ()
    tables: tuple[Rows, ...] = ()
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """A report: its command, what it is called, its verdict and exit code, and its parts."""

    command: str
    title: str
    verdict: str
    tone: Tone
    exit_code: int
    version: str
    parts: tuple[Part, ...]


#: How a severity is called in SARIF.
LEVELS: Mapping[Severity, str] = {"blocker": "error", "warning": "warning", "note": "note"}

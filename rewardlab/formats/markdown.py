"""An outline as Markdown for a comment on a pull request: the verdict in view, the details folded.

Outside text can start no markup, HTML, mention, reference or link, on GitHub or GitLab: see `escaped`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape

from rewardlab.formats.outline import Outline, Part, Rows, Told

MARKS = {"good": "✅", "bad": "❌", "open": "❔"}
SEVERITIES = {"blocker": "⛔ blocker", "warning": "⚠️ warning", "note": "ℹ️ note"}
#: What Markdown or HTML would take for markup within a line, and at its start.
MARKUP, AT_START = re.compile(r"([\\`*_{}\[\]<>#|~$&@])"), re.compile(r"^(\d*)([-+=:.)])")
#: Where GitHub and GitLab link text after Markdown has been read, so that an escape alone does not help: names of
#: people (@), issues and requests (#, !, GH-), snippets, labels, epics and milestones, addresses, emoji, and commits.
LINKED = re.compile(
    r"[@#!$~&^%](?=[\w\"'])|:(?=//|\w+:)|\b(?:www|mailto|xmpp|gh)(?=[.:-])|\b[0-9a-f]{6}(?=[0-9a-f])", re.IGNORECASE
)
#: A space of no width, as an entity: it parts what would be linked, and nobody sees it.
GAP = "&#8203;"
#: Stands for the gap until everything is escaped; no text holds it.
PARTED = "\0"
#: The room of a comment on GitHub is 65,536 characters; what does not fit is left out, and the comment says so.
ROOM = 60_000
SHOWN_ROWS = 60


def page(outline: Outline) -> str:
    """The outline as Markdown, ending with a line break."""
    mark = MARKS[outline.tone]
    lines = [f"## {mark} {escaped(outline.title)}: {escaped(outline.verdict)}", ""]
    for part in outline.parts:
        lines += _part(part, alone=len(outline.parts) == 1)
    tail = [f"<sub>rewardlab {escaped(outline.version)} {escaped(outline.command)}</sub>"]
    return "\n".join([*_fitting(lines, ROOM), *tail]) + "\n"


def _part(part: Part, *, alone: bool) -> Iterator[str]:
    verdict = "" if alone else f"{MARKS[part.tone]} {escaped(part.verdict)} "
    yield f"{verdict}**{escaped(part.subject)}**"
    yield ""
    yield from (f"- {escaped(sentence)}" for sentence in part.lead)
    yield ""
    for told in part.told:
        yield from _told(told)
    for rows in part.tables:
        yield from _folded(rows.title.capitalize(), _table(rows))


def _told(told: Told) -> Iterator[str]:
    """A finding, folded; a blocker too: its title says what is wrong."""
    body = [f"- {escaped(line)}" for line in told.lines]
    if told.place is not None and told.place.line is not None:
        body += [f"- at {escaped(f'{told.place.path} line {told.place.line}')}"]
    if told.remedy:
        body += ["", f"**What to do.** {escaped(told.remedy)}"]
    yield from _folded(f"{SEVERITIES[told.severity]}: {told.code} {told.title}", body)


def _folded(summary: str, body: Iterable[str]) -> Iterator[str]:
    yield f"<details><summary>{in_summary(summary)}</summary>"
    yield ""
    yield from body
    yield ""
    yield "</details>"
    yield ""


def _table(rows: Rows) -> Iterator[str]:
    yield _row(rows.header)
    yield "| " + " | ".join(["---", *["---:"] * (len(rows.header) - 1)]) + " |"
    for row in rows.rows[:SHOWN_ROWS]:
        yield _row(row)
    if left := rows.rows[SHOWN_ROWS:]:
        yield ""
        yield f"{len(left):,} more"


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(map(escaped, cells)) + " |"


def escaped(text: str) -> str:
    """The text in one line: its marks are escaped, and what a host would link is parted by a gap that is not seen."""
    started = AT_START.sub(r"\1\\\2", MARKUP.sub(r"\\\1", _parted(text)))
    return started.replace(PARTED, GAP)


def in_summary(text: str) -> str:
    """The same for the line of a fold, which Markdown leaves alone: it is HTML."""
    return escape(_parted(text)).replace(PARTED, GAP)


def _parted(text: str) -> str:
    return LINKED.sub(rf"\g<0>{PARTED}", " ".join(text.replace(PARTED, "\ufffd").split()))


def _fitting(lines: list[str], room: int) -> Iterator[str]:
    """The lines that fit, cut where no fold is open, and how much is left out."""
    used, is_open, whole = 0, False, 0
    for number, line in enumerate(lines, start=1):
        used += len(line) + 1
        if used > room:
            yield from lines[:whole]
            yield f"{len(lines) - whole:,} further lines are left out here; the JSON report holds everything."
            yield ""
            return
        is_open = line.startswith("<details>") or (is_open and line != "</details>")
        whole = whole if is_open else number
    yield from lines

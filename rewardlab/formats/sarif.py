"""An outline as SARIF 2.1.0, for code scanning: a result for each finding, at the line to blame where one is known."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from rewardlab.findings import CATALOGUE
from rewardlab.formats.outline import LEVELS, Outline, Part, Place, Told
from rewardlab.version import DOCUMENTATION

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
#: What a viewer would take for a link or a placeholder (SARIF 2.1.0, 3.11.5 and 3.11.6).
LINK, PLACEHOLDER = re.compile(r"([\\\[\]])"), re.compile(r"([{}])")


def page(outline: Outline) -> str:
    """The outline as SARIF's JSON, ending with a line break."""
    told = [one for part in outline.parts for one in part.told]
    rules = list({one.code: _rule(one) for one in told}.values())
    places = {rule["id"]: place for place, rule in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": "rewardlab", "version": outline.version, "rules": rules}},
        "invocations": [_invocation(outline)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(part, one, places[one.code]) for part in outline.parts for one in part.told],
        "properties": {
            "command": outline.command,
            "verdict": outline.verdict,
            "verdicts": {part.subject: part.verdict for part in outline.parts},
        },
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(told: Told) -> dict[str, Any]:
    """The page of the catalogue about this code; a name of the report's own has its title alone."""
    rule: dict[str, Any] = {"id": told.code, "shortDescription": {"text": _message(told.title)}}
    if (entry := CATALOGUE.get(told.code)) is None:
        return rule
    help_text = f"{entry.why}\n\nWhat to do: {entry.remedy}\n\nrewardlab explain {told.code} says the same."
    rule |= {"fullDescription": {"text": _message(entry.why)}, "help": {"text": _message(help_text)}}
    if DOCUMENTATION is not None:
        rule["helpUri"] = f"{DOCUMENTATION}/findings.md#{_anchor(told.code, entry.title)}"
    return rule


def _anchor(code: str, title: str) -> str:
    """The anchor of the heading `CODE: title` in docs/findings.md."""
    return re.sub(r"[^\w -]", "", f"{code}: {title}".lower()).replace(" ", "-")


def _result(part: Part, told: Told, rule: int) -> dict[str, Any]:
    text = "\n".join(filter(None, [told.title, *told.lines, told.remedy]))
    print_of = hashlib.sha256(
        f"{told.code}\n{told.place.path if told.place else part.subject}".encode("utf-8", "replace")
    )
    return {
        "ruleId": told.code,
        "ruleIndex": rule,
        "level": LEVELS[told.severity],
        "message": {"text": _message(text)},
        "locations": [_location(part, told.place)],
        "partialFingerprints": {"rewardlab/v1": print_of.hexdigest()[:32]},
    }


def _location(part: Part, place: Place | None) -> dict[str, Any]:
    """The file and its line; for what is no file, such as a deployed function, its name."""
    if place is None:
        return {"logicalLocations": [{"fullyQualifiedName": part.subject}]}
    where: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.path)}}
    # Code scanning shows a result only at a line; what concerns a file as a whole stands at its first.
    return {"physicalLocation": {**where, "region": {"startLine": place.line or 1}}}


def _uri(path: str) -> str:
    """A path as a URI: relative as it was named, so that it is found in the repository; an absolute one with file:."""
    pure = PurePath(path)
    quoted = quote(pure.as_posix().encode("utf-8", "replace"))
    return f"file://{quoted}" if pure.is_absolute() else quoted


def _invocation(outline: Outline) -> dict[str, Any]:
    """Whether the command ended as it should, and the questions that could not be asked or decided."""
    return {
        "executionSuccessful": True,
        "exitCode": outline.exit_code,
        "toolExecutionNotifications": _notifications(outline.parts),
    }


def _notifications(parts: Sequence[Part]) -> list[dict[str, Any]]:
    return [
        {"level": "warning", "message": {"text": _message(f"{part.subject}: {case.name}: {case.message}")}}
        for part in parts
        for case in part.cases
        if case.state == "error"
    ]


def _message(text: str) -> str:
    """A text in which nothing is taken for a link or a placeholder."""
    return PLACEHOLDER.sub(r"\1\1", LINK.sub(r"\\\1", text))

"""What action.yml runs on GitHub: a check or an audit, its summary on the run's page, and an annotation a finding.

Inputs come as environment variables, so that nothing in them is read by a shell: COMMAND, REWARD, PROMPTS, ARGUMENTS.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from rewardlab.cli import main as command_line

#: GitHub refuses a step's summary above this many bytes, and shows this many annotations of a level for a step.
MOST_BYTES, MOST_ANNOTATIONS = 1024 * 1024, 10
CUT = "\n\n*The summary is cut at GitHub's limit; report.json holds everything.*\n"
#: GitHub's name of each level of SARIF.
LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
COMMANDS = ("check", "audit")


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Run the command, and return its exit code, which the step ends with."""
    command = environment.get("COMMAND") or COMMANDS[0]
    if command not in COMMANDS:
        print(_said("error", f"command: {command!r}; expected one of {', '.join(COMMANDS)}", {}))
        return 2
    folder = Path(tempfile.mkdtemp(prefix="rewardlab-", dir=environment.get("RUNNER_TEMP")))
    report, summary, sarif = (folder / name for name in ("report.json", "summary.md", "report.sarif"))
    named = [one for one in (environment.get("REWARD", ""), environment.get("PROMPTS", "")) if one]
    outputs = [one for path in (report, summary, sarif) for one in ("--output", str(path))]
    code = command_line([command, *shlex.split(environment.get("ARGUMENTS", "")), *outputs, "--", *named])
    _append(environment.get("GITHUB_STEP_SUMMARY"), _cut(summary.read_text("utf-8") if summary.is_file() else ""))
    _append(environment.get("GITHUB_OUTPUT"), f"exit-code={code}\nreport={report}\n")
    if sarif.is_file():
        for line in workflow_commands(json.loads(sarif.read_text("utf-8"))):
            print(line)
    return code


def workflow_commands(sarif: Mapping[str, Any]) -> Iterator[str]:
    """A workflow command for each result, the gravest first, at most as many of a level as GitHub shows."""
    shown = dict.fromkeys(LEVELS, 0)
    results = [one for run in sarif["runs"] for one in run["results"]]
    for result in sorted(results, key=lambda one: list(LEVELS).index(one["level"])):
        level = result["level"]
        shown[level] += 1
        if shown[level] <= MOST_ANNOTATIONS:
            yield _said(LEVELS[level], result["message"]["text"], {"title": result["ruleId"], **_place(result)})


def _place(result: Mapping[str, Any]) -> dict[str, str]:
    """The file and line of a result; neither for what has no file."""
    place = result["locations"][0].get("physicalLocation")
    if place is None:
        return {}
    return {"file": unquote(place["artifactLocation"]["uri"]), "line": str(place["region"]["startLine"])}


def _said(level: str, text: str, properties: Mapping[str, str]) -> str:
    """GitHub's workflow command; what would end a line or a property is escaped, so that no text is a command."""
    held = ",".join(
        f"{name}={_escaped(value).replace(':', '%3A').replace(',', '%2C')}" for name, value in properties.items()
    )
    return f"::{level} {held}::{_escaped(text)}" if held else f"::{level}::{_escaped(text)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _cut(text: str) -> str:
    """The text, cut at the end of a line so that it fits with the note that says so."""
    data = text.encode()
    if len(data) <= MOST_BYTES:
        return text
    kept = data[: MOST_BYTES - len(CUT.encode())].rpartition(b"\n")[0]
    return kept.decode("utf-8", "ignore") + CUT


def _append(path: str | None, text: str) -> None:
    if path and text:
        with Path(path).open("a", encoding="utf-8") as out:
            out.write(text)


if __name__ == "__main__":
    sys.exit(main())

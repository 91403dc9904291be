"""Findings as a table in a terminal: code, severity, what was seen, what to do."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rewardlab.formats.display import Display
from rewardlab.report import FindingPart

SEVERITIES = {"blocker": "bold red", "warning": "yellow", "note": "cyan"}
UNSHOWN = {"examples", "band", "band_on"}


@contextmanager
def drawn(display: Display) -> Iterator[tuple[Console, io.StringIO]]:
    """A console that draws into text."""
    out = io.StringIO()
    colours: Literal["standard"] | None = "standard" if display.colour else None
    yield (
        Console(file=out, width=display.width, force_terminal=display.colour, color_system=colours, highlight=False),
        out,
    )


def lines_of(out: io.StringIO) -> str:
    """What was drawn, without trailing spaces, ending with a line break."""
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def findings_table(console: Console, findings: Sequence[FindingPart], *, told: str = "") -> None:
    """Print the findings; a remedy that was `told` already is not said again."""
    if not findings:
        console.print("\nno findings")
        return
    console.print()
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for finding in findings:
        body = Text(finding.title)
        if evidence := _evidence(finding):
            body.append(f"\n{evidence}", "dim")
        if finding.remedy != told:
            body.append(f"\n{finding.remedy}")
        table.add_row(finding.code, Text(finding.severity, SEVERITIES[finding.severity]), body)
    console.print(table)


def _evidence(finding: FindingPart) -> str:
    parts = [
        f"{name.replace('_', ' ')} {_value(value)}"
        for name, value in finding.evidence.items()
        if name not in UNSHOWN and value not in (None, [], {})
    ]
    lines = [", ".join(parts)] if parts else []
    return "\n".join([*lines, *(_example(example) for example in finding.evidence.get("examples", []))])


def _example(example: dict[str, Any]) -> str:
    """One concrete generation: where it stands, then what was seen of it."""
    rest = {name: value for name, value in example.items() if name not in {"prompt_id", "index", "detail"}}
    place = str(example.get("prompt_id", ""))
    if "index" in example:
        place += f" [{example['index']}]"
    seen = [str(example["detail"])] if "detail" in example else []
    seen += [f"{name.replace('_', ' ')} {_quoted(value)}" for name, value in rest.items()]
    return (f"{place}: " if place else "") + ", ".join(seen)


def _quoted(value: Any) -> str:
    return repr(value) if isinstance(value, str) else _value(value)


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {_value(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return "; ".join(_value(inner) for inner in value)
    return str(value)

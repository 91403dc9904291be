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
from rewardlab.reports.finding import FindingPart

SEVERITIES = {"blocker": "bold red", "warning": "yellow", "note": "cyan"}
UNSHOWN = {"examples", "band", "band_on"}
#: How many cases of each kind and how many characters of a text are shown; the JSON report holds them all.
SHOWN, LONGEST = 3, 120


@contextmanager
def drawn(display: Display) -> Iterator[tuple[Console, io.StringIO]]:
    """A console, and the text buffer that it draws into."""
    out = io.StringIO()
    colours: Literal["standard"] | None = "standard" if display.colour else None
    yield (
        Console(
            file=out,
            width=display.width,
            force_terminal=display.colour,
            color_system=colours,
            highlight=False,
            markup=False,
        ),
        out,
    )


def lines_of(out: io.StringIO) -> str:
    """The drawn text, without trailing spaces, ending with a line break."""
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def findings_table(console: Console, findings: Sequence[FindingPart], *, told: str = "") -> None:
    """Print the findings; the remedy `told`, which the reader has seen, is not repeated."""
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
        if evidence := evidence_of(finding):
            body.append(f"\n{evidence}", "dim")
        if finding.remedy != told:
            body.append(f"\n{finding.remedy}")
        table.add_row(finding.code, Text(finding.severity, SEVERITIES[finding.severity]), body)
    console.print(table)


def evidence_of(finding: FindingPart) -> str:
    """The facts in one line, or the sentence that sums them up; then a line for each concrete case."""
    if summary := finding.evidence.get("summary"):
        return "\n".join([summary, *(f"- {_case(one)}" for one in finding.evidence.get("examples", [])[:SHOWN])])
    known = {name: value for name, value in finding.evidence.items() if name not in UNSHOWN and not _empty(value)}
    share, facts = _share(known)
    listed = [one for value in facts.values() if _is_listed(value) for one in value[:SHOWN]]
    listed += finding.evidence.get("examples", [])[:SHOWN]
    line = ", ".join([*share, *(_fact(name, value) for name, value in facts.items() if not _is_listed(value))])
    return "\n".join([*([line] if line else []), *(f"- {_case(one)}" for one in listed)])


def _share(facts: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """The share of prompts and its interval as one phrase, and the other facts."""
    if not {"share", "low", "high", "prompts"} <= set(facts):
        return [], facts
    low, high = percent(facts["low"]), percent(facts["high"])
    text = f"{percent(facts['share'])} of {facts['prompts']} prompts ({low} to {high})"
    return [text], {name: value for name, value in facts.items() if name not in {"share", "low", "high", "prompts"}}


def percent(share: float | None) -> str:
    """A share in percent, with one decimal unless it is 0. Only exactly 0 and 1 are shown as 0 % and 100 %."""
    if share is None:
        return "-"
    text = f"{100 * share:.1f}"
    if text == "0.0" and share > 0:
        return "<0.1 %"
    if text == "100.0" and share < 1:
        return ">99.9 %"
    return text.removesuffix(".0") + " %"


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def _is_listed(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _case(case: dict[str, Any]) -> str:
    """One concrete case: its prompt and index, what was seen, and the first of the cases within it."""
    place = str(case.get("prompt_id", ""))
    if "index" in case:
        place += f" [{case['index']}]"
    share, rest = _share(case)
    seen = [str(case["detail"])] if "detail" in case else []
    inner = []
    for name, value in rest.items():
        if _is_listed(value):
            inner += [_case(one) for one in value[:1]]
        elif name not in {"prompt_id", "index", "detail", "severity"} and value is not None:
            seen.append(_fact(name, value))
    text = (f"{place}: " if place else "") + ", ".join([*seen, *share])
    return text + (f" (e.g. {inner[0]})" if inner else "")


def _fact(name: str, value: Any) -> str:
    return f"{name.replace('_', ' ')} {_value(value)}"


def _value(value: Any) -> str:
    """A number to four digits; a text of at most LONGEST characters, in quotes unless it is one word."""
    if isinstance(value, float):
        return f"{value + 0.0:.4g}"  # a penalty of 0 is -0.0, shown as 0
    if isinstance(value, str):
        short = value if len(value) <= LONGEST else value[: LONGEST - 4] + " ..."
        return short if short.isprintable() and short and " " not in short else f"'{short}'"
    if isinstance(value, dict):
        return ", ".join(_fact(name, inner) for name, inner in value.items())
    if isinstance(value, list):
        return "; ".join(_value(inner) for inner in value)
    return str(value)

"""What is shown of a run as a person reads it in a terminal: findings with generations, or groups."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from rewardlab.formats.display import Display
from rewardlab.formats.evidence import evidence_lines
from rewardlab.formats.evidence.values import short, value
from rewardlab.formats.findings import SEVERITIES, drawn, lines_of
from rewardlab.reports.section import visible_all
from rewardlab.reports.show import NearMiss, ShownFinding, ShownGeneration, ShownGroup, ShownVerdict, ShowReport
from rewardlab.visible import visible

#: Lines of a text and characters of each that are shown in a list; one generation alone is shown whole.
MOST_LINES, LONGEST, QUESTION = 6, 300, 400
NEAR = {
    "reads_right_but_fails": "its text reads as the reference, and it fails",
    "holds_the_reference_but_fails": "its text holds the reference, and it fails",
    "reads_wrong_but_succeeds": "its text reads as another answer, and it succeeds",
}


def render(report: ShowReport, display: Display) -> str:
    """The findings or groups, and how to look further."""
    texts = {(one.prompt_id, one.index): one.text for one in _generations(report)}
    shown = visible_all(report)
    lone = len(texts) == 1 and not shown.findings
    with drawn(display) as (console, out):
        console.print(Text(f"{shown.selected} in {shown.run}", "bold"), soft_wrap=True)
        console.print(Text(f"{shown.reward} with {shown.model}, success from {value(shown.success_at)}", "dim"))
        for one in shown.findings:
            _finding(console, one, run=shown.run)
        for group, kept in zip(shown.groups, report.groups, strict=True):
            _group(console, group, kept, whole=lone)
        if not shown.findings and not shown.groups:
            console.print("\nnothing to show")
        if shown.left_out:
            console.print(f"\n{shown.left_out:,} more prompts (--most N)")
        if shown.findings:
            console.print(Text(f"\nrewardlab show {shown.run} PROMPT [INDEX] shows a group", "dim"), soft_wrap=True)
    return lines_of(out)


def _generations(report: ShowReport) -> Iterator[ShownGeneration]:
    for group in report.groups:
        yield from group.generations
    for finding in report.findings:
        yield from finding.generations


def _finding(console: Console, shown: ShownFinding, *, run: str) -> None:
    finding = shown.finding
    head = Text.assemble(f"\n{finding.code}  ", (finding.severity, SEVERITIES[finding.severity]), f"  {finding.title}")
    console.print(head)
    facts = [line for line in evidence_lines(finding) if not line.startswith("- ")]
    for fact in facts:
        _indented(console, fact, "dim")
    for generation in shown.generations:
        _indented(console, f"{_place(generation)}  {_earned(generation)}  {value(short(generation.text, LONGEST))}")
    for made in shown.made_up:
        kind = f" ({made.kind})" if made.kind else ""
        earned = "" if made.score is None else f"  {value(made.score)}"
        _indented(console, f"{made.prompt_id or 'made up'}{earned}  {value(short(made.answer, LONGEST))}{kind}")
    if shown.made_up or shown.generations:
        _indented(console, f"rewardlab show {run} --finding {finding.code} --repro DIR", "dim")


def _group(console: Console, group: ShownGroup, kept: ShownGroup, *, whole: bool) -> None:
    flat = f"  {group.flat.replace('_', ' ')}" if group.flat else ""
    console.print(Text.assemble("\n", (group.prompt_id, "bold"), (flat, "yellow")), soft_wrap=True)
    if group.messages:
        last = str(kept.messages[-1].get("content") or "")
        _indented(console, "\n".join(_lines(last if whole else short(last, QUESTION), whole=whole)), "dim")
    if group.reference is not None:
        _indented(console, f"reference {value(group.reference)}")
    for generation, raw in zip(group.generations, kept.generations, strict=True):
        _generation(console, generation, raw, whole=whole)


def _generation(console: Console, shown: ShownGeneration, raw: ShownGeneration, *, whole: bool) -> None:
    style = "green" if shown.success else "red" if shown.success is False else "yellow"
    ended = "" if shown.finish_reason in {None, "stop"} else f"  ended by {shown.finish_reason}"
    named = f"  {', '.join(shown.findings)}" if shown.findings else ""
    console.print(Text.assemble(f"\n  [{shown.index}]  ", (_earned(shown), style), ended, (named, "cyan")))
    for line in _about(shown, raw):
        _indented(console, line, indent=6)
    text = _marked(raw) if raw.near_miss is not None else Text(raw.text)
    for written in _cut(text, whole=whole):
        console.print(Padding(written, (0, 0, 0, 6)))
    for verdict in shown.verdicts:
        _indented(console, _verdict(verdict, whole=whole), indent=6)


def _about(shown: ShownGeneration, raw: ShownGeneration) -> Iterator[str]:
    if shown.components:
        yield "components " + ", ".join(f"{name} {value(held)}" for name, held in shown.components.items())
    if any(one != shown.score for one in shown.scored_again):
        yield "scored again " + ", ".join(map(value, shown.scored_again))
    if shown.label is not None:
        yield f"label {value(shown.label)}"
    if raw.near_miss is not None:
        yield NEAR[raw.near_miss.kind]


def _marked(raw: ShownGeneration) -> Text:
    """The text with the reference in it marked by chevrons, which a pipe shows too."""
    near, text = raw.near_miss, raw.text
    if not isinstance(near, NearMiss) or near.start is None or near.end is None:
        return Text(text)
    parts = (text[: near.start], ("»" + text[near.start : near.end] + "«", "bold"), text[near.end :])
    return Text.assemble(*parts)


def _cut(text: Text, *, whole: bool) -> Iterator[Text]:
    """The lines of a text, each made visible; a long text is cut unless it is shown whole."""
    lines = list(text.split("\n", allow_blank=True))
    for line in lines if whole else lines[:MOST_LINES]:
        shown = (
            Text(visible(line.plain), spans=line.spans)
            if visible(line.plain) == line.plain
            else Text(visible(line.plain))
        )
        if not whole and len(shown) > LONGEST:
            shown.truncate(LONGEST, overflow="ellipsis")
        yield shown
    if not whole and len(lines) > MOST_LINES:
        yield Text(f"... {len(lines) - MOST_LINES:,} more lines", "dim")


def _lines(text: str, *, whole: bool) -> list[str]:
    return [line.plain for line in _cut(Text(text), whole=whole)]


def _verdict(shown: ShownVerdict, *, whole: bool) -> str:
    if shown.reason is not None:
        return (
            f"{shown.judge}: no verdict ({shown.reason}{': ' + short(shown.detail, LONGEST) if shown.detail else ''})"
        )
    right = {True: ", right", False: ", wrong", None: ""}[shown.right]
    said = "" if not shown.text else f": {shown.text if whole else short(shown.text, LONGEST)}"
    return f"{shown.judge} says {value(shown.verdict)}{right}{said}"


def _place(shown: ShownGeneration) -> str:
    return f"{shown.prompt_id} [{shown.index}]"


def _earned(shown: ShownGeneration) -> str:
    if shown.score is None:
        return f"no score, {shown.reason or 'not scored'}{': ' + short(shown.detail, LONGEST) if shown.detail else ''}"
    return f"score {value(shown.score)}, {'succeeds' if shown.success else 'fails'}"


def _indented(console: Console, line: str, style: str = "", *, indent: int = 2) -> None:
    console.print(Padding(Text(line, style), (0, 0, 0, indent)))

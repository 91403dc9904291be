"""Shows a run: its findings with their generations, one group, or the groups that an option selects."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from rewardlab.errors import UsageError
from rewardlab.findings import CATALOGUE
from rewardlab.measurement.scores import FlatReason
from rewardlab.reports.finding import FindingPart
from rewardlab.reports.show import ShownFinding, ShownGroup, ShowReport
from rewardlab.runs.directory import Run
from rewardlab.version import __version__
from rewardlab.viewing.contents import Contents, read_contents
from rewardlab.viewing.groups import generation_of, group_of
from rewardlab.viewing.named import generations_in, made_up_in
from rewardlab.viewing.selection import FLAT, SELECTIONS, flat, near_misses


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show: at most one of a prompt (with an index), a finding, a selection, flat groups and near misses."""

    prompt: str | None = None
    index: int | None = None
    finding: str | None = None
    selection: str | None = None
    flat: FlatReason | None = None
    near_misses: bool = False
    most: int = 5


def show(folder: Path, wanted: Wanted) -> ShowReport:
    """What is wanted of a run, as a report.

    Raises: UsageError for a prompt, an index or a finding that the run does not have; RunError.
    """
    with Run.open(folder) as run:
        contents = read_contents(run)
        findings: tuple[ShownFinding, ...] = ()
        groups: tuple[ShownGroup, ...] = ()
        left = 0
        if wanted.prompt is not None:
            selected, groups = _prompt(contents, wanted.prompt, wanted.index)
        elif wanted.selection is not None:
            select, selected = SELECTIONS[wanted.selection]
            groups, left = _some(contents, select(contents), wanted.most)
        elif wanted.flat is not None:
            selected = FLAT[wanted.flat]
            groups, left = _some(contents, flat(contents, wanted.flat), wanted.most)
        elif wanted.near_misses:
            selected = "generations whose text and score part"
            groups, left = _near(contents, wanted.most)
        else:
            selected = "findings" if wanted.finding is None else f"the finding {wanted.finding}"
            findings = tuple(_finding(contents, one) for one in _found(contents, wanted.finding))
        return ShowReport(
            run=str(folder),
            verdict=contents.report.verdict,
            reward=contents.record.path,
            model=run.manifest.model,
            success_at=contents.report.baseline.success_at,
            selected=selected,
            findings=findings,
            groups=groups,
            left_out=left,
            version=__version__,
        )


def _prompt(contents: Contents, prompt: str, index: int | None) -> tuple[str, tuple[ShownGroup, ...]]:
    row = contents.places.get(prompt)
    if row is None:
        close = difflib.get_close_matches(prompt, contents.places, n=3) or list(contents.places)[:3]
        raise UsageError(
            f"no prompt {prompt!r}", where=str(contents.run.folder), expected="an id such as " + ", ".join(close)
        )
    group = group_of(contents, row)
    if index is None:
        return f"the group of {prompt}", (group,)
    kept = tuple(one for one in group.generations if one.index == index)
    if not kept:
        held = ", ".join(str(one.index) for one in sorted(group.generations, key=lambda one: one.index))
        raise UsageError(
            f"{prompt} has no generation {index}", where=str(contents.run.folder), expected=f"one of {held}"
        )
    return f"{prompt} [{index}]", (group.model_copy(update={"generations": kept}),)


def _some(contents: Contents, rows: list[int], most: int) -> tuple[tuple[ShownGroup, ...], int]:
    return tuple(group_of(contents, row) for row in rows[:most]), max(0, len(rows) - most)


def _near(contents: Contents, most: int) -> tuple[tuple[ShownGroup, ...], int]:
    """The near misses, each prompt's together."""
    held: dict[int, list[int]] = {}
    for row, column in near_misses(contents):
        held.setdefault(row, []).append(column)
    groups = [
        group_of(contents, row).model_copy(
            update={"generations": tuple(generation_of(contents, row, column) for column in columns)}
        )
        for row, columns in list(held.items())[:most]
    ]
    return tuple(groups), max(0, len(held) - most)


def _found(contents: Contents, code: str | None) -> list[FindingPart]:
    """The findings that are asked for.

    Raises: UsageError for a code that the run does not have.
    """
    findings = list(contents.report.findings)
    if code is None:
        return findings
    kept = [one for one in findings if one.code == code]
    if not kept:
        known = "is no code of a finding" if code not in CATALOGUE else "was not found in this run"
        held = ", ".join(one.code for one in findings) or "none: the run has no findings"
        raise UsageError(f"{code} {known}", where="--finding", expected=f"one of {held}")
    return kept


def _finding(contents: Contents, finding: FindingPart) -> ShownFinding:
    places = contents.places
    named = [(places[prompt], index) for prompt, index in generations_in(finding) if prompt in places]
    held = [
        (row, index)
        for row, index in named
        if 0 <= index < contents.answers.row.shape[1] and contents.answers.row[row, index] >= 0
    ]
    return ShownFinding(
        finding=finding,
        generations=tuple(generation_of(contents, row, index) for row, index in held),
        made_up=tuple(made_up_in(finding)),
    )

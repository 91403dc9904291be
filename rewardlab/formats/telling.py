"""A finding as the outline of a report tells it: its evidence in sentences, and the file and line that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

from rewardlab.formats.evidence import evidence_lines
from rewardlab.formats.outline import Place, Told
from rewardlab.reports.finding import FindingPart
from rewardlab.reports.section import visible_all

#: The families of codes that are about the prompts and the baseline, not about the reward's code.
OF_THE_PROMPTS = ("RL6", "RL7")


def told(findings: Sequence[FindingPart], *, reward: str, prompts: str | None) -> tuple[Told, ...]:
    """The findings, each with its place: the reward's file by line where its evidence names one, or the prompts'."""
    return tuple(_told(one, reward, prompts) for one in findings)


def _told(finding: FindingPart, reward: str, prompts: str | None) -> Told:
    shown = visible_all(finding)
    return Told(
        finding.code,
        finding.severity,
        shown.title,
        tuple(line.removeprefix("- ") for line in evidence_lines(shown)),
        shown.remedy,
        _place(finding, reward, prompts),
    )


def _place(finding: FindingPart, reward: str, prompts: str | None) -> Place | None:
    if prompts is not None and finding.code.startswith(OF_THE_PROMPTS):
        return Place(prompts)
    if is_function(reward):
        return None
    name = re.escape(PurePath(reward).name)
    blamed = re.compile(rf"(?<![\w./-]){name}:(\d+)\b")
    lines = (int(found[1]) for text in _texts(finding.evidence) for found in blamed.finditer(text))
    return Place(reward, next((line for line in lines if line > 0), None))


def is_function(reward: str) -> bool:
    """Whether the reward is a deployed function rather than a file."""
    return reward.startswith(("lambda:", "arn:"))


def _texts(value: Any) -> Iterator[str]:
    """Every text in a piece of evidence, in its order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)

"""Probes of the reward itself, without a model: each asks it about made-up answers and yields findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from rewardlab.findings import Finding
from rewardlab.probes.reward import equivalents, reasoning, reference, shortcuts, unreadable, wrong
from rewardlab.probes.reward.subject import Subject

Probe: TypeAlias = Callable[[Subject], Iterator[Finding]]

PROBES: Sequence[Probe] = (
    reference.ask,
    shortcuts.ask,
    equivalents.ask,
    unreadable.ask,
    wrong.ask,
    reasoning.ask,
)


def examine(subject: Subject) -> tuple[Finding, ...]:
    """Every probe's findings, the blockers first, each kind in the order of its code."""
    found = [finding for probe in PROBES for finding in probe(subject)]
    rank = {"blocker": 0, "warning": 1, "note": 2}
    return tuple(sorted(found, key=lambda finding: (rank[finding.severity], finding.code)))

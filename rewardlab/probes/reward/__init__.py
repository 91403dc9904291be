"""Probes of the reward itself, without a model: each asks it about made-up answers and yields findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from rewardlab.findings import Finding, merge
from rewardlab.probes.reward import (
    constant,
    determinism,
    equivalents,
    hostile,
    mutation,
    neighbours,
    payload,
    reasoning,
    reference,
    returns,
    shapes,
    shortcuts,
    speed,
    unreadable,
    unreferenced,
    wrong,
)
from rewardlab.probes.reward.subject import OutOfTimeError, Subject

Probe: TypeAlias = Callable[[Subject], Iterator[Finding]]

#: What breaks a run first; a slow reward may not be asked the last.
PROBES: Sequence[Probe] = (
    unreferenced.ask,
    returns.ask,
    speed.ask,
    constant.ask,
    reference.ask,
    wrong.ask,
    reasoning.ask,
    shortcuts.ask,
    hostile.ask,
    determinism.ask,
    unreadable.ask,
    equivalents.ask,
    shapes.ask,
    neighbours.ask,
    mutation.ask,
    payload.ask,
)


def examine(subject: Subject) -> tuple[Finding, ...]:
    """Every probe's findings, one a code, the blockers first, each kind in the order of its code.

    A reward so slow that time ran out is told by RL204, with what was not asked.
    """
    found: list[Finding] = []
    unasked = []
    for probe in PROBES:
        try:
            found += list(probe(subject))
        except OutOfTimeError:
            unasked.append(probe.__module__.rpartition(".")[2])
    if unasked:
        evidence = {"not_asked": unasked, "seconds_per_sample": subject.pace, "seconds": subject.most_seconds}
        found.insert(0, Finding("RL204", "warning", evidence))
    return merge(found)

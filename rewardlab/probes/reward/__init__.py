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
    wrong,
)
from rewardlab.probes.reward.subject import Subject

Probe: TypeAlias = Callable[[Subject], Iterator[Finding]]

#: First how the code behaves, then what it rewards.
PROBES: Sequence[Probe] = (
    returns.ask,
    shapes.ask,
    hostile.ask,
    payload.ask,
    speed.ask,
    determinism.ask,
    neighbours.ask,
    mutation.ask,
    constant.ask,
    reference.ask,
    shortcuts.ask,
    equivalents.ask,
    unreadable.ask,
    wrong.ask,
    reasoning.ask,
)


def examine(subject: Subject) -> tuple[Finding, ...]:
    """Every probe's findings, one a code, the blockers first, each kind in the order of its code."""
    return merge(finding for probe in PROBES for finding in probe(subject))

"""Probes of the reward itself, without a model: each asks it about made-up answers and yields findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from rewardlab.findings import RANK, Finding
from rewardlab.probes.reward import determinism, hostile, mutation, neighbours, payload, returns, shapes, speed
from rewardlab.probes.reward.subject import Subject

Probe: TypeAlias = Callable[[Subject], Iterator[Finding]]

PROBES: Sequence[Probe] = (
    *(returns.ask, shapes.ask, hostile.ask, payload.ask, speed.ask, determinism.ask, neighbours.ask, mutation.ask),
)


def examine(subject: Subject) -> tuple[Finding, ...]:
    """Every probe's findings, the blockers first, each kind in the order of its code."""
    found = [finding for probe in PROBES for finding in probe(subject)]
    return tuple(sorted(found, key=lambda finding: (RANK[finding.severity], finding.code)))

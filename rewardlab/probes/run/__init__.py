"""Probes of a measured run: each asks one question and yields findings. `ask_all` asks them in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from rewardlab.findings import RANK, Finding
from rewardlab.probes.run import band, failures, levels, prompts, signal, truncation
from rewardlab.probes.run.question import Question

Probe: TypeAlias = Callable[[Question], Iterator[Finding]]

PROBES: Sequence[Probe] = (failures.ask, levels.ask, signal.ask, truncation.ask, band.ask, prompts.ask)


def ask_all(question: Question) -> tuple[Finding, ...]:
    """Every probe's findings, the blockers first, each kind in the order of its code."""
    found = [finding for probe in PROBES for finding in probe(question)]
    return tuple(sorted(found, key=lambda finding: (RANK[finding.severity], finding.code)))

"""Probes of a measured run: each asks one question and yields findings. `ask_all` asks them in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from rewardlab.findings import Finding, merge
from rewardlab.probes.run import (
    band,
    components,
    constant_part,
    default_label,
    diagnosis,
    exchanged,
    failures,
    labels,
    length,
    levels,
    noise,
    order,
    pressure,
    prompts,
    repeats,
    signal,
    tolerance,
    trainer,
    truncation,
)
from rewardlab.probes.run.examples import illustrate
from rewardlab.probes.run.question import Question
from rewardlab.probes.run.suspicion import Suspicion, confirm

Probe: TypeAlias = Callable[[Question], Iterator[Finding]]
StatisticalProbe: TypeAlias = Callable[[Question], Iterator[Suspicion]]

PROBES: Sequence[Probe] = (
    failures.ask,
    levels.ask,
    signal.ask,
    repeats.ask,
    noise.ask,
    trainer.ask,
    components.ask,
    labels.ask,
    order.ask,
    exchanged.ask,
    default_label.ask,
    tolerance.ask,
    constant_part.ask,
    truncation.ask,
    band.ask,
    prompts.ask,
    diagnosis.ask,
)
#: Each makes a test whose rejection is a finding; they share one error rate.
STATISTICAL_PROBES: Sequence[StatisticalProbe] = (length.ask, pressure.ask)


def ask_all(question: Question) -> tuple[Finding, ...]:
    """Every probe's findings, one a code, the blockers first, each kind in the order of its code."""
    found = [finding for probe in PROBES for finding in probe(question)]
    found += confirm([suspicion for probe in STATISTICAL_PROBES for suspicion in probe(question)])
    found = [illustrate(finding, question) for finding in found]
    return merge(diagnosis.acquit(found))

"""Probes of the judges: each asks one question of what they said and yields findings. `ask_all` asks them in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from rewardlab.findings import RANK, Finding
from rewardlab.probes.judge import (
    agreement,
    annotators,
    discernment,
    errors,
    family,
    independent,
    injection,
    padding,
    position,
    reference,
    repeats,
    reward,
    style,
    unread,
)
from rewardlab.probes.judge.question import Question
from rewardlab.probes.run.suspicion import Suspicion, confirm

Probe: TypeAlias = Callable[[Question], Iterator[Finding]]
StatisticalProbe: TypeAlias = Callable[[Question], Iterator[Suspicion]]

PROBES: Sequence[Probe] = (
    reward.ask,
    independent.ask,
    agreement.ask,
    repeats.ask,
    position.ask_flips,
    errors.ask,
    unread.ask,
    annotators.ask,
    family.ask_unmeasured,
    discernment.ask,
)
#: Each makes a test for each judge whose rejection is a finding; all of them share one error rate.
STATISTICAL_PROBES: Sequence[StatisticalProbe] = (
    position.ask,
    padding.ask,
    style.ask,
    injection.ask,
    reference.ask,
    family.ask,
)


def ask_each(question: Question) -> tuple[Finding, ...]:
    """Every probe's findings, one for each judge and question that failed, the blockers first, then by code."""
    found = [finding for probe in PROBES for finding in probe(question)]
    found += confirm([suspicion for probe in STATISTICAL_PROBES for suspicion in probe(question)])
    return tuple(sorted(found, key=lambda finding: (RANK[finding.severity], finding.code)))


def ask_all(question: Question) -> tuple[Finding, ...]:
    """As `ask_each`, with one finding per code: the gravest, with the code's other findings in `also`."""
    return gathered(ask_each(question))


def gathered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Keep one finding per code: the gravest (of equals the first), with the others in its evidence, `also`."""
    by_code: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: RANK[finding.severity]):
        by_code.setdefault(finding.code, []).append(finding)
    return tuple(
        first
        if not others
        else Finding(
            first.code, first.severity, {**first.evidence, "also": [_brief(one) for one in others]}, first.remedy
        )
        for first, *others in by_code.values()
    )


def _brief(finding: Finding) -> dict[str, Any]:
    """A finding's severity and evidence, without its examples."""
    told = {name: value for name, value in finding.evidence.items() if name not in {"examples", "tests"}}
    return {"severity": finding.severity, **told}
